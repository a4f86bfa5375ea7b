//! What a poll need not know of a target: attributes and metadata.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::schema::Table;
use crate::{Store, keys};

/// Device attributes and operator metadata of one target. Missing until there is something to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TargetDetails {
    #[serde(rename = "id")]
    pub controller_id: String,
    #[serde(rename = "attr", default)]
    pub attributes: BTreeMap<String, String>,
    #[serde(rename = "meta", default)]
    pub metadata: BTreeMap<String, String>,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Record for TargetDetails {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::details(tenant, &self.controller_id)
    }
}

impl Store {
    /// The details of one target, or `None` while it has none.
    pub async fn details(&self, tenant: &Tenant, controller_id: &str) -> Result<Option<Loaded<TargetDetails>>> {
        self.database.find(&keys::details(tenant, controller_id), Consistency::Strong).await
    }

    /// One page of a shard's details, in the same order as [`Store::target_page`].
    pub async fn details_page(
        &self,
        tenant: &Tenant,
        shard: u32,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Loaded<TargetDetails>>> {
        let shard = Range::of(Table::Fleet, keys::all_details(tenant, shard)).limit(limit);
        self.database.first_page(&shard.after(after)).await
    }
}
