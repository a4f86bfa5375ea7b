//! `/rest/v1/targettags/{id}/assigned`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetTag;
use harrier_domain::{Entity, EntityId};
use harrier_query::fields;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Page, PageRequest, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::TargetScope;
use http::StatusCode;
use std::collections::BTreeSet;

use super::assignment::{Change, apply};
use crate::targets::{load as load_target, selection};

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetResource>>> {
    caller.require(Authority::ReadTarget)?;
    require_tag(&app, &caller, id).await?;
    let scopes = vec![TargetScope::Tag(id)];
    let page = selection::page(&app, &caller, &origin, &request, &fields::TARGET_TAG, scopes).await?;
    Ok(Hal::ok(page))
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path((id, target)): Path<(i64, String)>,
) -> ApiResult<StatusCode> {
    change_one(&app, &caller, id, target, Change::Put(id)).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, target)): Path<(i64, String)>,
) -> ApiResult<StatusCode> {
    change_one(&app, &caller, id, target, Change::Take(id)).await
}

async fn change_one(app: &App, caller: &Caller, id: i64, target: String, change: Change) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    require_tag(app, caller, id).await?;
    load_target(&app.store, caller.tenant(), &target).await?;
    apply(app, caller, &[target], change).await?;
    Ok(no_content())
}

pub(super) async fn add_many(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
    Json(targets): Json<Vec<String>>,
) -> ApiResult<StatusCode> {
    change_many(&app, &caller, id, &query, &targets, Change::Put(id)).await
}

pub(super) async fn remove_many(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    query: QueryParams,
    Json(targets): Json<Vec<String>>,
) -> ApiResult<StatusCode> {
    change_many(&app, &caller, id, &query, &targets, Change::Take(id)).await
}

/// What to do about unknown targets (management §5.3 `onNotFoundPolicy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnNotFound {
    Fail,
    OnWhatFoundAndFail,
    OnWhatFoundAndSuccess,
}

impl OnNotFound {
    fn parse(query: &QueryParams) -> ApiResult<Self> {
        match query.text("onNotFoundPolicy").as_deref() {
            None | Some("" | "FAIL") => Ok(Self::Fail),
            Some("ON_WHAT_FOUND_AND_FAIL") => Ok(Self::OnWhatFoundAndFail),
            Some("ON_WHAT_FOUND_AND_SUCCESS") => Ok(Self::OnWhatFoundAndSuccess),
            Some(_) => Err(ApiError::not_readable("unknown onNotFoundPolicy")),
        }
    }
}

async fn change_many(
    app: &App,
    caller: &Caller,
    id: i64,
    query: &QueryParams,
    targets: &[String],
    change: Change,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let policy = OnNotFound::parse(query)?;
    require_tag(app, caller, id).await?;
    let found = app.store.targets(caller.tenant(), targets).await?;
    let found: BTreeSet<String> = found.into_iter().map(|target| target.controller_id.clone()).collect();
    let missing: Vec<EntityId> =
        targets.iter().filter(|id| !found.contains(*id)).map(|id| EntityId::from(id.as_str())).collect();
    // A list that names a target twice has fewer rows than ids, which counts as missing (management §1.11).
    let complete = found.len() == targets.len();
    let refusal = || ApiError::list_not_found(Entity::Target, &missing);
    if !complete && policy == OnNotFound::Fail {
        return Err(refusal());
    }
    let found: Vec<String> = found.into_iter().collect();
    apply(app, caller, &found, change).await?;
    if !complete && policy == OnNotFound::OnWhatFoundAndFail { Err(refusal()) } else { Ok(no_content()) }
}

async fn require_tag(app: &App, caller: &Caller, id: i64) -> ApiResult<()> {
    let _found: Loaded<TargetTag> = app.store.get(caller.tenant(), id).await?;
    Ok(())
}
