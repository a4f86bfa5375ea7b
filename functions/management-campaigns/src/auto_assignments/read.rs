//! `GET /rest/v1/autoassignments/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::resources::AutoAssignmentResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<AutoAssignmentResource>> {
    caller.require(Authority::ReadAutoAssignment)?;
    let auto = app.store.auto_assignment(caller.tenant(), id).await?;
    Ok(Hal::ok(super::show(&app, &caller, &origin, &auto).await?))
}
