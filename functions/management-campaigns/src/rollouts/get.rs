//! `GET /rest/v1/rollouts/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::resources::RolloutResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

use super::view;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<RolloutResource>> {
    caller.require(Authority::ReadRollout)?;
    let rollout = app.store.rollout(caller.tenant(), id).await?;
    Ok(Hal::ok(view::full(&app, &caller, &rollout, &origin).await?))
}
