//! `DELETE /rest/v1/targets/{id}/actions/{action}`

use axum::extract::State;
use harrier_deployments::{Decision, decide_on_action};
use harrier_domain::authority::Authority;
use harrier_domain::cancellation;
use harrier_rest::{ApiResult, Path, QueryParams, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

pub(in crate::targets) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path((id, action)): Path<(String, i64)>,
    query: QueryParams,
) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let force = query.flag("force")?.unwrap_or(false);
    super::load(&app, &caller, &id, action).await?;
    let (actor, now) = (caller.actor(), app.now());
    decide_on_action(&app.store, caller.tenant(), &id, action, |target, action| {
        let entry = if force {
            cancellation::force_quit(target, action, &actor, now)?
        } else {
            cancellation::request(target, action, &actor, now)?
        };
        Ok(Decision { entries: vec![entry], answer: () })
    })
    .await?;
    Ok(no_content())
}
