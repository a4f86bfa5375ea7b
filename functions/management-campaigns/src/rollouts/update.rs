//! `PUT /rest/v1/rollouts/{id}`

use axum::extract::State;
use harrier_campaigns::rollouts;
use harrier_domain::authority::Authority;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::RolloutResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

use super::view;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RolloutUpdate {
    name: Option<String>,
    description: Option<String>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<RolloutUpdate>,
) -> ApiResult<Hal<RolloutResource>> {
    caller.require(Authority::UpdateRollout)?;
    let mut violations = Violations::default();
    let name = violations.optional(text::name, "name", body.name);
    let description = violations.optional(text::description, "description", body.description);
    violations.finish()?;
    let (engine, actor) = (app.engine(), caller.actor());
    let updated =
        rollouts::update(&engine, caller.tenant(), id, name.as_deref(), description.as_deref(), &actor).await?;
    Ok(Hal::ok(view::full(&app, &caller, &updated, &origin).await?))
}
