//! Rollouts and their groups (management §5.10).

use harrier_domain::action::ActionType;
use harrier_domain::rollout::{Conditions, Counts, ErrorCondition, Rollout, RolloutGroup, SuccessAction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Base, link_set};
use crate::{Href, Links, Origin};

/// How many targets are in which state; all keys are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatusCountsResource {
    pub scheduled: u64,
    pub running: u64,
    pub error: u64,
    pub finished: u64,
    pub cancelled: u64,
    pub notstarted: u64,
}

impl StatusCountsResource {
    /// `total` targets, of which those counted have an action. More actions than targets leave nothing that has not started.
    #[must_use]
    pub fn new(counts: &Counts, total: u64) -> Self {
        Self {
            scheduled: counts.scheduled,
            running: counts.open(),
            error: counts.error,
            finished: counts.finished + counts.downloaded,
            cancelled: counts.canceled,
            notstarted: total.saturating_sub(counts.total()),
        }
    }
}

/// A condition as the wire has it; also what requests send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionResource {
    #[serde(default)]
    pub condition: ConditionKind,
    #[serde(default = "ConditionResource::default_expression")]
    pub expression: String,
}

/// The one kind of condition there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ConditionKind {
    #[default]
    Threshold,
}

impl ConditionResource {
    fn default_expression() -> String {
        "100".to_owned()
    }

    fn threshold(expression: &str) -> Self {
        Self { condition: ConditionKind::Threshold, expression: expression.to_owned() }
    }
}

/// What follows a success; also what requests send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessActionResource {
    #[serde(default = "SuccessActionResource::default_action")]
    #[schemars(with = "String", extend("enum" = ["NEXTGROUP", "PAUSE"]))]
    pub action: SuccessAction,
    #[serde(default)]
    pub expression: String,
}

impl SuccessActionResource {
    fn default_action() -> SuccessAction {
        SuccessAction::NextGroup
    }
}

/// The one thing that follows too many errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ErrorActionKind {
    #[default]
    Pause,
}

/// What follows too many errors; also what requests send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorActionResource {
    #[serde(default)]
    pub action: ErrorActionKind,
    #[serde(default)]
    pub expression: String,
}

/// A rollout as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutResource {
    pub id: i64,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub target_filter_query: String,
    pub distribution_set_id: i64,
    pub status: &'static str,
    pub total_targets: u64,
    pub deleted: bool,
    pub dynamic: bool,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub forcetime: i64,
    pub weight: u16,
    #[serde(flatten)]
    pub details: RolloutDetails,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links")]
    pub links: Links,
}

/// What only the full form has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_targets_per_status: Option<StatusCountsResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_groups: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approve_decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_remark: Option<String>,
}

impl RolloutResource {
    /// The form inside lists.
    #[must_use]
    pub fn compact(rollout: &Rollout, origin: &Origin) -> Self {
        let links = Links::new().with("self", rollout_href(rollout.id, origin));
        Self::with_details(rollout, RolloutDetails::default(), links)
    }

    /// The form of one rollout, or with `representation=full`. `set` is name and version.
    #[must_use]
    pub fn full(rollout: &Rollout, counts: &Counts, set: Option<(&str, &str)>, origin: &Origin) -> Self {
        let own = || rollout_href(rollout.id, origin);
        let mut links = Links::new().with("self", own());
        for command in ["start", "pause", "resume", "triggerNextGroup", "approve", "deny"] {
            links.add(command, own().segment(command));
        }
        links.add("groups", own().segment("deploygroups").query("offset", 0).query("limit", 50));
        link_set(&mut links, rollout.distribution_set, set, origin);
        let details = RolloutDetails {
            total_targets_per_status: Some(StatusCountsResource::new(counts, rollout.total_targets)),
            total_groups: Some(rollout.groups),
            start_at: rollout.start_at,
            approve_decided_by: rollout.approval_decided_by.clone(),
            approval_remark: rollout.approval_remark.clone(),
        };
        Self::with_details(rollout, details, links)
    }

    fn with_details(rollout: &Rollout, details: RolloutDetails, links: Links) -> Self {
        let time_forced = rollout.action_type == ActionType::TimeForced;
        Self {
            id: rollout.id,
            name: rollout.name.clone(),
            description: rollout.description.clone(),
            target_filter_query: rollout.filter.clone(),
            distribution_set_id: rollout.distribution_set,
            status: rollout.status.name(),
            total_targets: rollout.total_targets,
            deleted: rollout.deleted,
            dynamic: rollout.dynamic,
            kind: rollout.action_type.name(),
            forcetime: rollout.forced_time.filter(|_| time_forced).unwrap_or(0),
            weight: rollout.weight,
            details,
            base: Base::from(&rollout.audit),
            links,
        }
    }
}

/// A group as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutGroupResource {
    pub id: i64,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub status: &'static str,
    pub dynamic: bool,
    pub target_filter_query: String,
    pub target_percentage: f32,
    pub total_targets: u64,
    /// Only while the confirmation flow is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_required: Option<bool>,
    pub success_condition: ConditionResource,
    pub success_action: SuccessActionResource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_condition: Option<ConditionResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_action: Option<ErrorActionResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_targets_per_status: Option<StatusCountsResource>,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links")]
    pub links: Links,
}

impl RolloutGroupResource {
    /// The group; the full form has `counts`.
    #[must_use]
    pub fn new(group: &RolloutGroup, counts: Option<&Counts>, confirmation_flow: bool, origin: &Origin) -> Self {
        let Conditions { success_threshold, success_action, success_action_expression, error } = &group.conditions;
        let href = rollout_href(group.rollout, origin).segment("deploygroups").segment(group.id);
        let error_action = |error: &ErrorCondition| ErrorActionResource {
            action: ErrorActionKind::Pause,
            expression: error.action_expression.clone(),
        };
        Self {
            id: group.id,
            name: group.name.clone(),
            description: group.description.clone(),
            status: group.status.name(),
            dynamic: group.dynamic,
            target_filter_query: group.filter.clone(),
            target_percentage: group.percentage,
            total_targets: group.total_targets,
            confirmation_required: confirmation_flow.then_some(group.confirmation_required),
            success_condition: ConditionResource::threshold(success_threshold),
            success_action: SuccessActionResource {
                action: *success_action,
                expression: success_action_expression.clone(),
            },
            error_condition: error.as_ref().map(|error| ConditionResource::threshold(&error.threshold)),
            error_action: error.as_ref().map(error_action),
            total_targets_per_status: counts.map(|counts| StatusCountsResource::new(counts, group.total_targets)),
            base: Base::from(&group.audit),
            links: Links::new().with("self", href),
        }
    }
}

/// The address of a rollout.
#[must_use]
pub fn rollout_href(id: i64, origin: &Origin) -> Href {
    origin.href("/rest/v1/rollouts").segment(id)
}
