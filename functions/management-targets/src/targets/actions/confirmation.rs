//! `PUT /rest/v1/targets/{id}/actions/{action}/confirmation`

use axum::extract::State;
use harrier_deployments::{Decision, decide_on_action};
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::confirmation::{self, Answer};
use harrier_rest::{ApiError, ApiResult, Json, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::StoreError;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
pub(in crate::targets) struct Confirmation {
    confirmation: Verdict,
    code: Option<i32>,
    details: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Confirmed,
    Denied,
}

pub(in crate::targets) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Path((id, action)): Path<(String, i64)>,
    Json(body): Json<Confirmation>,
) -> ApiResult<StatusCode> {
    caller.require_all(&[Authority::ReadTarget, Authority::UpdateTarget])?;
    super::load(&app, &caller, &id, action).await?;
    let answer = Answer {
        confirmed: body.confirmation == Verdict::Confirmed,
        code: body.code,
        details: body.details.unwrap_or_default(),
    };
    let flow = caller.tenant.configuration.confirmation_flow();
    let (actor, now, quotas) = (caller.actor(), app.now(), &app.settings.quotas);
    let decided = decide_on_action(&app.store, caller.tenant(), &id, action, |target, action| {
        let entry = confirmation::answer(target, action, &answer, flow, quotas, &actor, now)?;
        Ok(Decision { entries: vec![entry], answer: () })
    });
    match decided.await {
        Ok(()) => Ok(no_content()),
        Err(StoreError::Refused(Error::ConfirmationActionClosed)) => Err(ApiError::gone()),
        Err(StoreError::Refused(Error::ConfirmationNotAwaited)) => Err(ApiError::not_found()),
        Err(other) => Err(other.into()),
    }
}
