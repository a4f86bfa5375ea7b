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
use harrier_store::{Loaded, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{Editor, require_alive};

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
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let updated: Loaded<SoftwareModule> = until_settled(|| async {
        let mut module: Loaded<SoftwareModule> = store.get(tenant, id).await?;
        decide(&mut module, &request, &editor)?;
        let mut transaction = store.transaction(tenant);
        transaction.save(&module);
        transaction.commit().await?;
        Ok(module)
    })
    .await?;
    let described = store.describe_module(tenant, updated.into_inner()).await?;
    Ok(Hal::ok(SoftwareModuleResource::single(&described, &origin)))
}

fn decide(module: &mut SoftwareModule, request: &SoftwareModuleUpdate, editor: &Editor) -> harrier_domain::Result<()> {
    require_alive(module.deleted, Entity::SoftwareModule, module.id)?;
    let before = module.clone();
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let vendor = violations.optional(text::vendor, "vendor", request.vendor.as_ref());
    violations.finish()?;
    change_optional(&mut module.description, description);
    change_optional(&mut module.vendor, vendor);
    change(&mut module.locked, request.locked);
    if *module != before {
        module.audit.touch(&editor.actor, editor.now);
    }
    Ok(())
}
