//! Whether a target confirms automatically (management §5.1 "AutoConfirm").

use harrier_domain::target::Target;
use schemars::JsonSchema;
use serde::Serialize;

use super::target::target_href;
use crate::{Links, Origin};

/// The state of automatic confirmation, with the link that changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutoConfirmResource {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Epoch milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<i64>,
    #[serde(rename = "_links")]
    pub links: Links,
}

impl AutoConfirmResource {
    #[must_use]
    pub fn new(target: &Target, origin: &Origin) -> Self {
        let state = target.auto_confirm.as_ref();
        let rel = if state.is_some() { "deactivate" } else { "activate" };
        let href = target_href(&target.controller_id, origin).segment("autoConfirm").segment(rel);
        Self {
            active: state.is_some(),
            initiator: state.and_then(|state| state.initiator.clone()),
            remark: state.and_then(|state| state.remark.clone()),
            activated_at: state.map(|state| state.activated_at),
            links: Links::new().with(rel, href),
        }
    }
}
