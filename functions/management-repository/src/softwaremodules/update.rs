//! `PUT /rest/v1/softwaremodules/{id}`: description, vendor and the lock only.

use axum::extract::State;
use harrier_domain::Entity;
use harrier_domain::authority::Authority;
use harrier_domain::edits::{change, change_optional};
use harrier_domain::software::SoftwareModule;
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::SoftwareModuleResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{edit, require_alive};

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct SoftwareModuleUpdate {
    description: Option<String>,
    vendor: Option<String>,
    locked: Option<bool>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(request): Json<SoftwareModuleUpdate>,
) -> ApiResult<Hal<SoftwareModuleResource>> {
    caller.require(Authority::UpdateSoftwareModule)?;
    let updated = edit(&app, &caller, id, |module| apply(&request, module)).await?;
    let described = app.store.describe_module(caller.tenant(), updated.into_inner()).await?;
    Ok(Hal::ok(SoftwareModuleResource::single(&described, &origin)))
}

fn apply(request: &SoftwareModuleUpdate, module: &mut SoftwareModule) -> harrier_domain::Result<()> {
    require_alive(module.deleted, Entity::SoftwareModule, module.id)?;
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let vendor = violations.optional(text::vendor, "vendor", request.vendor.as_ref());
    violations.finish()?;
    change_optional(&mut module.description, description);
    change_optional(&mut module.vendor, vendor);
    change(&mut module.locked, request.locked);
    Ok(())
}
