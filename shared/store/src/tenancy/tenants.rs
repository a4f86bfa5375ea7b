//! Tenants themselves. A tenant and its settings share a partition: one query reads all that requests need to know.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use super::StoredSetting;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Item, Key, Loaded, Record, decode};
use crate::range::Range;
use crate::records::decode_all;
use crate::schema::{SORT_KEY, Table};
use crate::{Store, keys};

pub(super) const KIND: &str = "tenant";
const SORT: &str = "tenant";

/// What the installation knows of a tenant. A tenant without this record does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantRecord {
    pub name: String,
    #[serde(rename = "dst")]
    pub default_set_type: i64,
    #[serde(rename = "ca")]
    pub created_at: i64,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Record for TenantRecord {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::tenancy(tenant, KIND, SORT)
    }
}

impl Store {
    /// The tenant and its settings; `None` for a tenant that does not exist.
    pub async fn tenant(
        &self,
        tenant: &Tenant,
        consistency: Consistency,
    ) -> Result<Option<(Loaded<TenantRecord>, Vec<Loaded<StoredSetting>>)>> {
        let partition = keys::tenancy(tenant, KIND, SORT).partition;
        let range = Range::of(Table::Tenancy, partition).consistency(consistency);
        let items = self.database.query_all(&range).await?;
        let (settings, records): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_setting);
        let Some(record) = records.into_iter().next() else {
            return Ok(None);
        };
        Ok(Some((decode(record)?, decode_all(settings)?)))
    }
}

fn is_setting(item: &Item) -> bool {
    item.get(SORT_KEY).and_then(|sort| sort.as_s().ok()).is_some_and(|sort| sort.starts_with(StoredSetting::PREFIX))
}
