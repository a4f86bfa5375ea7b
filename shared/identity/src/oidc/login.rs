//! A bearer token comes in; who it belongs to comes out.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use std::sync::Arc;

use super::claims::{Claims, principal};
use super::error::{ProviderError, Refusal};
use super::keys::KeySet;
use super::provider::Provider;
use super::remembered_keys::RememberedKeys;
use super::settings::{OidcSettings, SigningAlgorithm};
use crate::Principal;

/// Longer tokens are refused unread.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Checks the tokens of one provider. Cheap to clone; clones share the provider's keys.
#[derive(Clone)]
pub(crate) struct OidcLogin {
    settings: Arc<OidcSettings>,
    keys: RememberedKeys,
}

/// What a token's header says, before anything of it is believed.
struct Header {
    key: Option<String>,
    algorithm: Algorithm,
}

impl OidcLogin {
    pub(crate) fn new(settings: OidcSettings) -> Self {
        let provider = Provider::new(settings.issuer(), settings.timing.timeout);
        let keys = RememberedKeys::new(provider, settings.timing);
        Self { settings: Arc::new(settings), keys }
    }

    /// The user of a token; `None` is 401. `now` is epoch milliseconds.
    pub(crate) async fn authenticate(&self, token: &str, now: i64) -> Result<Option<Principal>, ProviderError> {
        let outcome = match self.header(token) {
            Ok(header) => self.verify(token, &header, now).await?,
            Err(refusal) => Err(refusal),
        };
        match outcome {
            Ok(principal) => Ok(Some(principal)),
            Err(reason) => {
                tracing::debug!(%reason, "a bearer token was refused");
                Ok(None)
            }
        }
    }

    /// Reads the header. What is refused here costs the provider nothing.
    fn header(&self, token: &str) -> Result<Header, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Malformed);
        }
        let header = decode_header(token).map_err(|_| Refusal::Malformed)?;
        // Extensions that must be understood are not (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err(Refusal::Malformed);
        }
        let allowed =
            SigningAlgorithm::of_token(header.alg).is_some_and(|ours| self.settings.algorithms.contains(&ours));
        if !allowed {
            return Err(Refusal::Algorithm);
        }
        Ok(Header { key: header.kid, algorithm: header.alg })
    }

    async fn verify(
        &self,
        token: &str,
        header: &Header,
        now: i64,
    ) -> Result<Result<Principal, Refusal>, ProviderError> {
        let keys = self.keys.current(now).await?;
        if let Some(key) = header.find_in(&keys) {
            return Ok(self.verify_with(key, token, header, now));
        }
        let Some(keys) = self.keys.instead_of(&keys, now).await else {
            return Ok(Err(Refusal::UnknownKey));
        };
        let Some(key) = header.find_in(&keys) else {
            return Ok(Err(Refusal::UnknownKey));
        };
        Ok(self.verify_with(key, token, header, now))
    }

    fn verify_with(&self, key: &DecodingKey, token: &str, header: &Header, now: i64) -> Result<Principal, Refusal> {
        let decoded = decode::<Claims>(token, key, &self.validation(header.algorithm)).map_err(|_| Refusal::Invalid)?;
        principal(&decoded.claims, &self.settings, now)
    }

    /// Signature, issuer and audience; the times are checked against our own clock.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["iss", "aud"]);
        validation.set_issuer(&[self.settings.issuer()]);
        validation.set_audience(&[self.settings.audience()]);
        validation.validate_exp = false;
        validation
    }
}

impl Header {
    fn find_in<'k>(&self, keys: &'k KeySet) -> Option<&'k DecodingKey> {
        keys.find(self.key.as_deref(), self.algorithm)
    }
}
