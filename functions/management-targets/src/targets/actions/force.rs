//! `PUT /rest/v1/targets/{id}/actions/{action}`

use axum::extract::State;
use harrier_deployments::{Decision, decide_on_action};
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::forcing;
use harrier_rest::resources::ActionResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

/// The only change there is: `forced`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::targets) struct ActionUpdate {
    force_type: Option<ForceType>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ForceType {
    Soft,
    Forced,
    TimeForced,
    DownloadOnly,
}

pub(in crate::targets) async fn force(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, action)): Path<(String, i64)>,
    Json(body): Json<ActionUpdate>,
) -> ApiResult<Hal<ActionResource>> {
    caller.require(Authority::UpdateTarget)?;
    super::load(&app, &caller, &id, action).await?;
    if body.force_type != Some(ForceType::Forced) {
        return Err(Error::Validation("Resource supports only switch to FORCED.".to_owned()).into());
    }
    let (actor, now) = (caller.actor(), app.now());
    let changed = decide_on_action(&app.store, caller.tenant(), &id, action, |target, action| {
        forcing::force(target, action, &actor, now);
        Ok(Decision { entries: Vec::new(), answer: action.clone() })
    })
    .await?;
    Ok(Hal::ok(super::get::full(&app, &caller, &origin, &changed).await?))
}
