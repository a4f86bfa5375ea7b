//! Distribution sets on their way to devices: usable, complete, locked.

use harrier_domain::audit::Actor;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType, TypedModule};
use harrier_domain::{Entity, Error, Tenant};
use harrier_identity::TenantSnapshot;
use harrier_store::{
    CatalogueRecord, Consistency, Loaded, MAX_TRANSACTION, Result, Store, StoreError, Transaction, until_settled,
};

/// A set that carries a tag of one of these names is not locked by being used (`domain-behaviour.md` §2.7).
const SKIP_LOCK_TAGS: [&str; 4] =
    ["skip-implicit-lock", "skip_implicit_lock", "SKIP_IMPLICIT_LOCK", "SKIP-IMPLICIT-LOCK"];

/// Modules that fit into one transaction with their set.
const MODULES_WITH_SET: usize = MAX_TRANSACTION - 1;

/// The set, if it may be deployed: it exists, is neither deleted nor invalid, and is complete.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Deleted`], [`Error::InvalidDistributionSet`], [`Error::IncompleteDistributionSet`].
pub async fn deployable_set(store: &Store, tenant: &Tenant, id: i64) -> Result<Loaded<DistributionSet>> {
    let set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    if set.deleted {
        return Err(Error::Deleted { entity: Entity::DistributionSet, id: id.into() }.into());
    }
    if !set.valid {
        return Err(Error::InvalidDistributionSet(id).into());
    }
    // Locking checked completeness, and nothing that counts can change since.
    if !set.locked && !is_complete(store, tenant, &set).await? {
        return Err(Error::IncompleteDistributionSet(id).into());
    }
    Ok(set)
}

async fn is_complete(store: &Store, tenant: &Tenant, set: &DistributionSet) -> Result<bool> {
    if set.modules.is_empty() {
        return Ok(false);
    }
    let set_type = lasting::<DistributionSetType>(store, tenant, &[set.type_id]).await?;
    let set_type = set_type.first().ok_or_else(|| Error::not_found(Entity::DistributionSetType, set.type_id))?;
    let modules: Vec<i64> = set.modules.iter().copied().collect();
    Ok(set.is_complete(set_type, &typed_modules(store, tenant, &modules).await?))
}

/// The modules with these ids, each with its type.
///
/// # Errors
/// [`Error::NotFoundMany`] naming the modules that do not exist.
pub async fn typed_modules(store: &Store, tenant: &Tenant, ids: &[i64]) -> Result<Vec<TypedModule>> {
    let modules: Vec<Loaded<SoftwareModule>> = store.find_many(tenant, ids, Consistency::Strong).await?;
    let missing = |id: &&i64| modules.iter().all(|module| module.id != **id);
    let missing: Vec<_> = ids.iter().filter(missing).map(|id| (*id).into()).collect();
    if !missing.is_empty() {
        return Err(Error::NotFoundMany { entity: Entity::SoftwareModule, ids: missing }.into());
    }
    let type_ids: Vec<i64> = modules.iter().map(|module| module.type_id).collect();
    let types: Vec<Loaded<SoftwareModuleType>> = lasting(store, tenant, &type_ids).await?;
    modules
        .into_iter()
        .zip(types)
        .map(|(module, module_type)| {
            if module.type_id != module_type.id {
                return Err(StoreError::Backend(format!("software module {} has no type", module.id)));
            }
            Ok(TypedModule { module: module.into_inner(), module_type: module_type.into_inner() })
        })
        .collect()
}

/// Entities that never change in what matters here once they are used, and may therefore be read a moment old. One that is
/// missing may just have been made.
async fn lasting<T: CatalogueRecord>(store: &Store, tenant: &Tenant, ids: &[i64]) -> Result<Vec<Loaded<T>>> {
    let found = store.find_many(tenant, ids, Consistency::Eventual).await?;
    if found.len() == ids.len() { Ok(found) } else { store.find_many(tenant, ids, Consistency::Strong).await }
}

/// What a set is locked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// An action is about to be made: from now on the set can only be deleted softly.
    Use,
    /// Somebody intends to use it; deleting it takes the intention along.
    Plan,
}

/// Marks the set as used, and locks it with its modules unless the tenant or a tag says otherwise. Committed before the
/// assignment itself: from then on the set can only be deleted softly.
pub async fn lock_for_use(
    store: &Store,
    snapshot: &TenantSnapshot,
    set: Loaded<DistributionSet>,
    actor: &Actor,
    now: i64,
) -> Result<DistributionSet> {
    lock(store, snapshot, set, Purpose::Use, actor, now).await
}

/// Locks the set as [`lock_for_use`] does, but leaves it one that was never used: for auto assignments, which go with it.
pub async fn lock_for_plan(
    store: &Store,
    snapshot: &TenantSnapshot,
    set: Loaded<DistributionSet>,
    actor: &Actor,
    now: i64,
) -> Result<DistributionSet> {
    lock(store, snapshot, set, Purpose::Plan, actor, now).await
}

async fn lock(
    store: &Store,
    snapshot: &TenantSnapshot,
    set: Loaded<DistributionSet>,
    purpose: Purpose,
    actor: &Actor,
    now: i64,
) -> Result<DistributionSet> {
    let is_marked = set.used || purpose == Purpose::Plan;
    if is_marked && (set.locked || !locks(store, snapshot, &set).await?) {
        return Ok(set.into_inner());
    }
    let id = set.id;
    let mut at_hand = Some(set);
    until_settled(|| {
        let at_hand = at_hand.take();
        async move {
            let set = match at_hand {
                Some(set) => set,
                None => deployable_set(store, &snapshot.tenant, id).await?,
            };
            try_lock(store, snapshot, set, purpose, actor, now).await
        }
    })
    .await
}

async fn try_lock(
    store: &Store,
    snapshot: &TenantSnapshot,
    mut set: Loaded<DistributionSet>,
    purpose: Purpose,
    actor: &Actor,
    now: i64,
) -> Result<DistributionSet> {
    let tenant = &snapshot.tenant;
    let mut transaction = store.transaction(tenant);
    if !set.locked && locks(store, snapshot, &set).await? {
        lock_modules(store, tenant, &set, &mut transaction).await?;
        set.locked = true;
        set.audit.touch(actor, now);
    }
    set.used |= purpose == Purpose::Use;
    transaction.save(&set);
    transaction.commit().await?;
    Ok(set.into_inner())
}

/// Locks the modules in the set's own transaction, as far as they fit; the modules of a very large set are locked before
/// it. A module that is locked too early does no harm, one locked too late could still change.
async fn lock_modules<'a>(
    store: &'a Store,
    tenant: &'a Tenant,
    set: &DistributionSet,
    transaction: &mut Transaction<'a>,
) -> Result<()> {
    let ids: Vec<i64> = set.modules.iter().copied().collect();
    let mut modules = store.find_many::<SoftwareModule>(tenant, &ids, Consistency::Strong).await?;
    let surplus = modules.len().saturating_sub(MODULES_WITH_SET);
    for (position, module) in modules.iter_mut().enumerate() {
        module.locked = true;
        if position < surplus {
            let mut alone = store.transaction(tenant);
            alone.save(module);
            alone.commit().await?;
        } else {
            // Even a module that is locked already must not change between the check and the lock.
            transaction.save_or_check(module);
        }
    }
    Ok(())
}

async fn locks(store: &Store, snapshot: &TenantSnapshot, set: &DistributionSet) -> Result<bool> {
    if !snapshot.configuration.implicit_lock() {
        return Ok(false);
    }
    let tags: Vec<i64> = set.tags.iter().copied().collect();
    let tags = store.find_many::<DistributionSetTag>(&snapshot.tenant, &tags, Consistency::Strong).await?;
    Ok(!tags.iter().any(|tag| SKIP_LOCK_TAGS.contains(&tag.name.as_str())))
}
