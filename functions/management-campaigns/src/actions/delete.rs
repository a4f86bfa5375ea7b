//! `DELETE /rest/v1/actions` and `DELETE /rest/v1/actions/{id}`

use axum::extract::State;
use futures::stream::{self, TryStreamExt};
use harrier_deployments::remove_actions;
use harrier_domain::authority::Authority;
use harrier_domain::{Entity, Error};
use harrier_query::fields;
use harrier_rest::{ApiError, ApiResult, OptionalJson, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::WalkOrder;
use http::StatusCode;
use std::collections::BTreeMap;

use super::{deletable, find, pass};

/// Targets worked on at the same time.
const CONCURRENCY: usize = 8;

/// Action ids by controller id.
type Selected = BTreeMap<String, Vec<i64>>;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let selected = listed(&app, &caller, &[id]).await?;
    if selected.is_empty() {
        return Err(Error::not_found(Entity::Action, id).into());
    }
    remove(&app, &caller, &selected).await
}

pub(super) async fn delete_many(
    State(app): State<App>,
    caller: Caller,
    query: QueryParams,
    OptionalJson(body): OptionalJson<Vec<i64>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let q = query.text("q").filter(|q| !q.trim().is_empty());
    let selected = match (q, body.filter(|ids| !ids.is_empty())) {
        (Some(q), None) => matching(&app, &caller, &q).await?,
        (None, Some(ids)) => listed(&app, &caller, &ids).await?,
        _ => return Err(ApiError::not_readable("either a query or a list of action ids is needed")),
    };
    remove(&app, &caller, &selected).await
}

async fn listed(app: &App, caller: &Caller, ids: &[i64]) -> ApiResult<Selected> {
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let may_go = deletable(caller);
    let mut selected = Selected::new();
    for action in find(app, caller, &distinct).await? {
        if !may_go(action.status) {
            return Err(Error::ActionNotDeletable.into());
        }
        selected.entry(action.controller_id.clone()).or_default().push(action.id);
    }
    Ok(selected)
}

async fn matching(app: &App, caller: &Caller, q: &str) -> ApiResult<Selected> {
    let query = caller.query(app, Some(q), &fields::ACTION)?;
    let may_go = deletable(caller);
    let mut selected = Selected::new();
    let mut refused = false;
    pass::each_matching(app, caller, &query, WalkOrder::OldestFirst, |row| {
        refused |= !may_go(row.action.status);
        selected.entry(row.action.controller_id.clone()).or_default().push(row.action.id);
    })
    .await?;
    if refused { Err(Error::ActionNotDeletable.into()) } else { Ok(selected) }
}

/// Each target's actions go in transactions of their own; repeating an interrupted request finishes it.
async fn remove(app: &App, caller: &Caller, selected: &Selected) -> ApiResult<StatusCode> {
    let may_go = &deletable(caller);
    stream::iter(selected.iter().map(Ok))
        .try_for_each_concurrent(CONCURRENCY, |(controller_id, ids)| {
            remove_actions(&app.store, caller.tenant(), controller_id, ids, may_go)
        })
        .await?;
    Ok(no_content())
}
