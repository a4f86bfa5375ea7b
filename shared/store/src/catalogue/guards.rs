//! Unique names: an item per name in use, made and removed in the transaction that makes and removes its owner.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::keys;

/// Separates the parts of a composed name; cannot be typed into a name by accident.
const SEPARATOR: &str = "\u{1f}";

/// A name in use within a space, for example `module` names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameGuard {
    #[serde(rename = "sp")]
    pub space: String,
    #[serde(rename = "nm")]
    pub name: String,
    /// The id of the entity that has the name.
    #[serde(rename = "own")]
    pub owner: i64,
}

impl NameGuard {
    /// Guards a name made of `parts`, as unique in `space`.
    #[must_use]
    pub fn new(space: &str, parts: &[&str], owner: i64) -> Self {
        Self { space: space.to_owned(), name: parts.join(SEPARATOR), owner }
    }
}

impl Record for NameGuard {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::catalogue_text(tenant, &format!("unique#{}", self.space), &self.name)
    }
}

impl Store {
    /// Who has the name, if anybody.
    pub async fn owner_of_name(&self, tenant: &Tenant, space: &str, parts: &[&str]) -> Result<Option<i64>> {
        let key = NameGuard::new(space, parts, 0).key(tenant);
        let guard: Option<Loaded<NameGuard>> = self.database.find(&key, Consistency::Strong).await?;
        Ok(guard.map(|guard| guard.owner))
    }

    /// The name is in use.
    pub async fn is_name_taken(&self, tenant: &Tenant, guard: &NameGuard) -> Result<bool> {
        Ok(self.database.get(&guard.key(tenant), Consistency::Strong).await?.is_some())
    }
}
