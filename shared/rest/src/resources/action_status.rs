//! Entries of an action's history (management §5.1 "ActionStatus").

use harrier_domain::action::StatusEntry;
use schemars::JsonSchema;
use serde::Serialize;

/// Most messages of one entry that are shown.
const MAX_MESSAGES: usize = 500;

/// One entry. It has no links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionStatusResource {
    pub id: i64,
    #[serde(rename = "type")]
    pub status: String,
    pub messages: Vec<String>,
    /// Epoch milliseconds, the server's clock.
    pub reported_at: i64,
    /// Epoch milliseconds, by the device's word if it gave one.
    pub timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
}

impl From<&StatusEntry> for ActionStatusResource {
    fn from(entry: &StatusEntry) -> Self {
        Self {
            id: entry.id,
            status: entry.status.wire_name(),
            messages: entry.messages.iter().take(MAX_MESSAGES).cloned().collect(),
            reported_at: entry.reported_at,
            timestamp: entry.occurred_at,
            code: entry.code,
        }
    }
}
