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
use harrier_store::{Loaded, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::edits::{Editor, require_alive};

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
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(&app, &caller));
    let updated: Loaded<DistributionSetType> = until_settled(|| async {
        let mut set_type: Loaded<DistributionSetType> = store.get(tenant, id).await?;
        decide(&mut set_type, &request, &editor)?;
        let mut transaction = store.transaction(tenant);
        transaction.save(&set_type);
        transaction.commit().await?;
        Ok(set_type)
    })
    .await?;
    Ok(Hal::ok(DistributionSetTypeResource::single(&updated, &origin)))
}

fn decide(
    set_type: &mut DistributionSetType,
    request: &DistributionSetTypeUpdate,
    editor: &Editor,
) -> harrier_domain::Result<()> {
    require_alive(set_type.deleted, Entity::DistributionSetType, set_type.id)?;
    let before = set_type.clone();
    let mut violations = Violations::default();
    let description = violations.optional(text::description, "description", request.description.as_ref());
    let colour = violations.optional(text::colour, "colour", request.colour.as_ref());
    violations.finish()?;
    change_optional(&mut set_type.description, description);
    change_optional(&mut set_type.colour, colour);
    if *set_type != before {
        set_type.audit.touch(&editor.actor, editor.now);
    }
    Ok(())
}
