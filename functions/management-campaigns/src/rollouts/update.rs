//! `PUT /rest/v1/rollouts/{id}`

use axum::extract::State;
use harrier_campaigns::rollouts;
use harrier_domain::authority::Authority;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::RolloutResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use serde::Deserialize;

use super::view;

#[derive(Debug, Deserialize)]
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
    let name = body.name.as_deref().and_then(|name| violations.check(text::name("name", name)));
    let described = body.description.as_deref();
    let description = described.and_then(|text| violations.check(text::description("description", text)));
    violations.finish()?;
    let (engine, actor) = (app.engine(), caller.actor());
    let updated =
        rollouts::update(&engine, caller.tenant(), id, name.as_deref(), description.as_deref(), &actor).await?;
    Ok(Hal::ok(view::full(&app, &caller, &updated, &origin).await?))
}
