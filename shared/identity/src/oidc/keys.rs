//! The provider's published keys (RFC 7517), and which of them may have signed a token.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::error::ProviderError;

/// More than any provider publishes at once.
const MAX_KEYS: usize = 64;

/// Public keys that sign tokens.
pub(super) struct KeySet {
    keys: Vec<PublishedKey>,
}

struct PublishedKey {
    description: Jwk,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a JWK set. Keys of a kind we do not know, for encryption, or secret ones are left out; an empty set is what
    /// a provider publishes that withdrew all its keys.
    pub(super) fn parse(document: &[u8]) -> Result<Self, ProviderError> {
        let document: Document = serde_json::from_slice(document).map_err(|_| ProviderError::Unreadable)?;
        let keys = document.keys.into_iter().take(MAX_KEYS).filter_map(PublishedKey::read).collect();
        Ok(Self { keys })
    }

    /// The key of this name that fits the algorithm. A token that names no key is only accepted while one single key
    /// fits.
    pub(super) fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let named = |key: &&PublishedKey| name.is_none() || key.description.common.key_id.as_deref() == name;
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm)).filter(named);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(&first.key)
    }
}

impl PublishedKey {
    fn read(value: Value) -> Option<Self> {
        let description: Jwk = serde_json::from_value(value).ok()?;
        let signs = matches!(description.common.public_key_use, None | Some(PublicKeyUse::Signature));
        let public = !matches!(description.algorithm, AlgorithmParameters::OctetKey(_));
        let key = DecodingKey::from_jwk(&description).ok()?;
        (signs && public).then_some(Self { description, key })
    }

    /// Whether key and algorithm belong together; the key itself may name the one algorithm it is for.
    fn fits(&self, algorithm: Algorithm) -> bool {
        let meant = self.description.common.key_algorithm;
        if meant.is_some_and(|meant| meant != KeyAlgorithm::from(algorithm)) {
            return false;
        }
        match &self.description.algorithm {
            AlgorithmParameters::RSA(_) => algorithm.family() == AlgorithmFamily::Rsa,
            AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
                EllipticCurve::P256 => algorithm == Algorithm::ES256,
                EllipticCurve::P384 => algorithm == Algorithm::ES384,
                _ => false,
            },
            AlgorithmParameters::OctetKeyPair(_) => algorithm.family() == AlgorithmFamily::Ed,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"keys": [
        {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "r512", "alg": "RS512", "use": "sig", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "oaep", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "kid": "e", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
        {"kty": "oct", "kid": "secret", "k": "AQAB"},
        {"kty": "future", "kid": "future"},
        "not a key"
    ]}"#;

    #[test]
    fn a_key_serves_only_what_it_is_for() {
        let keys = KeySet::parse(KEYS.as_bytes()).unwrap();
        let rows = [
            (Some("r"), Algorithm::RS256, true),
            (Some("r"), Algorithm::PS384, true),
            (Some("r"), Algorithm::ES256, false),
            (Some("r"), Algorithm::HS256, false),
            (Some("r512"), Algorithm::RS512, true),
            (Some("r512"), Algorithm::RS256, false),
            (Some("enc"), Algorithm::RS256, false),
            (Some("oaep"), Algorithm::RS256, false),
            (Some("e"), Algorithm::ES256, true),
            (Some("e"), Algorithm::ES384, false),
            (Some("secret"), Algorithm::HS256, false),
            (Some("future"), Algorithm::RS256, false),
            (Some("other"), Algorithm::RS256, false),
            (None, Algorithm::ES256, true),
            (None, Algorithm::RS512, false),
        ];
        for (name, algorithm, expected) in rows {
            assert_eq!(keys.find(name, algorithm).is_some(), expected, "{name:?} {algorithm:?}");
        }
    }

    #[test]
    fn an_error_page_is_no_withdrawal_of_all_keys() {
        assert!(KeySet::parse(b"{\"keys\": []}").is_ok());
        for bad in [&b"{}"[..], b"[]", b"<html>", b""] {
            assert_eq!(KeySet::parse(bad).err(), Some(ProviderError::Unreadable));
        }
    }
}
