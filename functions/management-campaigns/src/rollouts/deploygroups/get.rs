//! `GET /rest/v1/rollouts/{id}/deploygroups/{group}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::resources::RolloutGroupResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, group)): Path<(i64, i64)>,
) -> ApiResult<Hal<RolloutGroupResource>> {
    caller.require(Authority::ReadRollout)?;
    let (_, group) = super::find(&app, &caller, id, group).await?;
    let counts = app.store.group_counts(caller.tenant(), id, group.id).await?;
    let flow = caller.tenant.configuration.confirmation_flow();
    Ok(Hal::ok(RolloutGroupResource::new(&group, Some(&counts), flow, &origin)))
}
