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
    /// For these targets; reads nothing when none has a type.
    pub async fn of<'t>(store: &Store, tenant: &Tenant, targets: impl Iterator<Item = &'t Target>) -> Result<Self> {
        let ids: BTreeSet<i64> = targets.filter_map(|target| target.target_type).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
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
