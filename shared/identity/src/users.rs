//! Users of the Management API: HTTP Basic and bearer tokens (management §1.2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harrier_domain::Tenant;
use harrier_domain::authority::Authorities;
use harrier_store::{Result, Store, StoreError, UserRecord};
use std::sync::{Arc, OnceLock};
use thiserror::Error;

use crate::oidc::{OidcLogin, OidcSettings, ProviderError};
use crate::password_check::PasswordChecks;
use crate::remembered_logins::RememberedLogins;
use crate::secret;

/// Longest user name looked up, bytes. No longer one is stored; the database refuses keys beyond 2 048 bytes.
const MAX_NAME_BYTES: usize = 512;

/// A user who proved to be who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub name: String,
    pub tenant: Tenant,
    pub authorities: Authorities,
}

/// How users may log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLogins {
    /// With a password from the store.
    pub basic: bool,
    /// With a bearer token of this provider.
    pub oidc: Option<OidcSettings>,
}

impl Default for UserLogins {
    /// Passwords alone.
    fn default() -> Self {
        Self { basic: true, oidc: None }
    }
}

/// A login that could neither be accepted nor refused.
#[derive(Debug, Error)]
pub enum LoginError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// So many passwords wait to be checked that this one is not.
    #[error("too many logins at once")]
    TooBusy,
}

/// Checks logins against the users in the store and the tokens of the provider. Cheap to clone.
#[derive(Clone)]
pub struct UserDirectory {
    store: Store,
    basic: bool,
    oidc: Option<OidcLogin>,
    remembered: Arc<RememberedLogins>,
    checks: PasswordChecks,
    /// Verified against when the user is unknown, so that names cannot be told from the time an answer takes.
    decoy: Arc<OnceLock<String>>,
}

impl UserDirectory {
    /// Lets users of the store log in with their passwords; see [`with_logins`](Self::with_logins).
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the operating system gives no randomness.
    pub fn new(store: Store) -> Result<Self> {
        let backend = |reason: String| StoreError::Backend(reason);
        let remembered = RememberedLogins::new().map_err(|error| backend(error.to_string()))?;
        Ok(Self {
            store,
            basic: true,
            oidc: None,
            remembered: Arc::new(remembered),
            checks: PasswordChecks::new(),
            decoy: Arc::default(),
        })
    }

    /// Made when it is first needed: hashing takes longer than a function may take to start.
    fn decoy(&self) -> Result<String> {
        if let Some(decoy) = self.decoy.get() {
            return Ok(decoy.clone());
        }
        let backend = |reason: String| StoreError::Backend(reason);
        let unguessable = secret::random_token().map_err(|error| backend(error.to_string()))?;
        let decoy = crate::hash_password(&unguessable).map_err(|error| backend(error.to_string()))?;
        Ok(self.decoy.get_or_init(|| decoy).clone())
    }

    /// The same with other ways to log in. Nothing is asked of a provider before the first token comes.
    #[must_use]
    pub fn with_logins(self, logins: &UserLogins) -> Self {
        Self { basic: logins.basic, oidc: logins.oidc.clone().map(OidcLogin::new), ..self }
    }

    /// The user of an `Authorization` header; `None` is 401. `now` is epoch milliseconds.
    ///
    /// # Errors
    /// [`LoginError`] when it cannot be told: the store or the provider does not answer, or too many ask.
    pub async fn authenticate(&self, authorization: &str, now: i64) -> Result<Option<Principal>, LoginError> {
        // The scheme's case does not matter (RFC 9110 §11.1).
        let Some((scheme, credentials)) = authorization.split_once(' ') else {
            return Ok(None);
        };
        if self.basic && scheme.eq_ignore_ascii_case("basic") {
            return self.log_in(credentials, now).await;
        }
        match &self.oidc {
            Some(oidc) if scheme.eq_ignore_ascii_case("bearer") => {
                Ok(oidc.authenticate(credentials.trim(), now).await?)
            }
            _ => Ok(None),
        }
    }

    async fn log_in(&self, credentials: &str, now: i64) -> Result<Option<Principal>, LoginError> {
        let Some((name, password)) = parse_basic(credentials) else {
            return Ok(None);
        };
        if let Some(principal) = self.remembered.recall(&name, &password, now) {
            return Ok(Some(principal));
        }
        let turn = self.checks.turn().await?;
        // Somebody may have logged in with the same password while this request waited.
        if let Some(principal) = self.remembered.recall(&name, &password, now) {
            return Ok(Some(principal));
        }
        let user = self.user(&name).await?;
        let hash = match &user {
            Some(user) => user.password_hash.clone(),
            None => self.decoy()?,
        };
        let verified = turn.check(password.clone(), hash).await;
        let Some(user) = user else {
            self.remembered.forget(&name);
            return Ok(None);
        };
        if !verified {
            return Ok(None);
        }
        let authorities = Authorities::from_granted(user.authorities);
        let principal = Principal { name, tenant: user.tenant, authorities };
        self.remembered.remember(&password, &principal, now);
        Ok(Some(principal))
    }

    async fn user(&self, name: &str) -> Result<Option<UserRecord>> {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Ok(None);
        }
        Ok(self.store.user(name).await?.map(|user| (*user).clone()))
    }
}

/// User name and password of a Basic header (RFC 7617), its scheme taken off.
fn parse_basic(credentials: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials() {
        assert_eq!(parse_basic("YWRtaW46YTpi"), Some(("admin".into(), "a:b".into())));
        for bad in ["", "!!", "YWRtaW4="] {
            assert_eq!(parse_basic(bad), None, "{bad}");
        }
    }
}
