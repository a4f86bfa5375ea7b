//! OpenID Connect: bearer tokens of an identity provider as logins of the Management API (management §1.2).
//!
//! A token is a JWT signed by the provider. Its keys are found by discovery, remembered, and asked for again when a token
//! names a key that is not among them. Nothing of a token gets into a log but the reason it was refused for.

mod claims;
mod error;
mod keys;
mod login;
mod provider;
mod remembered_keys;
mod settings;

pub use error::ProviderError;
pub(crate) use login::OidcLogin;
pub use settings::{KeyTiming, OidcSettings, OidcSettingsError, SigningAlgorithm};
