//! Actions (management §4.6).

use harrier_domain::action::{Action, ActionType};
use harrier_domain::maintenance::{Schedule, ScheduleText};
use schemars::JsonSchema;
use serde::Serialize;

use super::target::target_href;
use super::{Base, link_set};
use crate::{Href, Links, Origin};

/// A maintenance window (management §4.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MaintenanceWindowResource {
    pub schedule: String,
    pub duration: String,
    pub timezone: String,
    /// Start of the current or next window, epoch milliseconds; absent when the schedule has lapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_start_at: Option<i64>,
}

impl MaintenanceWindowResource {
    fn new(text: &ScheduleText, now: i64) -> Self {
        let window = Schedule::parse(text.clone()).ok().and_then(|schedule| schedule.window(now));
        Self {
            schedule: text.schedule.clone(),
            duration: text.duration.clone(),
            timezone: text.timezone.clone(),
            next_start_at: window.map(|window| window.start),
        }
    }
}

/// The names in the links of a whole action.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActionNames<'a> {
    pub target: Option<&'a str>,
    /// Name and version.
    pub distribution_set: Option<(&'a str, &'a str)>,
    pub rollout: Option<&'a str>,
}

/// An action as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionResource {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub status: String,
    pub active: bool,
    pub force_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_time: Option<i64>,
    pub weight: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_window: Option<MaintenanceWindowResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollout_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status_code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl ActionResource {
    /// The form inside lists: a link to itself only.
    #[must_use]
    pub fn item(action: &Action, names: ActionNames<'_>, now: i64, origin: &Origin) -> Self {
        let links = Links::new().with("self", action_href(&action.controller_id, action.id, origin));
        Self::with_links(action, names, now, links)
    }

    /// The full form, of one action or with `representation=full`.
    #[must_use]
    pub fn full(action: &Action, names: ActionNames<'_>, now: i64, origin: &Origin) -> Self {
        let own = || action_href(&action.controller_id, action.id, origin);
        let history = own().segment("status").query("offset", 0).query("limit", 50).query("sort", "id:DESC");
        let mut links = Links::new().with("self", own());
        let target = target_href(&action.controller_id, origin);
        links.add_named("target", target, names.target.map(ToOwned::to_owned));
        link_set(&mut links, action.distribution_set, names.distribution_set, origin);
        links.add("status", history);
        if let Some(rollout) = action.rollout {
            let href = origin.href("/rest/v1/rollouts").segment(rollout);
            links.add_named("rollout", href, names.rollout.map(ToOwned::to_owned));
        }
        if action.status.is_canceling_or_canceled() {
            links.add("canceledaction", own());
        }
        Self::with_links(action, names, now, links)
    }

    fn with_links(action: &Action, names: ActionNames<'_>, now: i64, links: Links) -> Self {
        let time_forced = action.action_type == ActionType::TimeForced;
        Self {
            id: action.id,
            kind: action.wire_type(),
            status: action.status.wire_name(),
            active: action.active,
            force_type: action.action_type.name(),
            force_time: action.forced_time.filter(|_| time_forced),
            weight: action.weight,
            maintenance_window: action.window.as_ref().map(|text| MaintenanceWindowResource::new(text, now)),
            rollout: action.rollout,
            rollout_name: names.rollout.map(ToOwned::to_owned),
            last_status_code: action.last_status_code,
            external_ref: action.external_ref.clone(),
            base: Base::from(&action.audit),
            links,
        }
    }
}

/// The address of an action: always below its target (management §5.14).
#[must_use]
pub fn action_href(controller_id: &str, id: i64, origin: &Origin) -> Href {
    target_href(controller_id, origin).segment("actions").segment(id)
}
