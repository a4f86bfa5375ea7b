//! `DELETE /rest/v1/targets/{id}`
//!
//! A target goes with its details, counts and actions in one transaction, if that can hold them all. Otherwise history and
//! actions go first, oldest first, a transaction at a time; each keeps the target's own count of actions right. A crash in
//! between leaves a whole target with a shorter history, to be deleted again. The target is never gone before its last
//! action, so one that is made later under the same id inherits nothing.

use axum::extract::State;
use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::authority::Authority;
use harrier_domain::target::Target;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, MAX_TRANSACTION, Record, Result, Store, TargetDetails, until_settled};
use http::StatusCode;

use super::history;

/// Items of a target that are no actions: itself, details, two counters.
const OWN_ITEMS: usize = 4;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteTarget)?;
    remove(&app.store, caller.tenant(), &id).await?;
    Ok(no_content())
}

/// Removes a target and all that hangs on it.
///
/// # Errors
/// 404 for an unknown target.
pub(super) async fn remove(store: &Store, tenant: &Tenant, id: &str) -> Result<()> {
    until_settled(|| attempt(store, tenant, id)).await
}

async fn attempt(store: &Store, tenant: &Tenant, id: &str) -> Result<()> {
    let mut target = super::load(store, tenant, id).await?;
    let mut actions = store.actions_of(tenant, id).await?;
    let mut entries = store.entry_keys(tenant, id).await?;
    let room = MAX_TRANSACTION - OWN_ITEMS;
    if actions.len() + entries.len() > room {
        let spared = room.saturating_sub(actions.len()).min(entries.len());
        history::delete_keys(store, tenant, &entries[..entries.len() - spared]).await?;
        entries.drain(..entries.len() - spared);
    }
    if actions.len() > room {
        let surplus = actions.len() - room;
        target = history::delete_actions(store, tenant, id, &actions[..surplus]).await?;
        actions.drain(..surplus);
    }
    let mut transaction = store.transaction(tenant);
    for key in &entries {
        transaction.delete_key(key);
    }
    for action in &actions {
        transaction.delete(action);
    }
    finish(store, tenant, &target, transaction).await
}

async fn finish(
    store: &Store,
    tenant: &Tenant,
    target: &Loaded<Target>,
    mut transaction: harrier_store::Transaction<'_>,
) -> Result<()> {
    let id = &target.controller_id;
    let details = TargetDetails { controller_id: id.clone(), ..TargetDetails::default() };
    transaction.delete(target).delete_key(&details.key(tenant)).count_target(tenant, id, -1);
    if let Some(target_type) = target.target_type {
        transaction.count_target_of_type(tenant, target_type, id, -1);
    }
    transaction.commit().await
}
