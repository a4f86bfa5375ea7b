//! `PUT /rest/v1/autoassignments/{id}`: name and description, nothing else.

use axum::extract::State;
use harrier_campaigns::auto_assignments;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::edits::{change, change_optional};
use harrier_domain::text::{self, Violations};
use harrier_rest::resources::AutoAssignmentResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, until_settled};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct AutoAssignmentUpdate {
    name: Option<String>,
    description: Option<String>,
}

pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    Json(body): Json<AutoAssignmentUpdate>,
) -> ApiResult<Hal<AutoAssignmentResource>> {
    caller.require(Authority::UpdateAutoAssignment)?;
    let update = body.checked()?;
    let auto = until_settled(|| apply(&app, &caller, id, &update)).await?;
    Ok(Hal::ok(super::show(&app, &caller, &origin, &auto).await?))
}

impl AutoAssignmentUpdate {
    fn checked(self) -> harrier_domain::Result<Self> {
        let mut violations = Violations::default();
        let name = violations.optional(text::name, "name", self.name);
        let description = violations.optional(text::description, "description", self.description);
        violations.finish()?;
        Ok(Self { name, description })
    }
}

async fn apply(app: &App, caller: &Caller, id: i64, update: &AutoAssignmentUpdate) -> Result<Loaded<AutoAssignment>> {
    let mut auto = app.store.auto_assignment(caller.tenant(), id).await?;
    let before = (*auto).clone();
    change(&mut auto.name, update.name.clone());
    change_optional(&mut auto.description, update.description.clone());
    if *auto == before {
        return Ok(auto);
    }
    auto.audit.touch(&caller.actor(), app.now());
    let mut transaction = app.store.transaction(caller.tenant());
    auto_assignments::add_renaming(&mut transaction, caller.tenant(), &before.name, &auto);
    transaction.commit().await?;
    Ok(auto)
}
