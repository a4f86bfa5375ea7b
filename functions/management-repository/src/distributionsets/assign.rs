//! `POST /rest/v1/distributionsets/{id}/assignedTargets`

use axum::extract::State;
use harrier_deployments::{AssignmentOrder, TargetOrder};
use harrier_domain::authority::Authority;
use harrier_rest::resources::{AssignmentRequest, AssignmentResource, AssignmentTerms};
use harrier_rest::{ApiResult, Hal, Json, Origin, Path, QueryParams};
use harrier_runtime::{App, Caller};

/// Unknown targets are left out silently.
pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    query: QueryParams,
    Json(body): Json<Vec<AssignmentRequest<String>>>,
) -> ApiResult<Hal<AssignmentResource>> {
    caller.require_all(&[Authority::UpdateTarget, Authority::ReadDistributionSet])?;
    let offline = query.flag("offline")?.unwrap_or(false);
    let now = app.now();
    let targets = body.into_iter().map(|one| order(one, offline, now));
    let order = AssignmentOrder {
        snapshot: &caller.tenant,
        actor: &caller.actor(),
        quotas: &app.settings.quotas,
        distribution_set: id,
        targets: targets.collect::<harrier_domain::Result<_>>()?,
        offline,
        refuse_unknown: false,
        unless_in_history: false,
        message: None,
        now,
    };
    let outcome = harrier_deployments::assign(&app.store, &order).await?;
    let assigned = outcome.assigned.iter().map(|made| (made.controller_id.as_str(), made.action));
    Ok(Hal::ok(AssignmentResource::new(outcome.already_assigned, assigned, &origin)))
}

/// The order for one target (management §5.6 "TargetAssignment").
fn order(request: AssignmentRequest<String>, offline: bool, now: i64) -> harrier_domain::Result<TargetOrder> {
    let controller_id = request.id.trim().to_owned();
    let AssignmentTerms { action_type, forced_time, weight, window, confirmation_required } =
        request.read(offline, now)?;
    Ok(TargetOrder { controller_id, action_type, forced_time, weight, window, confirmation_required })
}
