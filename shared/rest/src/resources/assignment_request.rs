//! How a distribution set is assigned: what the bodies of both assignment endpoints have in common (management §5.1
//! "DsAssignment", §5.6 "TargetAssignment").

use harrier_domain::action::ActionType;
use harrier_domain::maintenance::{Schedule, ScheduleText};
use harrier_domain::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;

const MAX_WEIGHT: u16 = 1000;

/// The names of management §4.2, in lower case only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ActionType")]
pub enum ActionTypeName {
    Soft,
    Forced,
    TimeForced,
    DownloadOnly,
}

impl From<ActionTypeName> for ActionType {
    fn from(name: ActionTypeName) -> Self {
        match name {
            ActionTypeName::Soft => Self::Soft,
            ActionTypeName::Forced => Self::Forced,
            ActionTypeName::TimeForced => Self::TimeForced,
            ActionTypeName::DownloadOnly => Self::DownloadOnly,
        }
    }
}

/// A maintenance window as it is asked for (management §4.3).
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MaintenanceWindowRequest {
    schedule: Option<String>,
    duration: Option<String>,
    timezone: Option<String>,
}

impl MaintenanceWindowRequest {
    fn read(&self, now: i64) -> Result<Option<ScheduleText>> {
        let (schedule, duration, zone) = (self.schedule.as_deref(), self.duration.as_deref(), self.timezone.as_deref());
        let requested = Schedule::requested(schedule, duration, zone, now)?;
        Ok(requested.map(|schedule| schedule.text().clone()))
    }
}

/// One assignment. What `id` is depends on the endpoint: a set for a target, or a target for a set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AssignmentRequest_{Id}")]
pub struct AssignmentRequest<Id> {
    pub id: Id,
    #[serde(rename = "type")]
    action_type: Option<ActionTypeName>,
    #[serde(default)]
    forcetime: i64,
    weight: Option<i64>,
    confirmation_required: Option<bool>,
    maintenance_window: Option<MaintenanceWindowRequest>,
}

/// A request that was found to be sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentTerms {
    pub action_type: ActionType,
    /// For time-forced actions, epoch milliseconds.
    pub forced_time: Option<i64>,
    pub weight: Option<u16>,
    pub window: Option<ScheduleText>,
    pub confirmation_required: Option<bool>,
}

impl<Id> AssignmentRequest<Id> {
    /// Checks the request. Offline assignments have no maintenance window, whatever is sent.
    ///
    /// # Errors
    /// [`Error::ConstraintViolation`] for a weight out of range, [`Error::InvalidMaintenanceSchedule`].
    pub fn read(self, offline: bool, now: i64) -> Result<AssignmentTerms> {
        let action_type = self.action_type.map(ActionType::from).unwrap_or_default();
        let window = self.maintenance_window.filter(|_| !offline);
        Ok(AssignmentTerms {
            action_type,
            forced_time: (action_type == ActionType::TimeForced).then_some(self.forcetime),
            weight: self.weight.map(weight_in_range).transpose()?,
            window: window.map(|window| window.read(now)).transpose()?.flatten(),
            confirmation_required: self.confirmation_required,
        })
    }
}

fn weight_in_range(weight: i64) -> Result<u16> {
    let fits = u16::try_from(weight).ok().filter(|weight| *weight <= MAX_WEIGHT);
    fits.ok_or_else(|| Error::violation("weight", "must be between 0 and 1000"))
}
