//! `GET` and `POST /rest/v1/targets/{id}/assignedDS`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use harrier_deployments::{AssignmentOrder, TargetOrder, assign as assign_set};
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_rest::resources::{AssignmentRequest, AssignmentResource, AssignmentTerms, DistributionSetResource};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::Consistency;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    caller.require(Authority::ReadTarget)?;
    let target = app.store.target(caller.tenant(), &id, Consistency::Strong).await?;
    show(&app, &caller, &origin, target.and_then(|target| target.assigned_set)).await
}

/// The set, or 204 when there is none: also for an unknown target (management §8.3 no. 3).
pub(crate) async fn show(app: &App, caller: &Caller, origin: &Origin, set: Option<i64>) -> ApiResult<Response> {
    let Some(id) = set else {
        return Ok(no_content().into_response());
    };
    let set = app.store.find::<DistributionSet>(caller.tenant(), id, Consistency::Strong).await?;
    let set = set.into_iter().map(harrier_store::Loaded::into_inner).collect();
    match app.store.describe_sets(caller.tenant(), set).await?.first() {
        Some(described) => Ok(Hal::ok(DistributionSetResource::single(described, origin)).into_response()),
        None => Ok(no_content().into_response()),
    }
}

/// One set for the target (management §5.1 "DsAssignment").
type DsAssignment = AssignmentRequest<Option<i64>>;

pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    query: QueryParams,
    Json(body): Json<Vec<DsAssignment>>,
) -> ApiResult<Hal<AssignmentResource>> {
    caller.require_all(&[Authority::UpdateTarget, Authority::ReadDistributionSet])?;
    let offline = query.flag("offline")?.unwrap_or(false);
    if !offline {
        caller.require(Authority::ReadTarget)?;
    }
    let Some(set) = only_set(&body)? else {
        return Ok(Hal::ok(AssignmentResource::new(0, [], &origin)));
    };
    let now = app.now();
    let targets =
        body.into_iter().map(|one| order(one, &id, offline, now)).collect::<harrier_domain::Result<Vec<_>>>()?;
    let order = AssignmentOrder {
        snapshot: &caller.tenant,
        actor: &caller.actor(),
        quotas: &app.settings.quotas,
        distribution_set: set,
        targets,
        offline,
        refuse_unknown: !offline,
        unless_in_history: false,
        message: None,
        now,
    };
    let outcome = assign_set(&app.store, &order).await?;
    let assigned = outcome.assigned.iter().map(|made| (made.controller_id.as_str(), made.action));
    Ok(Hal::ok(AssignmentResource::new(outcome.already_assigned, assigned, &origin)))
}

/// The one set the list is about; `None` for an empty list.
fn only_set(body: &[DsAssignment]) -> ApiResult<Option<i64>> {
    let mut ids = Vec::with_capacity(body.len());
    for one in body {
        ids.push(one.id.ok_or_else(|| ApiError::not_readable("an assignment names no distribution set"))?);
    }
    match ids.split_first() {
        None => Ok(None),
        Some((first, rest)) if rest.iter().all(|id| id == first) => Ok(Some(*first)),
        Some(_) => Err(Error::MultiAssignment.into()),
    }
}

fn order(request: DsAssignment, controller_id: &str, offline: bool, now: i64) -> harrier_domain::Result<TargetOrder> {
    let AssignmentTerms { action_type, forced_time, weight, window, confirmation_required } =
        request.read(offline, now)?;
    let controller_id = controller_id.to_owned();
    Ok(TargetOrder { controller_id, action_type, forced_time, weight, window, confirmation_required })
}
