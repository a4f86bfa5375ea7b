//! Changing auto assignments. Each is written together with the guard of its name and its place in the clock's list.

use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::{Error, Tenant};
use harrier_store::{Loaded, NameGuard, Record, Result, Store, StoreError, Transaction, until_settled};

use super::ground::Ground;
use super::{AutoAssignStep, step};
use crate::{Engine, due};

/// Where names of auto assignments are unique.
const NAMES: &str = "auto-assignment-name";

/// What the clock calls them.
const KIND: &str = "auto-assignment";

fn guard(name: &str, owner: i64) -> NameGuard {
    NameGuard::new(NAMES, &[name], owner)
}

/// The auto assignment with this name, if any.
pub async fn find_named(store: &Store, tenant: &Tenant, name: &str) -> Result<Option<Loaded<AutoAssignment>>> {
    match store.owner_of_name(tenant, NAMES, &[name]).await? {
        Some(id) => store.find_auto_assignment(tenant, id).await,
        None => Ok(None),
    }
}

/// Adds a new auto assignment to the transaction; [`Error::AlreadyExists`] if its name is taken.
pub(super) fn add_new(
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    auto: &AutoAssignment,
    now: i64,
) -> Result<()> {
    transaction.create(auto);
    transaction.create_or_refuse(&guard(&auto.name, auto.id), Error::AlreadyExists);
    set_clock(transaction, tenant, auto, now)
}

/// As [`add_new`], in the place of another one, whose name it may have.
pub(super) fn add_replacement(
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    old: &Loaded<AutoAssignment>,
    auto: &AutoAssignment,
    now: i64,
) -> Result<()> {
    if old.name != auto.name {
        add_removal(transaction, tenant, old);
        return add_new(transaction, tenant, auto, now);
    }
    transaction.delete(old).create(auto).put(&guard(&auto.name, auto.id));
    due::clear(transaction, tenant, KIND, old.id);
    set_clock(transaction, tenant, auto, now)
}

/// Adds the removal of an auto assignment to the transaction. The actions it made stay.
pub fn add_removal(transaction: &mut Transaction<'_>, tenant: &Tenant, auto: &Loaded<AutoAssignment>) {
    transaction.delete(auto).delete_key(&guard(&auto.name, auto.id).key(tenant));
    due::clear(transaction, tenant, KIND, auto.id);
}

/// Adds a change of name or description to the transaction; [`Error::AlreadyExists`] if the new name is taken.
pub fn add_renaming(transaction: &mut Transaction<'_>, tenant: &Tenant, before: &str, auto: &Loaded<AutoAssignment>) {
    transaction.save(auto);
    if before != auto.name {
        transaction.delete_key(&guard(before, auto.id).key(tenant));
        transaction.create_or_refuse(&guard(&auto.name, auto.id), Error::AlreadyExists);
    }
}

/// Says when the clock shall look at it next.
fn set_clock(transaction: &mut Transaction<'_>, tenant: &Tenant, auto: &AutoAssignment, now: i64) -> Result<()> {
    let Some(at) = auto.wakes_at(now) else {
        due::clear(transaction, tenant, KIND, auto.id);
        return Ok(());
    };
    let advance = step(tenant, AutoAssignStep::Advance { auto_assignment: auto.id });
    due::set(transaction, KIND, auto.id, at, &advance).map_err(|error| StoreError::Backend(error.to_string()))
}

/// Lets `decide` change where an auto assignment stands. The worker goes on from there.
///
/// # Errors
/// [`Error::NotFound`], and what `decide` refuses.
pub async fn change(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    decide: impl Fn(&mut AutoAssignment) -> harrier_domain::Result<()> + Sync,
) -> Result<AutoAssignment> {
    let decide = &decide;
    let changed = until_settled(|| async move {
        let mut auto = engine.store.auto_assignment(tenant, id).await?;
        decide(&mut auto)?;
        save(engine, tenant, &auto).await?;
        Ok(auto.into_inner())
    })
    .await?;
    nudge(engine, tenant, &changed).await;
    Ok(changed)
}

/// Writes a change of status or of the pass.
pub(super) async fn save(engine: &Engine, tenant: &Tenant, auto: &Loaded<AutoAssignment>) -> Result<()> {
    let mut transaction = engine.store.transaction(tenant);
    transaction.save(auto);
    if !transaction.is_empty() {
        set_clock(&mut transaction, tenant, auto, engine.now)?;
    }
    transaction.commit().await
}

/// Writes how far the pass has come. The clock keeps watching it.
pub(super) async fn save_cursor(engine: &Engine, tenant: &Tenant, auto: &Loaded<AutoAssignment>) -> Result<()> {
    let mut transaction = engine.store.transaction(tenant);
    transaction.save(auto);
    transaction.commit().await
}

/// Has the worker look at it at once. If that is lost, the clock finds it.
pub async fn nudge(engine: &Engine, tenant: &Tenant, auto: &AutoAssignment) {
    let waits_for_its_time = auto.wakes_at(engine.now).is_none_or(|at| at > engine.now) && auto.pass.is_none();
    if waits_for_its_time {
        return;
    }
    let advance = step(tenant, AutoAssignStep::Advance { auto_assignment: auto.id });
    if let Err(error) = engine.steps.send(&[advance]).await {
        tracing::warn!(%tenant, auto_assignment = auto.id, %error, "left to the clock");
    }
}

/// Removes an auto assignment. The actions it made stay.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn remove(store: &Store, tenant: &Tenant, id: i64) -> Result<()> {
    until_settled(|| async {
        let auto = store.auto_assignment(tenant, id).await?;
        let mut transaction = store.transaction(tenant);
        add_removal(&mut transaction, tenant, &auto);
        transaction.commit().await
    })
    .await
}

/// Removes all auto assignments of a set that is deleted or invalid (`domain-behaviour.md` §10.8). Once the set is marked so,
/// nobody can make another one: see [`super::creation`].
pub async fn remove_of_set(store: &Store, tenant: &Tenant, set: i64) -> Result<()> {
    let all = store.auto_assignments(tenant).await?;
    for auto in all.iter().filter(|auto| auto.distribution_set == set) {
        match remove(store, tenant, auto.id).await {
            Ok(()) | Err(StoreError::Refused(Error::NotFound { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// It could not assign: it passes over the fleet once more, after a while.
pub(super) async fn repeat_later(ground: &Ground<'_>, id: i64) -> Result<()> {
    let (engine, tenant) = (ground.engine, ground.tenant());
    until_settled(|| async {
        let Some(mut auto) = engine.store.find_auto_assignment(tenant, id).await? else {
            return Ok(());
        };
        auto.request_pass();
        save(engine, tenant, &auto).await
    })
    .await
}
