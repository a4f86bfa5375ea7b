//! `PUT /rest/v1/distributionsettypes/{id}`: description and colour only.

use axum::extract::State;
use harrier_domain::Entity;
use harrier_domain::authority::Authority;
use harrier_domain::edits::change_optional;
use harrier_domain::software::DistributionSetType;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::DistributionSetTypeResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{edit, require_alive};

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct DistributionSetTypeUpdate {
    description: Option<String>,
    colour: Option<String>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(request): Json<DistributionSetTypeUpdate>,
) -> ApiResult<Hal<DistributionSetTypeResource>> {
    caller.require(Authority::UpdateDistributionSetType)?;
    let updated = edit(&app, &caller, id, |set_type| apply(&request, set_type)).await?;
    Ok(Hal::ok(DistributionSetTypeResource::single(&updated, &origin)))
}

fn apply(request: &DistributionSetTypeUpdate, set_type: &mut DistributionSetType) -> harrier_domain::Result<()> {
    require_alive(set_type.deleted, Entity::DistributionSetType, set_type.id)?;
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let colour = violations.optional(text::colour, "colour", request.colour.as_ref());
    violations.finish()?;
    change_optional(&mut set_type.description, description);
    change_optional(&mut set_type.colour, colour);
    Ok(())
}
