//! `GET /rest/v1/actions/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::{Entity, Error};
use harrier_rest::resources::{ActionContext, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<ActionResource>> {
    caller.require(Authority::ReadTarget)?;
    let found = super::find(&app, &caller, &[id]).await?;
    let action = found.first().ok_or_else(|| Error::not_found(Entity::Action, id))?;
    let context = ActionContext::load(&app.store, caller.tenant(), [&**action]).await?;
    Ok(Hal::ok(context.full(action, app.now(), &origin)))
}
