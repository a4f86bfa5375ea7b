//! `POST /rest/v1/distributionsets/{id}/invalidate` (`domain-behaviour.md` §9)

use axum::extract::State;
use harrier_campaigns::invalidation;
use harrier_domain::authority::Authority;
use harrier_domain::invalidation::CancelationType;
use harrier_rest::{ApiResult, Json, Path, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invalidation {
    #[schemars(with = "String", extend("enum" = ["none", "soft", "force"]))]
    action_cancelation_type: CancelationType,
}

/// The set is invalid with the answer; its actions are taken back in steps that follow.
pub(super) async fn invalidate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(request): Json<Invalidation>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateDistributionSet)?;
    let cancelation = request.action_cancelation_type;
    if cancelation != CancelationType::None {
        caller.require_all(&[Authority::UpdateRollout, Authority::UpdateTarget])?;
    }
    invalidation::start(&app.engine(), caller.tenant(), &[id], cancelation, &caller.actor()).await?;
    Ok(no_content())
}
