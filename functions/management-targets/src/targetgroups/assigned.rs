//! `/rest/v1/targetgroups/assigned` and `/rest/v1/targetgroups/{group}/assigned`: targets by name.

use axum::extract::State;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_query::fields;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Hal, Json, OptionalJson, Origin, Page, PageRequest, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::search::TargetScope;
use http::StatusCode;

use super::grouping::{group, regroup};
use crate::targets::selection;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    query: QueryParams,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetResource>>> {
    caller.require(Authority::ReadTarget)?;
    let group = group(query.text("group"))?;
    let below = query.flag("subgroups")?.unwrap_or(false);
    let scope = if below { TargetScope::GroupOrBelow(group) } else { TargetScope::Group(group) };
    page(&app, &caller, &origin, request, scope).await
}

pub(super) async fn list_named(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(name): Path<String>,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetResource>>> {
    caller.require(Authority::ReadTarget)?;
    page(&app, &caller, &origin, request, TargetScope::Group(name)).await
}

/// These listings are paged and sorted, but not searched.
async fn page(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    request: PageRequest,
    scope: TargetScope,
) -> ApiResult<Hal<Page<TargetResource>>> {
    let request = PageRequest { q: None, ..request };
    Ok(Hal::ok(selection::page(app, caller, origin, &request, &fields::TARGET, vec![scope]).await?))
}

pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    query: QueryParams,
    Json(ids): Json<Vec<String>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let group = group(query.text("group"))?;
    change(&app, &caller, &ids, Some(&group)).await
}

pub(super) async fn assign_named(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(ids): Json<Vec<String>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let group = group(Some(name))?;
    change(&app, &caller, &ids, Some(&group)).await
}

pub(super) async fn unassign(
    State(app): State<App>,
    caller: Caller,
    OptionalJson(ids): OptionalJson<Vec<String>>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    change(&app, &caller, &ids.unwrap_or_default(), None).await
}

async fn change(app: &App, caller: &Caller, ids: &[String], group: Option<&str>) -> ApiResult<StatusCode> {
    if ids.is_empty() {
        return Err(Error::violation("controllerIds", "must not be empty").into());
    }
    regroup(app, caller, ids, group).await?;
    Ok(no_content())
}
