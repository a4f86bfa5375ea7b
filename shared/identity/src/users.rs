//! Users of the Management API: HTTP Basic (management §1.2).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harrier_domain::Tenant;
use harrier_domain::authority::Authorities;
use harrier_store::{Result, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::password::verify_password;
use crate::secret;

/// Verified logins kept, so that Argon2 is not computed for each request.
const MAX_REMEMBERED: usize = 1024;

/// How long a verified login is believed without asking the store again, milliseconds. A changed password or a removed
/// user is locked out after this time at the latest.
const REMEMBERED_FOR: i64 = 30_000;

/// A user who proved to be who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub name: String,
    pub tenant: Tenant,
    pub authorities: Authorities,
}

/// Checks logins against the users in the store.
#[derive(Clone)]
pub struct UserDirectory {
    store: Store,
    /// Keyed by user name; the password is remembered only as a keyed digest that dies with the process.
    remembered: Arc<Mutex<HashMap<String, Remembered>>>,
    key: Arc<hmac::Key>,
    /// Verified against when the user is unknown, so that names cannot be told from the time an answer takes.
    decoy: Arc<String>,
}

#[derive(Clone)]
struct Remembered {
    digest: Vec<u8>,
    principal: Principal,
    until: i64,
}

impl UserDirectory {
    /// # Errors
    /// [`StoreError::Backend`] when the operating system gives no randomness.
    pub fn new(store: Store) -> Result<Self> {
        let backend = |reason: String| StoreError::Backend(reason);
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &aws_lc_rs::rand::SystemRandom::new())
            .map_err(|error| backend(error.to_string()))?;
        let unguessable = secret::random_token().map_err(|error| backend(error.to_string()))?;
        let decoy = crate::hash_password(&unguessable).map_err(|error| backend(error.to_string()))?;
        Ok(Self { store, remembered: Arc::default(), key: Arc::new(key), decoy: Arc::new(decoy) })
    }

    /// The user of an `Authorization` header; `None` is 401.
    pub async fn authenticate(&self, authorization: &str, now: i64) -> Result<Option<Principal>> {
        let Some((name, password)) = parse_basic(authorization) else {
            return Ok(None);
        };
        if let Some(principal) = self.recall(&name, &password, now) {
            return Ok(Some(principal));
        }
        let user = self.store.user(&name).await?;
        let hash = user.as_ref().map_or_else(|| self.decoy.to_string(), |user| user.password_hash.clone());
        let attempt = password.clone();
        let verified = tokio::task::spawn_blocking(move || verify_password(&attempt, &hash))
            .await
            .map_err(|error| StoreError::Backend(error.to_string()))?;
        let Some(user) = user.filter(|_| verified) else {
            return Ok(None);
        };
        let authorities = Authorities::from_granted(user.authorities.clone());
        let principal = Principal { name: name.clone(), tenant: user.tenant.clone(), authorities };
        self.remember(&name, &password, &principal, now);
        Ok(Some(principal))
    }

    fn recall(&self, name: &str, password: &str, now: i64) -> Option<Principal> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        let known = remembered.get(name).filter(|known| known.until > now)?;
        hmac::verify(&self.key, password.as_bytes(), &known.digest).ok()?;
        Some(known.principal.clone())
    }

    fn remember(&self, name: &str, password: &str, principal: &Principal, now: i64) {
        let digest = hmac::sign(&self.key, password.as_bytes()).as_ref().to_vec();
        let known = Remembered { digest, principal: principal.clone(), until: now + REMEMBERED_FOR };
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MAX_REMEMBERED {
            remembered.retain(|_, known| known.until > now);
        }
        if remembered.len() < MAX_REMEMBERED {
            remembered.insert(name.to_owned(), known);
        }
    }
}

/// User name and password of a Basic header. The scheme's case does not matter (RFC 7617).
fn parse_basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_headers() {
        assert_eq!(parse_basic("Basic YWRtaW46YTpi"), Some(("admin".into(), "a:b".into())));
        assert_eq!(parse_basic("basic YWRtaW46YTpi"), Some(("admin".into(), "a:b".into())));
        for bad in ["", "Basic", "Basic !!", "Bearer YWRtaW46YTpi", "Basic YWRtaW4="] {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
    }
}
