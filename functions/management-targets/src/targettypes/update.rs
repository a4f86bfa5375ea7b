//! `PUT /rest/v1/targettypes/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments::{ReferredTo, add_reconsideration};
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_domain::edits;
use harrier_domain::text::{self, Violations};
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

use super::NAMES;
use super::representation::TargetTypeResource;
use crate::catalogue::change_name;

/// What may change; the key may not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct TargetTypeUpdate {
    name: Option<String>,
    description: Option<String>,
    colour: Option<String>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<TargetTypeUpdate>,
) -> ApiResult<Hal<TargetTypeResource>> {
    caller.require(Authority::UpdateTargetType)?;
    let update = body.checked()?;
    let target_type = until_settled(|| change(&app, &caller, id, &update)).await?;
    Ok(Hal::ok(TargetTypeResource::single(&target_type, &origin)))
}

async fn change(app: &App, caller: &Caller, id: i64, update: &TargetTypeUpdate) -> Result<Loaded<TargetType>> {
    let mut target_type: Loaded<TargetType> = app.store.get(caller.tenant(), id).await?;
    let before = (*target_type).clone();
    update.apply(&mut target_type);
    if *target_type == before {
        return Ok(target_type);
    }
    target_type.audit.touch(&caller.actor(), app.now());
    let mut transaction = app.store.transaction(caller.tenant());
    transaction.save(&target_type);
    change_name(&mut transaction, caller, NAMES, (&before.name, &target_type.name), id);
    if target_type.name != before.name {
        add_reconsideration(&mut transaction, caller.tenant(), ReferredTo::TargetTypes, app.now())?;
    }
    transaction.commit().await?;
    Ok(target_type)
}

impl TargetTypeUpdate {
    fn checked(self) -> harrier_domain::Result<Self> {
        let mut violations = Violations::default();
        let name = violations.optional(text::name, "name", self.name);
        let description = violations.optional(text::description, "description", self.description);
        let colour = violations.optional(text::colour, "colour", self.colour);
        violations.finish()?;
        Ok(Self { name, description, colour })
    }

    fn apply(&self, target_type: &mut TargetType) {
        edits::change(&mut target_type.name, self.name.clone());
        edits::change_optional(&mut target_type.description, self.description.clone());
        edits::change_optional(&mut target_type.colour, self.colour.clone());
    }
}
