//! Users that an administrator of the installation makes: never a side effect of a request (management §1.2).

use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_identity::{hash_password, put_user, secret, verify_password};
use harrier_store::{Store, UserRecord, until_settled};
use tokio::task::spawn_blocking;

use super::StackError;
use super::options::AdministratorOptions;

/// A user with every right in a tenant.
#[derive(Debug, Clone)]
pub struct Administrator {
    pub name: String,
    pub password: Password,
}

/// What is known of a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// Made just now: this is the only time it can be told.
    Generated(String),
    /// As the caller wanted it.
    Given(String),
    /// The one that was set earlier; only its hash is known.
    Unchanged,
}

impl Password {
    /// The password where it is known.
    #[must_use]
    pub fn reveal(&self) -> Option<&str> {
        match self {
            Self::Generated(password) | Self::Given(password) => Some(password),
            Self::Unchanged => None,
        }
    }
}

/// Never shows the password.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Generated(_) => "Generated",
            Self::Given(_) => "Given",
            Self::Unchanged => "Unchanged",
        })
    }
}

pub(super) async fn ensure_administrator(
    store: &Store,
    tenant: &Tenant,
    options: AdministratorOptions,
) -> Result<Administrator, StackError> {
    let AdministratorOptions { name, password } = options;
    let known = store.user(&name).await?;
    let unchanged = match (&known, password.clone()) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(user), Some(wanted)) => user.tenant == *tenant && matches(wanted, user.password_hash.clone()).await?,
    };
    if unchanged {
        let password = password.map_or(Password::Unchanged, Password::Given);
        return Ok(Administrator { name, password });
    }
    let authorities = match known {
        Some(user) => user.authorities.clone(),
        None => vec![Authority::RoleTenantAdmin.name().to_owned()],
    };
    set_administrator(store, tenant, &name, authorities, password).await
}

/// Makes a user of a tenant, or replaces one, with a password that is generated unless given.
///
/// # Errors
/// [`StackError::Store`] when a user of another tenant has this name.
pub async fn set_administrator(
    store: &Store,
    tenant: &Tenant,
    name: &str,
    authorities: Vec<String>,
    password: Option<String>,
) -> Result<Administrator, StackError> {
    let password = match password {
        Some(given) => Password::Given(given),
        None => Password::Generated(secret::random_token().map_err(|_| StackError::Randomness)?),
    };
    let password_hash = hash(password.reveal().unwrap_or_default().to_owned()).await?;
    let user = UserRecord { name: name.to_owned(), tenant: tenant.clone(), password_hash, authorities, revision: 1 };
    until_settled(|| put_user(store, user.clone())).await?;
    Ok(Administrator { name: name.to_owned(), password })
}

async fn hash(password: String) -> Result<String, StackError> {
    let hashed = spawn_blocking(move || hash_password(&password)).await.map_err(std::io::Error::other)?;
    Ok(hashed?)
}

async fn matches(password: String, hash: String) -> Result<bool, StackError> {
    Ok(spawn_blocking(move || verify_password(&password, &hash)).await.map_err(std::io::Error::other)?)
}
