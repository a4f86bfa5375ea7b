//! `POST /rest/v1/distributionsets/{id}/invalidate` (`domain-behaviour.md` §9)

use axum::extract::State;
use futures::TryStreamExt;
use harrier_deployments::{Decision, decide_on_action};
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::authority::Authority;
use harrier_domain::cancellation;
use harrier_domain::software::DistributionSet;
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error, Tenant};
use harrier_query::{Query, fields};
use harrier_rest::{ApiResult, Json, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Store, StoreError, until_settled};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{Editor, require_alive};

/// What happens to the actions of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CancelationType {
    /// Devices are asked to cancel.
    Soft,
    /// The actions are closed at once.
    Force,
    None,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invalidation {
    action_cancelation_type: CancelationType,
}

pub(super) async fn invalidate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(request): Json<Invalidation>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let kind = request.action_cancelation_type;
    if kind != CancelationType::None {
        caller.require_all(&[Authority::UpdateRollout, Authority::UpdateTarget])?;
    }
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    until_settled(|| mark(store, tenant, id, &editor)).await?;
    if kind != CancelationType::None {
        cancel_actions(store, tenant, id, kind, &editor).await?;
    }
    Ok(no_content())
}

/// An invalid set may be invalidated again, to escalate.
async fn mark(store: &Store, tenant: &Tenant, id: i64, editor: &Editor) -> Result<()> {
    let mut set: Loaded<DistributionSet> = store.get(tenant, id).await?;
    require_alive(set.deleted, Entity::DistributionSet, id)?;
    let described = store.describe_set(tenant, (*set).clone()).await?;
    if !described.is_complete() {
        return Err(Error::IncompleteDistributionSet(id).into());
    }
    if !set.valid {
        return Ok(());
    }
    set.valid = false;
    set.audit.touch(&editor.actor, editor.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&set);
    transaction.commit().await
}

/// The set takes no new actions any more, so one pass over the fleet meets all there are. Repeating it is harmless.
async fn cancel_actions(
    store: &Store,
    tenant: &Tenant,
    set: i64,
    kind: CancelationType,
    editor: &Editor,
) -> Result<()> {
    let everything = store.select_targets(tenant, Query::everything(&fields::TARGET), Vec::new()).await?;
    let mut pages = store.matching_targets(tenant, everything).await?;
    while let Some(page) = pages.try_next().await? {
        for target in &page {
            cancel_of_target(store, tenant, target, set, kind, editor).await?;
        }
    }
    Ok(())
}

async fn cancel_of_target(
    store: &Store,
    tenant: &Tenant,
    target: &Target,
    set: i64,
    kind: CancelationType,
    editor: &Editor,
) -> Result<()> {
    let open = target.open_actions.iter().filter(|action| action.distribution_set == set);
    for action in open {
        let decided = decide_on_action(store, tenant, &target.controller_id, action.id, |target, action| {
            cancel(target, action, kind, editor)
        });
        ignore_closed(decided.await)?;
    }
    Ok(())
}

fn cancel(
    target: &mut Target,
    action: &mut Action,
    kind: CancelationType,
    editor: &Editor,
) -> harrier_domain::Result<Decision<()>> {
    let mut entries = Vec::new();
    if action.active && action.status != ActionStatus::Canceling {
        entries.push(cancellation::request(target, action, &editor.actor, editor.now)?);
    }
    if action.active && kind == CancelationType::Force {
        entries.push(cancellation::force_quit(target, action, &editor.actor, editor.now)?);
    }
    Ok(Decision { entries, answer: () })
}

/// Targets and actions that went away meanwhile need no cancellation.
fn ignore_closed(decided: Result<()>) -> Result<()> {
    match decided {
        Err(StoreError::Refused(Error::NotFound { .. })) => Ok(()),
        other => other,
    }
}
