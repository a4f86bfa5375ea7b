//! `POST /rest/v1/autoassignments`

use axum::extract::State;
use harrier_campaigns::auto_assignments::{self, Ground};
use harrier_domain::action::ActionType;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::{AutoAssignmentDraft, Creator};
use harrier_rest::resources::{ActionTypeName, AutoAssignmentResource};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

/// What shall be assigned to whom (management §5.5 "AutoAssignmentCreate").
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AutoAssignmentCreate {
    name: Option<String>,
    description: Option<String>,
    target_filter_query: Option<String>,
    distribution_set_id: Option<i64>,
    start_at: Option<i64>,
    action_type: Option<ActionTypeName>,
    weight: Option<i64>,
    confirmation_required: Option<bool>,
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Json(body): Json<AutoAssignmentCreate>,
) -> ApiResult<Hal<AutoAssignmentResource>> {
    caller.require_all(&[Authority::CreateAutoAssignment, Authority::ReadDistributionSet, Authority::UpdateTarget])?;
    let draft = body.draft()?;
    let engine = app.engine();
    let ground = Ground { engine: &engine, snapshot: &caller.tenant };
    let creator = Creator { actor: &caller.actor(), authorities: caller.authorities().granted() };
    let auto = auto_assignments::create(&ground, &creator, draft).await?;
    Ok(Hal::created(super::show(&app, &caller, &origin, &auto).await?))
}

impl AutoAssignmentCreate {
    fn draft(self) -> ApiResult<AutoAssignmentDraft> {
        let set = self.distribution_set_id;
        Ok(AutoAssignmentDraft {
            name: self.name,
            description: self.description,
            query: self.target_filter_query,
            distribution_set: set.ok_or_else(|| ApiError::not_readable("no distribution set is named"))?,
            action_type: self.action_type.map(ActionType::from),
            weight: self.weight,
            confirmation_required: self.confirmation_required,
            start_at: self.start_at,
        })
    }
}
