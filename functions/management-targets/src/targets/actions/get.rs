//! `GET /rest/v1/targets/{id}/actions/{action}`

use axum::extract::State;
use harrier_domain::action::Action;
use harrier_domain::authority::Authority;
use harrier_rest::resources::{ActionContext, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Result;

pub(in crate::targets) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, action)): Path<(String, i64)>,
) -> ApiResult<Hal<ActionResource>> {
    caller.require(Authority::ReadTarget)?;
    let action = super::load(&app, &caller, &id, action).await?;
    Ok(Hal::ok(full(&app, &caller, &origin, &action).await?))
}

/// The full form of an action, with the names its links carry.
pub(super) async fn full(app: &App, caller: &Caller, origin: &Origin, action: &Action) -> Result<ActionResource> {
    let context = ActionContext::load(&app.store, caller.tenant(), [action]).await?;
    Ok(context.full(action, app.now(), origin))
}
