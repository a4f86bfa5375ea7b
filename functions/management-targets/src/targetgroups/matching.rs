//! `PUT` and `DELETE /rest/v1/targetgroups`, `PUT /rest/v1/targetgroups/{group}`: targets that match a query.

use axum::extract::State;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

use super::grouping::{group, regroup};
use crate::targets::selection;

pub(super) async fn assign(State(app): State<App>, caller: Caller, query: QueryParams) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let group = group(query.text("group"))?;
    regroup_matching(&app, &caller, &query, Some(&group)).await
}

pub(super) async fn assign_named(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let group = group(Some(name))?;
    regroup_matching(&app, &caller, &query, Some(&group)).await
}

pub(super) async fn unassign(State(app): State<App>, caller: Caller, query: QueryParams) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    regroup_matching(&app, &caller, &query, None).await
}

async fn regroup_matching(
    app: &App,
    caller: &Caller,
    query: &QueryParams,
    group: Option<&str>,
) -> ApiResult<StatusCode> {
    let q = query.text("q").filter(|q| !q.trim().is_empty());
    let q = q.ok_or_else(|| Error::violation("q", "must not be empty"))?;
    let selection = selection::select(app, caller, &q).await?;
    let regroup_page = |page: Vec<harrier_store::Loaded<harrier_domain::target::Target>>| async move {
        let ids: Vec<String> = page.iter().map(|target| target.controller_id.clone()).collect();
        regroup(app, caller, &ids, group).await
    };
    app.store.each_matching_target(caller.tenant(), selection, regroup_page).await?;
    Ok(no_content())
}
