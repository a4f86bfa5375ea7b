//! The names that are unique in a tenant (management §1.12). Soft-deleted entities keep theirs.

use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_domain::{Error, Tenant, text};
use harrier_store::{CatalogueRecord, Loaded, NameGuard, Result, Store};

/// Something whose names are guarded.
pub(crate) trait Named {
    /// One guard for each key that is unique.
    fn guards(&self) -> Vec<NameGuard>;
}

impl Named for SoftwareModuleType {
    fn guards(&self) -> Vec<NameGuard> {
        vec![
            NameGuard::new("module-type-key", &[&self.key], self.id),
            NameGuard::new("module-type-name", &[&self.name], self.id),
        ]
    }
}

impl Named for DistributionSetType {
    fn guards(&self) -> Vec<NameGuard> {
        vec![
            NameGuard::new("set-type-key", &[&self.key], self.id),
            NameGuard::new("set-type-name", &[&self.name], self.id),
        ]
    }
}

impl Named for SoftwareModule {
    fn guards(&self) -> Vec<NameGuard> {
        vec![NameGuard::new("module", &[&self.type_id.to_string(), &self.name, &self.version], self.id)]
    }
}

impl Named for DistributionSet {
    fn guards(&self) -> Vec<NameGuard> {
        vec![NameGuard::new("set", &[&self.type_id.to_string(), &self.name, &self.version], self.id)]
    }
}

impl Named for DistributionSetTag {
    fn guards(&self) -> Vec<NameGuard> {
        vec![NameGuard::new("set-tag", &[&self.name], self.id)]
    }
}

/// A type that requests name by its key.
pub(crate) trait Keyed: CatalogueRecord {
    /// The space of its keys among the guards.
    const KEYS: &'static str;
}

impl Keyed for SoftwareModuleType {
    const KEYS: &'static str = "module-type-key";
}

impl Keyed for DistributionSetType {
    const KEYS: &'static str = "set-type-key";
}

/// The type with this key, soft-deleted or not.
///
/// # Errors
/// [`Error::NotFound`] naming the key.
pub(crate) async fn type_with_key<T: Keyed>(store: &Store, tenant: &Tenant, key: &str) -> Result<Loaded<T>> {
    // What no type can be called is not looked up: the database takes no such key.
    if text::key("type", key).is_err() {
        return Err(Error::not_found(T::ENTITY, key).into());
    }
    match store.owner_of_name(tenant, T::KEYS, &[key]).await? {
        Some(id) => store.get(tenant, id).await,
        None => Err(Error::not_found(T::ENTITY, key).into()),
    }
}
