//! Configuration values a tenant has set.

use harrier_domain::Tenant;
use harrier_domain::configuration::Entry;
use serde::{Deserialize, Serialize};

use crate::item::{Key, Record};
use crate::keys;

/// One configuration value; the domain knows what keys there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSetting {
    #[serde(rename = "k")]
    pub key: String,
    pub entry: Entry,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Record for StoredSetting {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::tenancy(tenant, super::tenants::KIND, &Self::sort(&self.key))
    }
}

impl StoredSetting {
    pub(super) const PREFIX: &'static str = "setting#";

    pub(super) fn sort(key: &str) -> String {
        format!("{}{key}", Self::PREFIX)
    }
}
