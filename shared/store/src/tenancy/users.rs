//! Users of the Management API. User names are unique across the installation: a login does not name a tenant.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::keys;

/// A user who logs in with a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    pub name: String,
    #[serde(rename = "ten")]
    pub tenant: Tenant,
    /// Argon2id, in PHC string format.
    #[serde(rename = "pw")]
    pub password_hash: String,
    /// Authorities and roles as granted.
    #[serde(rename = "auth")]
    pub authorities: Vec<String>,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl std::fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRecord").field("name", &self.name).field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Record for UserRecord {
    fn key(&self, _tenant: &Tenant) -> Key {
        keys::installation("user", &self.name)
    }
}

impl Store {
    /// The user with this name, or `None`.
    pub async fn user(&self, name: &str) -> Result<Option<Loaded<UserRecord>>> {
        self.database.find(&keys::installation("user", name), Consistency::Strong).await
    }
}
