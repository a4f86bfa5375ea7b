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
use harrier_store::{Loaded, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{Editor, require_alive};

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
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let updated: Loaded<SoftwareModuleType> = until_settled(|| async {
        let mut module_type: Loaded<SoftwareModuleType> = store.get(tenant, id).await?;
        decide(&mut module_type, &request, &editor)?;
        let mut transaction = store.transaction(tenant);
        transaction.save(&module_type);
        transaction.commit().await?;
        Ok(module_type)
    })
    .await?;
    Ok(Hal::ok(SoftwareModuleTypeResource::new(&updated, &origin)))
}

fn decide(
    module_type: &mut SoftwareModuleType,
    request: &SoftwareModuleTypeUpdate,
    editor: &Editor,
) -> harrier_domain::Result<()> {
    require_alive(module_type.deleted, Entity::SoftwareModuleType, module_type.id)?;
    let before = module_type.clone();
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let colour = violations.optional(text::colour, "colour", request.colour.as_ref());
    violations.finish()?;
    change_optional(&mut module_type.description, description);
    change_optional(&mut module_type.colour, colour);
    if *module_type != before {
        module_type.audit.touch(&editor.actor, editor.now);
    }
    Ok(())
}
