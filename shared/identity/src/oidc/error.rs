//! What can be wrong with the provider, and what with a token.

use thiserror::Error;

/// The identity provider's keys cannot be had, so that nobody can be let in or refused by them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    #[error("the identity provider could not be reached")]
    Unreachable,
    #[error("the identity provider did not answer in time")]
    TimedOut,
    #[error("the identity provider answered with status {0}")]
    Status(u16),
    #[error("the identity provider's answer cannot be read")]
    Unreadable,
    #[error("the identity provider calls itself by another name than the configured issuer")]
    OtherIssuer,
    #[error("the identity provider's keys are at an unprotected address")]
    Unprotected,
    #[error("the identity provider's keys are unknown or too old")]
    NoKeys,
}

/// Why a token is refused. For the log alone: the caller learns 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("it is no signed token")]
    Malformed,
    #[error("its algorithm is not allowed")]
    Algorithm,
    #[error("its key is unknown")]
    UnknownKey,
    #[error("its signature, issuer or audience is wrong")]
    Invalid,
    #[error("it is expired or says not when it expires")]
    Expired,
    #[error("it is not valid yet")]
    NotYetValid,
    #[error("it names no user")]
    User,
    #[error("it names no tenant")]
    Tenant,
}
