//! Entities that a request names by id.

use harrier_domain::Error;
use harrier_domain::Tenant;
use harrier_domain::error::EntityId;
use harrier_store::{CatalogueRecord, Consistency, Loaded, Result, Store};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The id of another entity (management §4.1).
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) struct Id {
    pub id: i64,
}

/// The ids without repetitions.
pub(crate) fn distinct(ids: &[Id]) -> BTreeSet<i64> {
    ids.iter().map(|reference| reference.id).collect()
}

/// All of these entities.
///
/// # Errors
/// [`Error::NotFoundMany`] naming the ones that do not exist.
pub(crate) async fn find_all<T: CatalogueRecord>(
    store: &Store,
    tenant: &Tenant,
    ids: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, Loaded<T>>> {
    let wanted: Vec<i64> = ids.iter().copied().collect();
    let found = store.find_many::<T>(tenant, &wanted, Consistency::Strong).await?;
    let found: BTreeMap<i64, Loaded<T>> = found.into_iter().map(|record| (record.id(), record)).collect();
    let missing: Vec<EntityId> = ids.iter().filter(|id| !found.contains_key(id)).map(|id| (*id).into()).collect();
    if missing.is_empty() { Ok(found) } else { Err(Error::NotFoundMany { entity: T::ENTITY, ids: missing }.into()) }
}

/// An id list that may not repeat itself: the reference compares its length with what it found, and so reports a
/// repetition as "not found" without a missing id (management §1.11).
///
/// # Errors
/// [`Error::NotFoundMany`].
pub(crate) fn without_repetitions<T: CatalogueRecord>(ids: &[i64]) -> harrier_domain::Result<BTreeSet<i64>> {
    let distinct: BTreeSet<i64> = ids.iter().copied().collect();
    if distinct.len() == ids.len() {
        return Ok(distinct);
    }
    Err(Error::NotFoundMany { entity: T::ENTITY, ids: Vec::new() })
}
