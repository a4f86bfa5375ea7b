//! Targets (management §5.1).

use harrier_domain::network;
use harrier_domain::polling::PollStatus;
use harrier_domain::target::Target;
use schemars::JsonSchema;
use serde::Serialize;

use super::Base;
use crate::{Href, Links, Origin};

/// When a target polled, and when it is expected again. All times are epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PollStatusResource {
    pub last_request_at: i64,
    pub next_expected_request_at: i64,
    pub overdue: bool,
}

impl From<PollStatus> for PollStatusResource {
    fn from(status: PollStatus) -> Self {
        Self { last_request_at: status.last, next_expected_request_at: status.next, overdue: status.overdue }
    }
}

/// What the form of a target depends on beside the target itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct TargetFacts<'a> {
    /// The name of its type, if it has one that exists.
    pub type_name: Option<&'a str>,
    /// `None` until the first poll.
    pub poll_status: Option<PollStatus>,
    /// The caller may read security tokens.
    pub shows_security_token: bool,
    /// The tenant's confirmation flow is on.
    pub confirmation_flow: bool,
}

/// A target as the Management API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetResource {
    pub controller_id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub update_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_controller_request_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub poll_status: Option<PollStatusResource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token: Option<String>,
    pub request_attributes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_type_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_confirm_active: Option<bool>,
    #[serde(flatten)]
    pub base: Base,
    #[serde(rename = "_links", skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

impl TargetResource {
    /// The form inside lists.
    #[must_use]
    pub fn item(target: &Target, facts: TargetFacts<'_>, origin: &Origin) -> Self {
        let links = Links::new().with("self", target_href(&target.controller_id, origin));
        Self::with_links(target, facts, links)
    }

    /// The form of one target.
    #[must_use]
    pub fn single(target: &Target, facts: TargetFacts<'_>, origin: &Origin) -> Self {
        let own = || target_href(&target.controller_id, origin);
        let actions = own().segment("actions").query("offset", 0).query("limit", 50).query("sort", "id:DESC");
        let mut links = Links::new()
            .with("self", own())
            .with("assignedDS", own().segment("assignedDS"))
            .with("installedDS", own().segment("installedDS"))
            .with("attributes", own().segment("attributes"))
            .with("actions", actions)
            .with("metadata", own().segment("metadata"));
        if let (Some(id), Some(_)) = (target.target_type, facts.type_name) {
            links.add("targetType", origin.href("/rest/v1/targettypes").segment(id));
        }
        if facts.confirmation_flow {
            links.add("autoConfirm", own().segment("autoConfirm"));
        }
        Self::with_links(target, facts, links)
    }

    fn with_links(target: &Target, facts: TargetFacts<'_>, links: Links) -> Self {
        Self {
            controller_id: target.controller_id.clone(),
            name: target.name.clone(),
            description: target.description.clone(),
            group: target.group.clone(),
            update_status: target.update_status.name(),
            last_controller_request_at: target.last_seen,
            installed_at: target.installed_at,
            address: target.address.clone(),
            ip_address: target.address.as_deref().and_then(network::ip_address),
            poll_status: facts.poll_status.map(PollStatusResource::from),
            security_token: facts.shows_security_token.then(|| target.security_token.clone()),
            request_attributes: target.request_attributes,
            target_type: target.target_type.filter(|_| facts.type_name.is_some()),
            target_type_name: facts.type_name.map(ToOwned::to_owned),
            auto_confirm_active: facts.confirmation_flow.then_some(target.auto_confirm.is_some()),
            base: Base::from(&target.audit),
            links,
        }
    }
}

/// The address of a target.
#[must_use]
pub fn target_href(controller_id: &str, origin: &Origin) -> Href {
    origin.href("/rest/v1/targets").segment(controller_id)
}
