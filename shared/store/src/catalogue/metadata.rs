//! Metadata of distribution sets and software modules: one item per key, because values may be large.

use harrier_domain::Tenant;
use harrier_domain::software::Metadata;
use serde::{Deserialize, Serialize};

use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::schema::Table;
use crate::{Store, keys};

/// Whose metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetadataOwner {
    Module(i64),
    Set(i64),
}

impl MetadataOwner {
    fn kind(self) -> String {
        match self {
            Self::Module(id) => format!("metadata#module#{id}"),
            Self::Set(id) => format!("metadata#set#{id}"),
        }
    }
}

/// One entry with its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedMetadata {
    #[serde(rename = "own")]
    pub owner: MetadataOwner,
    #[serde(flatten)]
    pub entry: Metadata,
}

impl Record for OwnedMetadata {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::catalogue_text(tenant, &self.owner.kind(), &self.entry.key)
    }
}

impl Store {
    /// All entries, ordered by key.
    pub async fn metadata(
        &self,
        tenant: &Tenant,
        owner: MetadataOwner,
        consistency: Consistency,
    ) -> Result<Vec<Loaded<OwnedMetadata>>> {
        let range = Range::of(Table::Catalogue, keys::catalogue_kind(tenant, &owner.kind())).consistency(consistency);
        self.database.all(&range).await
    }

    /// One entry, or `None`.
    pub async fn metadata_entry(
        &self,
        tenant: &Tenant,
        owner: MetadataOwner,
        key: &str,
        consistency: Consistency,
    ) -> Result<Option<Loaded<OwnedMetadata>>> {
        let key = keys::catalogue_text(tenant, &owner.kind(), key);
        self.database.find(&key, consistency).await
    }
}
