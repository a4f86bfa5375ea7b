//! Which provider is trusted, and where its tokens say who the user is.

use harrier_domain::Tenant;
use http::Uri;
use jsonwebtoken::Algorithm;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// A setting that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OidcSettingsError {
    #[error("the issuer must be an https address without user, query or fragment (http only on this machine)")]
    Issuer,
    #[error("the audience must not be empty: tokens made for other services would be accepted")]
    Audience,
    #[error("unknown signature algorithm, or one that needs no private key")]
    Algorithm,
}

/// A signature algorithm whose verification key is public. `none` and shared secrets (`HS…`) cannot be expressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl SigningAlgorithm {
    const NAMES: [(&'static str, Self, Algorithm); 9] = [
        ("RS256", Self::Rs256, Algorithm::RS256),
        ("RS384", Self::Rs384, Algorithm::RS384),
        ("RS512", Self::Rs512, Algorithm::RS512),
        ("PS256", Self::Ps256, Algorithm::PS256),
        ("PS384", Self::Ps384, Algorithm::PS384),
        ("PS512", Self::Ps512, Algorithm::PS512),
        ("ES256", Self::Es256, Algorithm::ES256),
        ("ES384", Self::Es384, Algorithm::ES384),
        ("EdDSA", Self::EdDsa, Algorithm::EdDSA),
    ];

    /// The algorithm a token's header names, if it is one of these.
    pub(super) fn of_token(algorithm: Algorithm) -> Option<Self> {
        Self::NAMES.iter().find(|(_, _, theirs)| *theirs == algorithm).map(|(_, ours, _)| *ours)
    }
}

impl FromStr for SigningAlgorithm {
    type Err = OidcSettingsError;

    /// Reads the name of RFC 7518, for example `RS256`.
    fn from_str(name: &str) -> Result<Self, OidcSettingsError> {
        let found = Self::NAMES.iter().find(|(known, _, _)| *known == name.trim());
        found.map(|(_, ours, _)| *ours).ok_or(OidcSettingsError::Algorithm)
    }
}

/// How long the provider's keys are believed. Milliseconds, but for the timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyTiming {
    /// Keys older than this are asked for again: a key the provider withdrew works no longer than this.
    pub fresh_for: i64,
    /// While the provider does not answer, keys serve up to this age.
    pub usable_for: i64,
    /// The provider is not asked again within this time, whatever keys tokens name and however it answered.
    pub ask_again_after: i64,
    /// The longest a request waits for the provider.
    pub timeout: Duration,
}

impl Default for KeyTiming {
    fn default() -> Self {
        Self { fresh_for: 600_000, usable_for: 3_600_000, ask_again_after: 10_000, timeout: Duration::from_secs(5) }
    }
}

/// The trusted provider and the meaning of its claims (management §1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSettings {
    issuer: String,
    audience: String,
    /// Names the tenant.
    pub tenant_claim: String,
    /// The tenant of tokens without the tenant claim; `None` refuses them.
    pub fallback_tenant: Option<Tenant>,
    /// Names the user.
    pub user_claim: String,
    /// Lists authorities and roles.
    pub roles_claim: String,
    pub algorithms: Vec<SigningAlgorithm>,
    pub timing: KeyTiming,
}

impl OidcSettings {
    /// Trusts the tokens `issuer` makes for `audience`. The other settings have the contract's defaults, but for the
    /// tenant, which each token must name.
    ///
    /// # Errors
    /// [`OidcSettingsError`] for an issuer whose keys could be forged on the way, or an empty audience.
    pub fn new(issuer: &str, audience: &str) -> Result<Self, OidcSettingsError> {
        if !is_issuer(issuer) {
            return Err(OidcSettingsError::Issuer);
        }
        if audience.trim().is_empty() {
            return Err(OidcSettingsError::Audience);
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            tenant_claim: "tenant".to_owned(),
            fallback_tenant: None,
            user_claim: "preferred_username".to_owned(),
            roles_claim: "roles".to_owned(),
            algorithms: vec![SigningAlgorithm::Rs256, SigningAlgorithm::Es256],
            timing: KeyTiming::default(),
        })
    }

    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }
}

fn is_issuer(text: &str) -> bool {
    let plain = !text.contains(['?', '#', '@']) && !text.contains(char::is_whitespace);
    plain && text.parse().is_ok_and(|uri: Uri| is_protected(&uri))
}

/// Whether what is read there cannot be forged on the way: TLS, or it never leaves the machine.
pub(super) fn is_protected(uri: &Uri) -> bool {
    let local = uri.host().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    match uri.scheme_str() {
        Some("https") => uri.host().is_some(),
        Some("http") => local,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_fetched_where_somebody_could_change_them() {
        for good in ["https://id.example.org", "https://id.example.org/realms/a/", "http://127.0.0.1:8080/realm"] {
            assert!(OidcSettings::new(good, "api").is_ok(), "{good}");
        }
        let bad = [
            "",
            "id.example.org",
            "/realm",
            "http://id.example.org",
            "http://localhost.example.org",
            "ftp://127.0.0.1/",
            "https://user:secret@id.example.org",
            "https://id.example.org?x=1",
            "https://id.example.org#x",
        ];
        for bad in bad {
            assert_eq!(OidcSettings::new(bad, "api"), Err(OidcSettingsError::Issuer), "{bad}");
        }
        assert_eq!(OidcSettings::new("https://id.example.org", " "), Err(OidcSettingsError::Audience));
    }

    #[test]
    fn only_public_key_algorithms_can_be_named() {
        assert_eq!("ES256".parse(), Ok(SigningAlgorithm::Es256));
        for bad in ["none", "HS256", "HS512", "rs256", ""] {
            assert_eq!(bad.parse::<SigningAlgorithm>(), Err(OidcSettingsError::Algorithm), "{bad}");
        }
        for symmetric in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            assert_eq!(SigningAlgorithm::of_token(symmetric), None);
        }
    }
}
