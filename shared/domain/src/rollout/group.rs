use serde::{Deserialize, Serialize};

use super::Conditions;
use crate::audit::Audit;
use crate::named;

named! {
    /// Where a group stands (`domain-behaviour.md` §11.1), as Management API bodies and RSQL call it (management §5.10).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum GroupStatus {
        Ready = "ready",
        Scheduled = "scheduled",
        Finished = "finished",
        Error = "error",
        Running = "running",
        Creating = "creating",
    }
}

impl GroupStatus {
    /// Nothing changes it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Error)
    }
}

/// A part of a rollout's targets, started together. Groups are a chain in the order of their ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RolloutGroup {
    pub id: i64,
    #[serde(rename = "ro")]
    pub rollout: i64,
    /// The group before it.
    #[serde(rename = "pa", default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<i64>,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "st")]
    pub status: GroupStatus,
    #[serde(rename = "con")]
    pub conditions: Conditions,
    #[serde(rename = "n")]
    pub total_targets: u64,
    /// Restricts the rollout's filter; may be empty.
    #[serde(rename = "q", default)]
    pub filter: String,
    /// The share of all targets of the filter, in percent; of a dynamic group, how many targets it takes.
    #[serde(rename = "pct")]
    pub percentage: f32,
    #[serde(rename = "cr", default)]
    pub confirmation_required: bool,
    #[serde(rename = "dyn", default)]
    pub dynamic: bool,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl RolloutGroup {
    /// How many targets a dynamic group takes.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the cast saturates
    pub fn target_count(&self) -> u64 {
        self.percentage.max(0.0) as u64
    }
}
