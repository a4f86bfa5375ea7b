//! How users log in, on the embedded database and against an identity provider that the tests start.
#![forbid(unsafe_code)]

mod http_answers;
mod key_rotation;
mod passwords;
mod provider;
mod stack;
mod tenant_settings;
mod tokens;
