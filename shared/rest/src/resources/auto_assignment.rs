//! Auto assignments (management §5.5).

use harrier_domain::auto_assignment::{AutoAssignment, AutoAssignmentStatus};
use harrier_domain::software::DistributionSet;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Base, link_set};
use crate::{Links, Origin};

/// An auto assignment as the Management API shows it; there is one form only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutoAssignmentResource {
    pub id: i64,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub target_filter_query: String,
    pub distribution_set_id: i64,
    pub status: &'static str,
    /// Epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_at: Option<i64>,
    pub action_type: &'static str,
    pub weight: u16,
    pub confirmation_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_remark: Option<String>,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links")]
    pub links: Links,
}

impl AutoAssignmentResource {
    /// `set` names the link to the distribution set.
    #[must_use]
    pub fn new(auto: &AutoAssignment, set: Option<&DistributionSet>, origin: &Origin) -> Self {
        Self {
            id: auto.id,
            name: auto.name.clone(),
            description: auto.description.clone(),
            target_filter_query: auto.query.clone(),
            distribution_set_id: auto.distribution_set,
            status: auto.status.name(),
            start_at: auto.start_at,
            action_type: auto.action_type.name(),
            weight: auto.weight,
            confirmation_required: auto.confirmation_required,
            approval_decided_by: auto.approval_decided_by.clone(),
            approval_remark: auto.approval_remark.clone(),
            base: Base::from(&auto.audit),
            links: links(auto, set, origin),
        }
    }
}

fn links(auto: &AutoAssignment, set: Option<&DistributionSet>, origin: &Origin) -> Links {
    let own = || origin.href("/rest/v1/autoassignments").segment(auto.id);
    let mut links = Links::new().with("self", own());
    let name = set.map(|set| (set.name.as_str(), set.version.as_str()));
    link_set(&mut links, auto.distribution_set, name, origin);
    for operation in operations(auto.status) {
        links.add(*operation, own().segment(operation));
    }
    links
}

/// What a user can make of it (management §5.5).
fn operations(status: AutoAssignmentStatus) -> &'static [&'static str] {
    match status {
        AutoAssignmentStatus::WaitingForApproval => &["approve", "deny"],
        AutoAssignmentStatus::ApprovalDenied => &[],
        AutoAssignmentStatus::Ready => &["start"],
        AutoAssignmentStatus::Running => &["pause"],
        AutoAssignmentStatus::Paused => &["resume"],
    }
}
