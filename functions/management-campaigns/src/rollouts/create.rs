//! `POST /rest/v1/rollouts` and `POST /rest/v1/rollouts/{id}/retry`

use axum::extract::State;
use harrier_campaigns::rollouts;
use harrier_domain::authority::Authority;
use harrier_domain::rollout::MANUAL_START;
use harrier_rest::resources::RolloutResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};

use super::request::RolloutRequest;
use super::view;

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<RolloutRequest>,
) -> ApiResult<Hal<RolloutResource>> {
    caller.require_all(&[Authority::CreateRollout, Authority::ReadDistributionSet, Authority::ReadTarget])?;
    if body.start_at.is_some_and(|start| start != MANUAL_START) {
        caller.require(Authority::HandleRollout)?;
    }
    let flow = caller.tenant.configuration.confirmation_flow();
    let new = body.into_new_rollout(flow, caller.authorities().granted().to_vec())?;
    let rollout = rollouts::create(&app.engine(), &caller.tenant, new, &caller.actor()).await?;
    Ok(Hal::created(view::full(&app, &caller, &rollout, &origin).await?))
}

pub(super) async fn retry(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<RolloutResource>> {
    caller.require_all(&[Authority::CreateRollout, Authority::ReadRollout])?;
    let authorities = caller.authorities().granted().to_vec();
    let rollout = rollouts::retry(&app.engine(), &caller.tenant, id, authorities, &caller.actor()).await?;
    Ok(Hal::created(view::full(&app, &caller, &rollout, &origin).await?))
}
