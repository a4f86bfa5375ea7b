//! Which targets can take sets of a type (`domain-behaviour.md` §2.3).

use harrier_domain::Tenant;
use harrier_domain::classification::TargetType;
use harrier_domain::target::Target;
use harrier_store::{Consistency, Loaded, Result, Store};
use std::collections::{BTreeMap, BTreeSet};

/// Target types and the set types they take.
pub(super) struct Compatibility {
    set_types: BTreeMap<i64, BTreeSet<i64>>,
}

impl Compatibility {
    /// For targets of these types; reads nothing when there are none.
    pub async fn of(store: &Store, tenant: &Tenant, target_types: BTreeSet<i64>) -> Result<Self> {
        let ids: Vec<i64> = target_types.into_iter().collect();
        Ok(Self::from_types(store.find_many(tenant, &ids, Consistency::Strong).await?))
    }

    /// For all targets of the tenant.
    pub async fn of_all(store: &Store, tenant: &Tenant) -> Result<Self> {
        Ok(Self::from_types(store.all(tenant).await?))
    }

    fn from_types(types: Vec<Loaded<TargetType>>) -> Self {
        Self { set_types: types.into_iter().map(|one| (one.id, one.compatible_set_types.clone())).collect() }
    }

    /// A target without a type takes every set.
    pub fn allows(&self, target: &Target, set_type: i64) -> bool {
        let Some(target_type) = target.target_type else {
            return true;
        };
        self.set_types.get(&target_type).is_some_and(|compatible| compatible.contains(&set_type))
    }
}
