//! Modules and sets together with what their descriptions need: types, and the modules of a set.

use harrier_domain::Tenant;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType, TypedModule};
use std::collections::{BTreeMap, BTreeSet};

use super::CatalogueRecord;
use crate::Store;
use crate::database::Consistency;
use crate::error::{Result, StoreError};

/// A distribution set with its type and its modules, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedSet {
    pub set: DistributionSet,
    pub set_type: DistributionSetType,
    pub modules: Vec<TypedModule>,
}

impl DescribedSet {
    /// The set may be deployed as far as its contents go (`domain-behaviour.md` §2.7).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.set.is_complete(&self.set_type, &self.modules)
    }
}

impl Store {
    /// The modules with their types, in the given order.
    ///
    /// # Errors
    /// [`StoreError::Backend`] for a module whose type is not stored: types in use are never removed.
    pub async fn describe_modules(&self, tenant: &Tenant, modules: Vec<SoftwareModule>) -> Result<Vec<TypedModule>> {
        let types: BTreeMap<i64, SoftwareModuleType> =
            self.by_id(tenant, modules.iter().map(|module| module.type_id).collect()).await?;
        modules.into_iter().map(|module| typed(module, &types)).collect()
    }

    /// One module with its type.
    ///
    /// # Errors
    /// As [`Store::describe_modules`].
    pub async fn describe_module(&self, tenant: &Tenant, module: SoftwareModule) -> Result<TypedModule> {
        let described = self.describe_modules(tenant, vec![module]).await?;
        described.into_iter().next().ok_or_else(|| StoreError::broken_item("a module was lost"))
    }

    /// One set with its type and modules.
    ///
    /// # Errors
    /// As [`Store::describe_sets`].
    pub async fn describe_set(&self, tenant: &Tenant, set: DistributionSet) -> Result<DescribedSet> {
        let described = self.describe_sets(tenant, vec![set]).await?;
        described.into_iter().next().ok_or_else(|| StoreError::broken_item("a set was lost"))
    }

    /// The sets with their types and modules, in the given order. Three batch reads, however many sets there are.
    ///
    /// # Errors
    /// [`StoreError::Backend`] for a set whose type is not stored: types in use are never removed.
    pub async fn describe_sets(&self, tenant: &Tenant, sets: Vec<DistributionSet>) -> Result<Vec<DescribedSet>> {
        let set_types = self.by_id(tenant, sets.iter().map(|set| set.type_id).collect()).await?;
        let module_ids = sets.iter().flat_map(|set| set.modules.iter().copied()).collect();
        let modules: BTreeMap<i64, SoftwareModule> = self.by_id(tenant, module_ids).await?;
        let module_types = self.by_id(tenant, modules.values().map(|module| module.type_id).collect()).await?;
        let describe = |set: DistributionSet| {
            let held = set.modules.iter().filter_map(|id| modules.get(id).cloned());
            Ok(DescribedSet {
                set_type: known(&set_types, set.type_id)?,
                modules: held.map(|module| typed(module, &module_types)).collect::<Result<_>>()?,
                set,
            })
        };
        sets.into_iter().map(describe).collect()
    }

    async fn by_id<T: CatalogueRecord>(&self, tenant: &Tenant, ids: BTreeSet<i64>) -> Result<BTreeMap<i64, T>> {
        let ids: Vec<i64> = ids.into_iter().collect();
        let found = self.find_many::<T>(tenant, &ids, Consistency::Strong).await?;
        Ok(found.into_iter().map(|record| (record.id(), record.into_inner())).collect())
    }
}

fn typed(module: SoftwareModule, types: &BTreeMap<i64, SoftwareModuleType>) -> Result<TypedModule> {
    Ok(TypedModule { module_type: known(types, module.type_id)?, module })
}

fn known<T: Clone>(types: &BTreeMap<i64, T>, id: i64) -> Result<T> {
    types.get(&id).cloned().ok_or_else(|| StoreError::broken_item(format!("type {id} is used but not stored")))
}
