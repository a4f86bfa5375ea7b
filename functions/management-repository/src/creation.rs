//! Making several entities at once, or none (management §1.11).

use harrier_domain::{Error, Tenant};
use harrier_store::{CatalogueRecord, MAX_TRANSACTION, Record, Result, Sequence, Store, Transaction};
use std::collections::BTreeSet;

use crate::names::Named;

/// Entities per transaction when a request has too many for one: each takes its record, at most two guards, and at most
/// two changes of what it refers to.
const CHUNK: usize = MAX_TRANSACTION / 5;

/// Fresh ids, one for each entity of a request.
pub(crate) async fn fresh_ids(store: &Store, tenant: &Tenant, count: usize) -> Result<Vec<i64>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let count = u32::try_from(count).map_err(|_| Error::BodyNotReadable("too many elements".to_owned()))?;
    Ok(store.next_ids(tenant, Sequence::Catalogue, count).await?.collect())
}

/// What a transaction that makes entities checks and counts beside them. There is at most one change per referenced
/// entity, whatever the number of entities that refer to it.
pub(crate) trait References<T>: Sync {
    /// Adds the checks and counts for these entities.
    fn attach(&self, entities: &[T], transaction: &mut Transaction<'_>);

    /// Takes back what [`References::attach`] counted.
    fn detach(&self, _entities: &[T], _transaction: &mut Transaction<'_>) {}
}

/// Entities that refer to nothing.
pub(crate) struct NoReferences;

impl<T> References<T> for NoReferences {
    fn attach(&self, _entities: &[T], _transaction: &mut Transaction<'_>) {}
}

/// Adds the records and their names to a transaction.
pub(crate) fn write_all<T: CatalogueRecord + Named>(entities: &[T], transaction: &mut Transaction<'_>) {
    for entity in entities {
        transaction.create(entity);
        for guard in entity.guards() {
            transaction.create_or_refuse(&guard, Error::AlreadyExists);
        }
    }
}

/// Makes all entities or none.
///
/// One transaction, if it can hold them. A larger request first makes sure that all names are free, then writes
/// transaction after transaction; if one of them fails after all, what the earlier ones made is removed again. Others may
/// see a part of such a request while it lasts, and a crash in its middle leaves that part.
///
/// # Errors
/// [`Error::AlreadyExists`] for a name that is taken, in the tenant or within the request; [`harrier_store::StoreError::Conflict`] when
/// something referred to has changed.
pub(crate) async fn create_all<T: CatalogueRecord + Named>(
    store: &Store,
    tenant: &Tenant,
    entities: &[T],
    references: &impl References<T>,
) -> Result<()> {
    require_distinct_names(entities)?;
    let mut whole = store.transaction(tenant);
    write_all(entities, &mut whole);
    references.attach(entities, &mut whole);
    if whole.len() <= MAX_TRANSACTION {
        return whole.commit().await;
    }
    require_free_names(store, tenant, entities).await?;
    for (index, chunk) in entities.chunks(CHUNK).enumerate() {
        let mut transaction = store.transaction(tenant);
        write_all(chunk, &mut transaction);
        references.attach(chunk, &mut transaction);
        if let Err(error) = transaction.commit().await {
            let made = entities.get(..index * CHUNK).unwrap_or_default();
            remove_again(store, tenant, made, references).await;
            return Err(error);
        }
    }
    Ok(())
}

/// One transaction cannot hold the same name twice, and the request may not either.
pub(crate) fn require_distinct_names<T: Named>(entities: &[T]) -> Result<()> {
    let mut seen = BTreeSet::new();
    let is_new = |entity: &T| entity.guards().into_iter().all(|guard| seen.insert((guard.space, guard.name)));
    if entities.iter().all(is_new) { Ok(()) } else { Err(Error::AlreadyExists.into()) }
}

async fn require_free_names<T: Named>(store: &Store, tenant: &Tenant, entities: &[T]) -> Result<()> {
    for guard in entities.iter().flat_map(Named::guards) {
        if store.is_name_taken(tenant, &guard).await? {
            return Err(Error::AlreadyExists.into());
        }
    }
    Ok(())
}

async fn remove_again<T: CatalogueRecord + Named>(
    store: &Store,
    tenant: &Tenant,
    entities: &[T],
    references: &impl References<T>,
) {
    for chunk in entities.chunks(CHUNK) {
        let mut transaction = store.transaction(tenant);
        for entity in chunk {
            erase(entity, tenant, &mut transaction);
        }
        references.detach(chunk, &mut transaction);
        if let Err(error) = transaction.commit().await {
            tracing::error!(%error, "a part of a failed creation could not be removed");
        }
    }
}

/// Adds the removal of a record and its names to a transaction.
pub(crate) fn erase<T: CatalogueRecord + Named>(entity: &T, tenant: &Tenant, transaction: &mut Transaction<'_>) {
    transaction.delete_key(&entity.key(tenant));
    erase_names(entity, tenant, transaction);
}

/// Adds the removal of a record's names to a transaction.
pub(crate) fn erase_names<T: Named>(entity: &T, tenant: &Tenant, transaction: &mut Transaction<'_>) {
    for guard in entity.guards() {
        transaction.delete_key(&guard.key(tenant));
    }
}
