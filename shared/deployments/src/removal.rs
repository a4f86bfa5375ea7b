//! Removing actions, and targets with all that hangs on them (`domain-behaviour.md` §2.2, §5.7).
//!
//! What fits one transaction goes in one. Otherwise history goes first, oldest first, a transaction at a time, and each
//! transaction that takes actions keeps their target's count right. A crash in between leaves a whole target with a
//! shorter history; asking again finishes the job. A target is never gone before its last action, so one that is made later
//! under the same id inherits nothing.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{
    Consistency, GroupMember, Key, Loaded, MAX_TRANSACTION, Record, Result, Store, TargetDetails, Transaction,
    until_settled,
};

/// Items of a target that are no actions: itself, details, two counters.
const OWN_ITEMS: usize = 4;

/// Actions looked at for one transaction, and histories read at the same time.
const BATCH: usize = 32;

/// Removes a target and all that hangs on it.
///
/// # Errors
/// [`Error::NotFound`] for an unknown target.
pub async fn remove_target(store: &Store, tenant: &Tenant, controller_id: &str) -> Result<()> {
    until_settled(|| try_remove_target(store, tenant, controller_id)).await
}

async fn try_remove_target(store: &Store, tenant: &Tenant, controller_id: &str) -> Result<()> {
    let found = store.target(tenant, controller_id, Consistency::Strong).await?;
    let mut target = found.ok_or_else(|| Error::not_found(Entity::Target, controller_id))?;
    let mut entries = Vec::new();
    let mut actions = Vec::new();
    // The counter is exact, so that the usual target without actions costs no more reads.
    if target.actions > 0 {
        actions = store.actions_of(tenant, controller_id).await?;
        entries = store.entry_keys(tenant, controller_id).await?;
    }
    let room = MAX_TRANSACTION - OWN_ITEMS;
    let kept = room.saturating_sub(items_of_all(&actions)).min(entries.len());
    let surplus = entries.len() - kept;
    remove_keys(store, tenant, &entries[..surplus]).await?;
    while items_of_all(&actions) > room {
        let some = first_fitting(&mut actions, room);
        target = remove_without_history(store, tenant, target, &some).await?;
    }
    let mut transaction = store.transaction(tenant);
    for key in &entries[surplus..] {
        transaction.delete_key(key);
    }
    for action in &actions {
        delete_action(&mut transaction, tenant, &target, action);
    }
    delete_target(&mut transaction, tenant, &target);
    transaction.commit().await
}

/// How many items change when an action goes: one of a rollout is counted, and is its target's place in a group.
fn items_of(action: &Action) -> usize {
    if action.rollout_group.is_some() { 3 } else { 1 }
}

fn items_of_all(actions: &[Loaded<Action>]) -> usize {
    actions.iter().map(|action| items_of(action)).sum()
}

/// Takes off the first actions: as many as fit into one transaction with their target, or as make the rest fit into `room`.
fn first_fitting(actions: &mut Vec<Loaded<Action>>, room: usize) -> Vec<Loaded<Action>> {
    let surplus = items_of_all(actions) - room;
    let mut items = 0;
    let within = |action: &&Loaded<Action>| {
        let wanted = items < surplus;
        items += items_of(action);
        wanted && items < MAX_TRANSACTION
    };
    let count = actions.iter().take_while(within).count();
    actions.drain(..count).collect()
}

/// Removes an action, and its target from the rollout group that the action belongs to.
fn delete_action(transaction: &mut Transaction<'_>, tenant: &Tenant, target: &Target, action: &Loaded<Action>) {
    transaction.delete(action);
    if let Some(group) = action.rollout_group {
        transaction.delete_key(&GroupMember::key_of(tenant, group, target.number));
    }
}

fn delete_target(transaction: &mut Transaction<'_>, tenant: &Tenant, target: &Loaded<Target>) {
    let id = &target.controller_id;
    let details = TargetDetails { controller_id: id.clone(), ..TargetDetails::default() };
    transaction.delete(target).delete_key(&details.key(tenant)).count_target(tenant, id, -1);
    if let Some(target_type) = target.target_type {
        transaction.count_target_of_type(tenant, target_type, id, -1);
    }
}

async fn remove_keys(store: &Store, tenant: &Tenant, keys: &[Key]) -> Result<()> {
    for chunk in keys.chunks(MAX_TRANSACTION) {
        let mut transaction = store.transaction(tenant);
        for key in chunk {
            transaction.delete_key(key);
        }
        transaction.commit().await?;
    }
    Ok(())
}

/// Returns the target as it is afterwards.
async fn remove_without_history(
    store: &Store,
    tenant: &Tenant,
    mut target: Loaded<Target>,
    actions: &[Loaded<Action>],
) -> Result<Loaded<Target>> {
    let mut transaction = store.transaction(tenant);
    for action in actions {
        delete_action(&mut transaction, tenant, &target, action);
        target.forget(action);
    }
    transaction.save(&target);
    transaction.commit().await?;
    let reread = store.target(tenant, &target.controller_id, Consistency::Strong).await?;
    reread.ok_or_else(|| Error::not_found(Entity::Target, target.controller_id.as_str()).into())
}

/// Removes actions of a target with their history. Ids that are not the target's are passed over, and so is an unknown
/// target.
///
/// # Errors
/// [`Error::ActionNotDeletable`] when one of them has a status that `may_go` refuses. The caller has asked that of all of
/// them before, so this means that the action changed meanwhile.
pub async fn remove_actions(
    store: &Store,
    tenant: &Tenant,
    controller_id: &str,
    ids: &[i64],
    may_go: impl Fn(ActionStatus) -> bool,
) -> Result<()> {
    let mut left = ids.to_vec();
    left.sort_unstable();
    left.dedup();
    while !left.is_empty() {
        let batch = &left[..left.len().min(BATCH)];
        let done = until_settled(|| remove_some(store, tenant, controller_id, batch, &may_go)).await?;
        left.drain(..done);
    }
    Ok(())
}

/// Removes the oldest actions of a target, whatever their status, until `keep` are left (`domain-behaviour.md` §5.10).
/// Whoever else is purging the target at the same time helps with the same work: none goes that should be kept.
pub async fn purge_actions(store: &Store, tenant: &Tenant, controller_id: &str, keep: u32) -> Result<()> {
    while until_settled(|| purge_some(store, tenant, controller_id, keep)).await? {}
    Ok(())
}

/// One transaction; returns whether there may be more to do.
async fn purge_some(store: &Store, tenant: &Tenant, controller_id: &str, keep: u32) -> Result<bool> {
    let Some(target) = store.target(tenant, controller_id, Consistency::Strong).await? else {
        return Ok(false);
    };
    let surplus = usize::try_from(target.actions.saturating_sub(keep)).unwrap_or(usize::MAX);
    if surplus == 0 {
        return Ok(false);
    }
    let oldest = store.oldest_actions(tenant, controller_id, surplus.min(BATCH)).await?;
    let found = !oldest.is_empty();
    remove_together(store, tenant, target, &oldest, &|_| true).await?;
    Ok(found)
}

/// An action with the keys of its history.
struct Doomed {
    action: Loaded<Action>,
    entries: Vec<Key>,
}

/// One transaction; returns how many of `ids` are dealt with.
async fn remove_some(
    store: &Store,
    tenant: &Tenant,
    controller_id: &str,
    ids: &[i64],
    may_go: &impl Fn(ActionStatus) -> bool,
) -> Result<usize> {
    match store.target(tenant, controller_id, Consistency::Strong).await? {
        Some(target) => remove_together(store, tenant, target, ids, may_go).await,
        None => Ok(ids.len()),
    }
}

/// As many of the actions as fit into one transaction with their target; returns how many of `ids` are dealt with.
async fn remove_together(
    store: &Store,
    tenant: &Tenant,
    mut target: Loaded<Target>,
    ids: &[i64],
    may_go: &impl Fn(ActionStatus) -> bool,
) -> Result<usize> {
    let mut doomed = doomed(store, tenant, &target.controller_id, ids).await?;
    if doomed.iter().any(|doomed| !may_go(doomed.action.status)) {
        return Err(Error::ActionNotDeletable.into());
    }
    let fitting = fitting(&doomed);
    let Some(last) = doomed.get(fitting.saturating_sub(1)).map(|last| last.action.id) else {
        return Ok(ids.len());
    };
    let done = if fitting == doomed.len() { ids.len() } else { ids.iter().filter(|id| **id <= last).count() };
    doomed.truncate(fitting);
    shorten(store, tenant, &mut doomed).await?;
    let mut transaction = store.transaction(tenant);
    for Doomed { action, entries } in &doomed {
        for key in entries {
            transaction.delete_key(key);
        }
        delete_action(&mut transaction, tenant, &target, action);
        target.forget(action);
    }
    if target.installed_action.is_some_and(|id| doomed.iter().any(|doomed| doomed.action.id == id)) {
        target.installed_action = next_installed(store, tenant, &target, &doomed).await?;
    }
    transaction.save(&target);
    transaction.commit().await?;
    Ok(done)
}

async fn doomed(store: &Store, tenant: &Tenant, controller_id: &str, ids: &[i64]) -> Result<Vec<Doomed>> {
    let mut actions = store.actions(tenant, controller_id, ids).await?;
    actions.sort_by_key(|action| action.id);
    let with_entries = |action: Loaded<Action>| async move {
        let entries = store.entry_keys_of(tenant, &action).await?;
        Ok(Doomed { action, entries })
    };
    stream::iter(actions).map(with_entries).buffered(BATCH).try_collect().await
}

/// How many of the actions fit into one transaction with their target; at least one.
fn fitting(doomed: &[Doomed]) -> usize {
    let mut room = MAX_TRANSACTION - 1;
    let fits = |doomed: &&Doomed| {
        let left = room.checked_sub(doomed.entries.len() + items_of(&doomed.action));
        room = left.unwrap_or(0);
        left.is_some()
    };
    doomed.iter().take_while(fits).count().max(1)
}

/// Shortens a history that is too long for one transaction by itself.
async fn shorten(store: &Store, tenant: &Tenant, doomed: &mut [Doomed]) -> Result<()> {
    let [Doomed { entries, action }] = doomed else {
        return Ok(());
    };
    let surplus = entries.len().saturating_sub(MAX_TRANSACTION - 1 - items_of(action));
    remove_keys(store, tenant, &entries[..surplus]).await?;
    entries.drain(..surplus);
    Ok(())
}

/// The newest finished action of the installed set that stays (`domain-behaviour.md` §5.12).
async fn next_installed(store: &Store, tenant: &Tenant, target: &Target, doomed: &[Doomed]) -> Result<Option<i64>> {
    let actions = store.actions_of(tenant, &target.controller_id).await?;
    let stays = |action: &&Loaded<Action>| {
        action.status == ActionStatus::Finished
            && Some(action.distribution_set) == target.installed_set
            && doomed.iter().all(|doomed| doomed.action.id != action.id)
    };
    Ok(actions.iter().filter(stays).map(|action| action.id).max())
}
