//! `POST /rest/v1/distributionsets/{id}/assignedTargets`

use axum::extract::State;
use harrier_deployments::{AssignmentOrder, TargetOrder};
use harrier_domain::Error;
use harrier_domain::action::ActionType;
use harrier_domain::authority::Authority;
use harrier_domain::maintenance::{Schedule, ScheduleText};
use harrier_rest::resources::AssignmentResource;
use harrier_rest::{ApiResult, Hal, Json, Origin, Path, QueryParams};
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

const MAX_WEIGHT: u16 = 1000;

/// The set for one target (management §5.6 "TargetAssignment").
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetAssignment {
    id: String,
    #[serde(rename = "type")]
    action_type: Option<WireActionType>,
    #[serde(default)]
    forcetime: i64,
    weight: Option<i64>,
    confirmation_required: Option<bool>,
    maintenance_window: Option<MaintenanceWindow>,
}

/// The names of management §4.2, in lower case only.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ActionType")]
enum WireActionType {
    Soft,
    Forced,
    TimeForced,
    DownloadOnly,
}

impl From<WireActionType> for ActionType {
    fn from(wire: WireActionType) -> Self {
        match wire {
            WireActionType::Soft => Self::Soft,
            WireActionType::Forced => Self::Forced,
            WireActionType::TimeForced => Self::TimeForced,
            WireActionType::DownloadOnly => Self::DownloadOnly,
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
struct MaintenanceWindow {
    schedule: Option<String>,
    duration: Option<String>,
    timezone: Option<String>,
}

/// Unknown targets are left out silently.
pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    query: QueryParams,
    Json(body): Json<Vec<TargetAssignment>>,
) -> ApiResult<Hal<AssignmentResource>> {
    caller.require_all(&[Authority::UpdateTarget, Authority::ReadDistributionSet])?;
    let offline = query.flag("offline")?.unwrap_or(false);
    let now = app.now();
    let targets = body.into_iter().map(|one| one.order(offline, now));
    let order = AssignmentOrder {
        snapshot: &caller.tenant,
        actor: &caller.actor(),
        quotas: &app.settings.quotas,
        distribution_set: id,
        targets: targets.collect::<harrier_domain::Result<_>>()?,
        offline,
        refuse_unknown: false,
        message: None,
        now,
    };
    let outcome = harrier_deployments::assign(&app.store, &order).await?;
    let assigned = outcome.assigned.iter().map(|made| (made.controller_id.as_str(), made.action));
    Ok(Hal::ok(AssignmentResource::new(outcome.already_assigned, assigned, &origin)))
}

impl TargetAssignment {
    fn order(self, offline: bool, now: i64) -> harrier_domain::Result<TargetOrder> {
        let weight = self.weight.map(weight_in_range).transpose()?;
        let action_type = self.action_type.map(ActionType::from).unwrap_or_default();
        let window = self.maintenance_window.filter(|_| !offline);
        Ok(TargetOrder {
            controller_id: self.id.trim().to_owned(),
            action_type,
            forced_time: (action_type == ActionType::TimeForced).then_some(self.forcetime),
            weight,
            window: window.map(|window| window.schedule(now)).transpose()?.flatten(),
            confirmation_required: self.confirmation_required,
        })
    }
}

impl MaintenanceWindow {
    fn schedule(&self, now: i64) -> harrier_domain::Result<Option<ScheduleText>> {
        let (schedule, duration, zone) = (self.schedule.as_deref(), self.duration.as_deref(), self.timezone.as_deref());
        let requested = Schedule::requested(schedule, duration, zone, now)?;
        Ok(requested.map(|schedule| schedule.text().clone()))
    }
}

fn weight_in_range(weight: i64) -> harrier_domain::Result<u16> {
    let fits = u16::try_from(weight).ok().filter(|weight| *weight <= MAX_WEIGHT);
    fits.ok_or_else(|| Error::violation("weight", "must be between 0 and 1000"))
}
