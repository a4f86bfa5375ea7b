//! Rollouts: a set for many targets, group after group (`domain-behaviour.md` §11).
//!
//! A rollout is an entity with a chain of groups. Users change its status by [`commands`]; the engine moves it on by
//! [`advance`], which decides from the groups and the exact [`Counts`] of their actions. [`deployment`] is what happens to
//! one target.

pub mod advance;
pub mod commands;
mod conditions;
mod counts;
pub mod creation;
pub mod deployment;
mod group;
pub mod sizes;

use serde::{Deserialize, Serialize};

use crate::action::ActionType;
use crate::audit::Audit;
use crate::named;

pub use conditions::{Conditions, ErrorCondition, SuccessAction};
pub use counts::{Counts, Tally};
pub use group::{GroupStatus, RolloutGroup};

named! {
    /// Where a rollout stands (`domain-behaviour.md` §11.1), as Management API bodies and RSQL call it (management §5.10
    /// "States").
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum RolloutStatus {
        Creating = "creating",
        Ready = "ready",
        Paused = "paused",
        Starting = "starting",
        Stopped = "stopped",
        Running = "running",
        Finished = "finished",
        Deleting = "deleting",
        Deleted = "deleted",
        WaitingForApproval = "waiting_for_approval",
        ApprovalDenied = "approval_denied",
        Stopping = "stopping",
    }
}

impl RolloutStatus {
    /// A user may stop it, and so may the invalidation of its set (`domain-behaviour.md` §9.1).
    #[must_use]
    pub fn is_stoppable(self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Ready
                | Self::WaitingForApproval
                | Self::Starting
                | Self::Running
                | Self::Paused
                | Self::ApprovalDenied
        )
    }

    /// The engine has something to do without anybody asking.
    #[must_use]
    pub fn makes_progress(self) -> bool {
        matches!(self, Self::Creating | Self::Starting | Self::Running | Self::Stopping | Self::Deleting)
    }

    /// Only planned members are known: nothing was scheduled for them yet.
    #[must_use]
    pub fn is_before_start(self) -> bool {
        matches!(self, Self::Creating | Self::Ready | Self::WaitingForApproval | Self::ApprovalDenied)
    }
}

/// A set for the targets that a filter matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    pub id: i64,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The stored RSQL query.
    #[serde(rename = "q")]
    pub filter: String,
    #[serde(rename = "ds")]
    pub distribution_set: i64,
    #[serde(rename = "st")]
    pub status: RolloutStatus,
    #[serde(rename = "ty")]
    pub action_type: ActionType,
    /// For time-forced actions, epoch milliseconds.
    #[serde(rename = "ft", default, skip_serializing_if = "Option::is_none")]
    pub forced_time: Option<i64>,
    #[serde(rename = "w")]
    pub weight: u16,
    /// When it starts by itself, epoch milliseconds; [`MANUAL_START`] means never.
    #[serde(rename = "at", default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<i64>,
    #[serde(rename = "dyn", default)]
    pub dynamic: bool,
    /// Behind the number in the names of dynamic groups.
    #[serde(rename = "sfx", default)]
    pub name_suffix: String,
    #[serde(rename = "n")]
    pub total_targets: u64,
    #[serde(rename = "ng")]
    pub groups: u32,
    #[serde(rename = "del", default)]
    pub deleted: bool,
    #[serde(rename = "adb", default, skip_serializing_if = "Option::is_none")]
    pub approval_decided_by: Option<String>,
    #[serde(rename = "arm", default, skip_serializing_if = "Option::is_none")]
    pub approval_remark: Option<String>,
    /// The rollout whose failed targets this one is for (`domain-behaviour.md` §11.13).
    #[serde(rename = "rty", default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<i64>,
    /// What the creator was granted, literally: the engine works in their name (`domain-behaviour.md` §11.16).
    #[serde(rename = "auth", default)]
    pub authorities: Vec<String>,
    /// Before this time no pass looks for new targets again, epoch milliseconds (`domain-behaviour.md` §21-17).
    #[serde(rename = "inv", default)]
    pub involve_after: i64,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// A start time that never comes: the rollout waits for its user.
pub const MANUAL_START: i64 = i64::MAX;

impl Rollout {
    /// Its time has come, or none is set and somebody started it.
    #[must_use]
    pub fn is_due(&self, now: i64) -> bool {
        self.status == RolloutStatus::Ready && self.start_at.is_some_and(|start| start <= now)
    }

    /// How the history of its actions calls their origin (`domain-behaviour.md` §6.2).
    #[must_use]
    pub fn initiation(&self, group: &RolloutGroup) -> String {
        format!("Initiated by rollout group '{}' [Rollout {}:{}]", group.name, self.name, self.id)
    }
}
