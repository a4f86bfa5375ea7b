//! Entities addressed by a number.

use harrier_domain::audit::Audit;
use harrier_domain::classification::{DistributionSetTag, TargetFilter, TargetTag, TargetType};
use harrier_domain::software::{DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_domain::{Entity, Error, Tenant};
use serde::{Deserialize, Serialize};

use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::records::values;
use crate::schema::Table;
use crate::{Store, keys};

/// An entity of the catalogue: its kind names its partition.
pub trait CatalogueRecord: Record {
    const KIND: &'static str;
    /// What a not-found answer calls it.
    const ENTITY: Entity;

    fn id(&self) -> i64;

    fn audit_mut(&mut self) -> &mut Audit;
}

macro_rules! catalogue_record {
    ($record:ty, $kind:literal, $entity:expr) => {
        impl CatalogueRecord for $record {
            const KIND: &'static str = $kind;
            const ENTITY: Entity = $entity;

            fn id(&self) -> i64 {
                self.id
            }

            fn audit_mut(&mut self) -> &mut Audit {
                &mut self.audit
            }
        }

        impl Record for $record {
            fn key(&self, tenant: &Tenant) -> Key {
                keys::catalogue(tenant, Self::KIND, self.id)
            }
        }
    };
}

catalogue_record!(SoftwareModuleType, "module-type", Entity::SoftwareModuleType);
catalogue_record!(DistributionSetType, "set-type", Entity::DistributionSetType);
catalogue_record!(SoftwareModule, "module", Entity::SoftwareModule);
catalogue_record!(DistributionSet, "set", Entity::DistributionSet);
catalogue_record!(TargetType, "target-type", Entity::TargetType);
catalogue_record!(TargetTag, "target-tag", Entity::TargetTag);
catalogue_record!(DistributionSetTag, "set-tag", Entity::DistributionSetTag);
catalogue_record!(TargetFilter, "target-filter", Entity::TargetFilterQuery);

impl Store {
    /// One entity, or `None`.
    pub async fn find<T: CatalogueRecord>(
        &self,
        tenant: &Tenant,
        id: i64,
        consistency: Consistency,
    ) -> Result<Option<Loaded<T>>> {
        self.database.find(&keys::catalogue(tenant, T::KIND, id), consistency).await
    }

    /// One entity, read consistently.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get<T: CatalogueRecord>(&self, tenant: &Tenant, id: i64) -> Result<Loaded<T>> {
        let found = self.find(tenant, id, Consistency::Strong).await?;
        found.ok_or_else(|| StoreError::Refused(Error::not_found(T::ENTITY, id)))
    }

    /// Many entities in the order of `ids`; unknown ones are left out.
    pub async fn find_many<T: CatalogueRecord>(
        &self,
        tenant: &Tenant,
        ids: &[i64],
        consistency: Consistency,
    ) -> Result<Vec<Loaded<T>>> {
        let mut distinct = ids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let keys: Vec<Key> = distinct.iter().map(|id| keys::catalogue(tenant, T::KIND, *id)).collect();
        let found: Vec<Loaded<T>> = self.database.find_many(Table::Catalogue, &keys, consistency).await?;
        Ok(ids.iter().filter_map(|id| found.iter().find(|record| record.id() == *id).cloned()).collect())
    }

    /// All entities of a kind, soft-deleted ones included, in the order of their ids.
    pub async fn all<T: CatalogueRecord>(&self, tenant: &Tenant) -> Result<Vec<Loaded<T>>> {
        self.database.all(&Range::of(Table::Catalogue, keys::catalogue_kind(tenant, T::KIND))).await
    }
}

/// A distribution set holds a module: the way back from the module to its sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMembership {
    pub module: i64,
    pub set: i64,
}

impl Record for SetMembership {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::catalogue(tenant, &SetMembership::kind(self.module), self.set)
    }
}

impl SetMembership {
    fn kind(module: i64) -> String {
        format!("sets-of-module#{module}")
    }
}

impl Store {
    /// The distribution sets that hold a module.
    pub async fn sets_of_module(&self, tenant: &Tenant, module: i64) -> Result<Vec<SetMembership>> {
        let range = Range::of(Table::Catalogue, keys::catalogue_kind(tenant, &SetMembership::kind(module)));
        Ok(values(self.database.all(&range).await?))
    }
}
