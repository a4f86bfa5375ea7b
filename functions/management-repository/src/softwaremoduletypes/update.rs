//! `PUT /rest/v1/softwaremoduletypes/{id}`: description and colour only.

use axum::extract::State;
use harrier_domain::Entity;
use harrier_domain::authority::Authority;
use harrier_domain::edits::change_optional;
use harrier_domain::software::SoftwareModuleType;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::SoftwareModuleTypeResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{edit, require_alive};

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SoftwareModuleTypeUpdate {
    description: Option<String>,
    colour: Option<String>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(request): Json<SoftwareModuleTypeUpdate>,
) -> ApiResult<Hal<SoftwareModuleTypeResource>> {
    caller.require(Authority::UpdateSoftwareModuleType)?;
    let updated = edit(&app, &caller, id, |module_type| apply(&request, module_type)).await?;
    Ok(Hal::ok(SoftwareModuleTypeResource::new(&updated, &origin)))
}

fn apply(request: &SoftwareModuleTypeUpdate, module_type: &mut SoftwareModuleType) -> harrier_domain::Result<()> {
    require_alive(module_type.deleted, Entity::SoftwareModuleType, module_type.id)?;
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let colour = violations.optional(text::colour, "colour", request.colour.as_ref());
    violations.finish()?;
    change_optional(&mut module_type.description, description);
    change_optional(&mut module_type.colour, colour);
    Ok(())
}
