//! `DELETE /rest/v1/targets/{id}/actions`

use axum::extract::State;
use harrier_deployments::remove_actions;
use harrier_domain::Error;
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::authority::Authority;
use harrier_rest::{ApiError, ApiResult, OptionalJson, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{ActionReference, Loaded, StoreError};
use http::StatusCode;

use super::super::load as load_target;

pub(in crate::targets) async fn purge(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: QueryParams,
    OptionalJson(body): OptionalJson<Vec<i64>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let keep_last = query.number::<i32>("keepLast")?.and_then(|count| usize::try_from(count).ok());
    match (keep_last, body.filter(|ids| !ids.is_empty())) {
        (Some(count), None) => keep(&app, &caller, &id, count).await?,
        (None, Some(ids)) => remove_listed(&app, &caller, &id, &ids).await?,
        _ => return Err(ApiError::not_readable("either keepLast or a list of action ids is needed")),
    }
    Ok(no_content())
}

/// The statuses that the tenant lets operators delete (`domain-behaviour.md` §5.7).
fn deletable(caller: &Caller) -> impl Fn(ActionStatus) -> bool + use<> {
    let allowed = caller.tenant.configuration.delete_allowed_statuses();
    move |status| allowed.iter().any(|name| name == status.name())
}

/// Of all but the newest `count` actions, removes those that may go.
async fn keep(app: &App, caller: &Caller, id: &str, count: usize) -> ApiResult<()> {
    load_target(&app.store, caller.tenant(), id).await?;
    let actions: Vec<Loaded<Action>> = app.store.actions_of(caller.tenant(), id).await?;
    let may_go = deletable(caller);
    let old = actions.iter().take(actions.len().saturating_sub(count));
    let ids: Vec<i64> = old.filter(|action| may_go(action.status)).map(|action| action.id).collect();
    Ok(remove_actions(&app.store, caller.tenant(), id, &ids, &may_go).await?)
}

/// One listed action that may not go, whichever target's it is, keeps all.
async fn remove_listed(app: &App, caller: &Caller, id: &str, ids: &[i64]) -> ApiResult<()> {
    let may_go = deletable(caller);
    let mut own = app.store.actions(caller.tenant(), id, ids).await?;
    own.extend(others(app, caller, ids, &own).await?);
    if own.iter().any(|action| !may_go(action.status)) {
        return Err(Error::ActionNotDeletable.into());
    }
    Ok(remove_actions(&app.store, caller.tenant(), id, ids, &may_go).await?)
}

/// The listed actions that are other targets'.
async fn others(
    app: &App,
    caller: &Caller,
    ids: &[i64],
    own: &[Loaded<Action>],
) -> Result<Vec<Loaded<Action>>, StoreError> {
    let mut references = Vec::new();
    for id in ids.iter().filter(|id| own.iter().all(|action| action.id != **id)) {
        if let Some(controller_id) = app.store.owner_of_action(caller.tenant(), *id).await? {
            references.push(ActionReference { controller_id, id: *id });
        }
    }
    app.store.actions_at(caller.tenant(), &references).await
}
