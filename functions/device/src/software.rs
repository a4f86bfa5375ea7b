//! Distribution sets and their modules, as devices get them.
//!
//! Only what is locked is remembered, and only for a minute. A locked set and its modules do not change, so that a moment
//! old read is as good as any, and thousands of devices that fetch the same update cost one read. What is not locked may
//! change this very moment, and nobody would tell us: it is read anew each time, consistently, so that a device never
//! installs a half of what its operator put together. The minute bounds what an operator who unlocks a set has to wait
//! until devices that are at it already see the change. Whoever was assigned the set after the change gets what was read
//! after the assignment.

use harrier_domain::software::{Artifact, DistributionSet, Metadata, SoftwareModule, SoftwareModuleType};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{CatalogueRecord, Consistency, Loaded, MetadataOwner, Result, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How long something locked is remembered, milliseconds.
const REMEMBERED_FOR: i64 = 60_000;

/// By how much the clocks of two processes may differ, and a read may lag behind a write, milliseconds.
const CLOCK_DIFFERENCE: i64 = 2_000;

/// Most things of one kind remembered at once.
const MAX_REMEMBERED: usize = 1000;

/// A module with what devices are told about it.
pub struct DeployedModule {
    pub module: Arc<SoftwareModule>,
    pub type_key: Arc<str>,
    /// What is visible to devices.
    pub metadata: Arc<Vec<Metadata>>,
}

/// Looks software up. Clones share what is remembered.
#[derive(Clone, Default)]
pub struct SoftwareLibrary {
    shelves: Arc<Shelves>,
}

#[derive(Default)]
struct Shelves {
    sets: Shelf<Arc<DistributionSet>>,
    modules: Shelf<Arc<SoftwareModule>>,
    metadata: Shelf<Arc<Vec<Metadata>>>,
    type_keys: Shelf<Arc<str>>,
}

/// What is looked up where, at what time.
#[derive(Clone, Copy)]
pub struct Lookup<'a> {
    pub store: &'a Store,
    pub tenant: &'a Tenant,
    /// Epoch milliseconds.
    pub now: i64,
    /// When the software was assigned, epoch milliseconds: what was read before is not good enough.
    pub assigned_at: i64,
}

impl SoftwareLibrary {
    /// A distribution set, or `None`.
    pub async fn set(&self, lookup: Lookup<'_>, id: i64) -> Result<Option<Arc<DistributionSet>>> {
        let found = find(&self.shelves.sets, lookup, &[id], |set: &DistributionSet| set.locked).await?;
        Ok(found.into_iter().next())
    }

    /// A software module, or `None`.
    pub async fn module(&self, lookup: Lookup<'_>, id: i64) -> Result<Option<Arc<SoftwareModule>>> {
        let found = find(&self.shelves.modules, lookup, &[id], |module: &SoftwareModule| module.locked).await?;
        Ok(found.into_iter().next())
    }

    /// Everything a deployment of the set consists of, in the order of module ids.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the set is gone.
    pub async fn deployment(&self, lookup: Lookup<'_>, set: i64) -> Result<Vec<DeployedModule>> {
        let missing = || StoreError::Refused(Error::not_found(Entity::DistributionSet, set));
        let set = self.set(lookup, set).await?.ok_or_else(missing)?;
        let ids: Vec<i64> = set.modules.iter().copied().collect();
        let modules = find(&self.shelves.modules, lookup, &ids, |module: &SoftwareModule| module.locked).await?;
        let mut deployed = Vec::with_capacity(modules.len());
        for module in modules {
            let type_key = self.type_key(lookup, module.type_id).await?;
            let metadata = self.visible_metadata(lookup, &module).await?;
            deployed.push(DeployedModule { module, type_key, metadata });
        }
        Ok(deployed)
    }

    /// The key of a type never changes, so it is remembered for good.
    async fn type_key(&self, lookup: Lookup<'_>, id: i64) -> Result<Arc<str>> {
        let Lookup { store, tenant, now, .. } = lookup;
        if let Some(key) = self.shelves.type_keys.recall(tenant, id, now, i64::MIN) {
            return Ok(key);
        }
        let found = match store.find::<SoftwareModuleType>(tenant, id, Consistency::Eventual).await? {
            Some(found) => found,
            None => store.get::<SoftwareModuleType>(tenant, id).await?,
        };
        let key: Arc<str> = found.key.as_str().into();
        self.shelves.type_keys.keep(tenant, id, Kept { read_at: now, until: i64::MAX, value: Arc::clone(&key) });
        Ok(key)
    }

    async fn visible_metadata(&self, lookup: Lookup<'_>, module: &SoftwareModule) -> Result<Arc<Vec<Metadata>>> {
        let Lookup { store, tenant, now, assigned_at } = lookup;
        if !module.has_visible_metadata {
            return Ok(Arc::default());
        }
        if let Some(metadata) = self.shelves.metadata.recall(tenant, module.id, now, assigned_at) {
            return Ok(metadata);
        }
        let consistency = if module.locked { Consistency::Eventual } else { Consistency::Strong };
        let all = store.metadata(tenant, MetadataOwner::Module(module.id), consistency).await?;
        let entries = all.into_iter().map(|owned| owned.into_inner().entry);
        let visible: Arc<Vec<Metadata>> = Arc::new(entries.filter(|entry| entry.visible).collect());
        if module.locked {
            self.shelves.metadata.keep(tenant, module.id, Kept::for_a_while(now, Arc::clone(&visible)));
        }
        Ok(visible)
    }
}

/// Those of `ids` that exist, in their order.
async fn find<T: CatalogueRecord>(
    shelf: &Shelf<Arc<T>>,
    lookup: Lookup<'_>,
    ids: &[i64],
    is_locked: impl Fn(&T) -> bool,
) -> Result<Vec<Arc<T>>> {
    let Lookup { store, tenant, now, assigned_at } = lookup;
    let mut known: HashMap<i64, Arc<T>> =
        ids.iter().filter_map(|id| Some((*id, shelf.recall(tenant, *id, now, assigned_at)?))).collect();
    for found in store.find_many::<T>(tenant, &absent(ids, &known), Consistency::Eventual).await? {
        if is_locked(&found) {
            let found = Arc::new(found.into_inner());
            shelf.keep(tenant, found.id(), Kept::for_a_while(now, Arc::clone(&found)));
            known.insert(found.id(), found);
        }
    }
    let rest = store.find_many::<T>(tenant, &absent(ids, &known), Consistency::Strong).await?;
    known.extend(rest.into_iter().map(Loaded::into_inner).map(|found| (found.id(), Arc::new(found))));
    Ok(ids.iter().filter_map(|id| known.get(id).cloned()).collect())
}

fn absent<T>(ids: &[i64], known: &HashMap<i64, T>) -> Vec<i64> {
    ids.iter().copied().filter(|id| !known.contains_key(id)).collect()
}

/// The artifact a device asks for: by its name, or with blanks for the plus signs some clients write (DDI §11).
pub fn artifact_called<'m>(module: &'m SoftwareModule, filename: &str) -> Option<&'m Artifact> {
    let with_blanks = || module.artifact_named(&filename.replace('+', " "));
    module.artifact_named(filename).or_else(with_blanks)
}

/// Things by tenant and id, each until its time is over.
struct Shelf<T> {
    kept: Mutex<HashMap<Tenant, HashMap<i64, Kept<T>>>>,
}

struct Kept<T> {
    read_at: i64,
    until: i64,
    value: T,
}

impl<T> Kept<T> {
    fn for_a_while(now: i64, value: T) -> Self {
        Self { read_at: now, until: now + REMEMBERED_FOR, value }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<T: Clone> Shelf<T> {
    /// What is kept, unless its time is over or it was read before `assigned_at`.
    fn recall(&self, tenant: &Tenant, id: i64, now: i64, assigned_at: i64) -> Option<T> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = assigned_at.saturating_add(CLOCK_DIFFERENCE);
        let found = kept.get(tenant)?.get(&id).filter(|kept| now < kept.until && kept.read_at > earliest);
        found.map(|kept| kept.value.clone())
    }

    fn keep(&self, tenant: &Tenant, id: i64, one: Kept<T>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.values().map(HashMap::len).sum::<usize>() >= MAX_REMEMBERED {
            kept.clear();
        }
        kept.entry(tenant.clone()).or_default().insert(id, one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shelf_forgets_in_time_and_keeps_tenants_apart() {
        let (one, other) = (Tenant::parse("one").unwrap(), Tenant::parse("other").unwrap());
        let shelf = Shelf::default();
        let read_at = 50_000;
        shelf.keep(&one, 1, Kept::for_a_while(read_at, "a"));
        let until = read_at + REMEMBERED_FOR;
        assert_eq!(shelf.recall(&one, 1, until - 1, 0), Some("a"));
        assert_eq!(shelf.recall(&one, 1, until, 0), None);
        assert_eq!(shelf.recall(&one, 2, read_at, 0), None);
        assert_eq!(shelf.recall(&other, 1, read_at, 0), None);
        let before = read_at - CLOCK_DIFFERENCE - 1;
        assert_eq!(shelf.recall(&one, 1, read_at, before), Some("a"));
        assert_eq!(shelf.recall(&one, 1, read_at, before + 1), None, "assigned too shortly before it was read");
    }

    #[test]
    fn a_shelf_does_not_grow_for_ever() {
        let tenant = Tenant::parse("one").unwrap();
        let shelf = Shelf::default();
        for id in 0..2000 {
            shelf.keep(&tenant, id, Kept::for_a_while(1, id));
        }
        assert!(shelf.kept.lock().unwrap()[&tenant].len() <= MAX_REMEMBERED);
        assert_eq!(shelf.recall(&tenant, 1999, 1, i64::MIN), Some(1999));
    }
}
