//! Which modules a set holds, seen from the modules.
//!
//! A membership item may be there without its set (from a request that did not get further), never the other way round:
//! it is written before or with the set, in a transaction that checks the module. A module is soft-deleted before anybody
//! looks for its memberships, so either the check fails or the membership is seen.

use harrier_domain::Tenant;
use harrier_domain::software::{DistributionSet, SoftwareModule};
use harrier_store::{Consistency, Loaded, MAX_TRANSACTION, Record, Result, SetMembership, Store, Transaction};
use std::collections::BTreeMap;

/// Memberships per transaction, each with a check of its module.
const CHUNK: usize = MAX_TRANSACTION / 2;

/// The loaded modules by id.
pub(crate) type Modules = BTreeMap<i64, Loaded<SoftwareModule>>;

/// Adds memberships and the checks of their modules.
pub(crate) fn attach(memberships: &[SetMembership], modules: &Modules, transaction: &mut Transaction<'_>) {
    let mut checked = std::collections::BTreeSet::new();
    for membership in memberships {
        transaction.put(membership);
        if let (true, Some(module)) = (checked.insert(membership.module), modules.get(&membership.module)) {
            transaction.check_unchanged(module);
        }
    }
}

/// Writes memberships ahead of their sets, when one transaction cannot hold both.
pub(crate) async fn reserve(
    store: &Store,
    tenant: &Tenant,
    memberships: &[SetMembership],
    modules: &Modules,
) -> Result<()> {
    for chunk in memberships.chunks(CHUNK) {
        let mut transaction = store.transaction(tenant);
        attach(chunk, modules, &mut transaction);
        transaction.commit().await?;
    }
    Ok(())
}

/// Removes memberships whose sets no longer hold the modules.
pub(crate) async fn remove(store: &Store, tenant: &Tenant, memberships: &[SetMembership]) -> Result<()> {
    for chunk in memberships.chunks(MAX_TRANSACTION) {
        let mut transaction = store.transaction(tenant);
        for membership in chunk {
            transaction.delete_key(&membership.key(tenant));
        }
        transaction.commit().await?;
    }
    Ok(())
}

/// The memberships of a set's modules.
pub(crate) fn of(set: &DistributionSet) -> Vec<SetMembership> {
    set.modules.iter().map(|module| SetMembership { module: *module, set: set.id }).collect()
}

/// The sets that hold a module, soft-deleted ones included.
pub(crate) async fn holders(store: &Store, tenant: &Tenant, module: i64) -> Result<Vec<Loaded<DistributionSet>>> {
    let memberships = store.sets_of_module(tenant, module).await?;
    let ids: Vec<i64> = memberships.iter().map(|membership| membership.set).collect();
    let sets = store.find_many::<DistributionSet>(tenant, &ids, Consistency::Strong).await?;
    Ok(sets.into_iter().filter(|set| set.modules.contains(&module)).collect())
}
