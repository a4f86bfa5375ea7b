//! `cancelAction/{action}`: an update is taken back (DDI §7).

use harrier_domain::feedback::Feedback;
use harrier_domain::{cancellation, feedback};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Path};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::Device;
use crate::case::Case;
use crate::deployment::ActionPath;
use crate::feedback::FeedbackBody;

/// The cancel order. Both ids are the action's: there is no cancel order apart from the action.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cancel {
    id: String,
    cancel_action: CancelAction,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CancelAction {
    stop_id: String,
}

pub async fn get(device: Device, Path((_, _, action)): ActionPath) -> ApiResult<Hal<Cancel>> {
    let now = device.session.now;
    let (_, case, ordered) = Case::decide(device, action, 0, |target, action| {
        if !action.status.is_canceling_or_canceled() {
            return Ok((None, false));
        }
        Ok((feedback::retrieve(target, action, now), true))
    })
    .await?;
    if !ordered {
        return Err(ApiError::not_found());
    }
    let id = case.action.id.to_string();
    Ok(Hal::ok(Cancel { id: id.clone(), cancel_action: CancelAction { stop_id: id } }))
}

pub async fn post(
    device: Device,
    Path((_, _, action)): ActionPath,
    Json(body): Json<FeedbackBody>,
) -> ApiResult<StatusCode> {
    let feedback = Feedback::from(body);
    let (now, quotas) = (device.session.now, device.session.app.settings.quotas);
    Case::decide(device, action, quotas.status_entries_per_action, |target, action| {
        Ok((Some(cancellation::answer(target, action, &feedback, &quotas, now)?), ()))
    })
    .await?;
    Ok(StatusCode::OK)
}
