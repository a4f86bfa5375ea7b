//! What a poll need not know of a target: attributes and metadata.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::database::{Consistency, Range, SortRange};
use crate::error::Result;
use crate::item::{Key, Loaded, Record, decode};
use crate::keys;
use crate::schema::Table;
use crate::{MAX_PAGE, Store};

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
        let item = self.database.get(&keys::details(tenant, controller_id), Consistency::Strong).await?;
        item.map(decode).transpose()
    }

    /// One page of a shard's details, in the same order as [`Store::target_page`].
    pub async fn details_page(
        &self,
        tenant: &Tenant,
        shard: u32,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Loaded<TargetDetails>>> {
        let range = Range {
            table: Table::Fleet,
            partition: keys::all_details(tenant, shard),
            sort: after.map_or(SortRange::All, |id| SortRange::After(id.to_owned())),
            forward: true,
            limit: limit.min(MAX_PAGE),
            consistency: Consistency::Strong,
        };
        let page = self.database.query(&range, None).await?;
        page.items.into_iter().map(decode).collect()
    }
}
