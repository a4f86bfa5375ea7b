//! The target: one device, as the server knows it (`domain-behaviour.md` §2.2, §4).
//!
//! The record carries whatever a poll must know, so that one read answers a poll (`docs/architecture.md`, "Data").

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::action::{Action, ActionStatus, ActionType};
use crate::audit::{Actor, Audit};
use crate::maintenance::ScheduleText;
use crate::named;

named! {
    /// Where a target stands (`domain-behaviour.md` §4.1), as Management API bodies and RSQL call it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum UpdateStatus {
        Unknown = "unknown",
        InSync = "in_sync",
        Pending = "pending",
        Error = "error",
        Registered = "registered",
    }
}

/// Whether new actions of the target skip the wait for confirmation (`domain-behaviour.md` §7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoConfirm {
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub initiator: Option<String>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    #[serde(rename = "at")]
    pub activated_at: i64,
    #[serde(rename = "by")]
    pub activated_by: String,
}

/// What a poll needs of an action that the device still has to deal with. A copy of the [`Action`], written with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAction {
    pub id: i64,
    #[serde(rename = "ds")]
    pub distribution_set: i64,
    #[serde(rename = "st")]
    pub status: ActionStatus,
    #[serde(rename = "ty")]
    pub action_type: ActionType,
    #[serde(rename = "ft", default, skip_serializing_if = "Option::is_none")]
    pub forced_time: Option<i64>,
    #[serde(rename = "w")]
    pub weight: u16,
    #[serde(rename = "win", default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ScheduleText>,
    #[serde(rename = "lc", default, skip_serializing_if = "Option::is_none")]
    pub last_status_code: Option<i32>,
    /// Newer assignments leave the action alone (`domain-behaviour.md` §6.4).
    #[serde(rename = "rms", default, skip_serializing_if = "std::ops::Not::not")]
    pub required_migration_step: bool,
    /// The rollout group it belongs to.
    #[serde(rename = "rg", default, skip_serializing_if = "Option::is_none")]
    pub rollout_group: Option<i64>,
}

/// An action of a rollout whose group has not started yet. A copy of the [`Action`], so that assignments find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledAction {
    pub id: i64,
    #[serde(rename = "ds")]
    pub distribution_set: i64,
    #[serde(rename = "ro")]
    pub rollout: i64,
    #[serde(rename = "rg")]
    pub rollout_group: i64,
    /// Newer assignments leave the action alone (`domain-behaviour.md` §6.4).
    #[serde(rename = "rms", default, skip_serializing_if = "std::ops::Not::not")]
    pub required_migration_step: bool,
}

/// Which rollouts a target has actions of. A rollout has at most one for each target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutsOfTarget {
    /// The newest ones, ascending.
    #[serde(rename = "ids")]
    newest: Vec<i64>,
    /// Of this and older ones nothing is known any more.
    #[serde(rename = "low", default)]
    forgotten: i64,
}

impl RolloutsOfTarget {
    /// How many are remembered.
    const KEPT: usize = 8;

    /// Whether the target has an action of the rollout; `None` when only its actions can tell.
    #[must_use]
    pub fn has(&self, rollout: i64) -> Option<bool> {
        match self.newest.contains(&rollout) {
            true => Some(true),
            false if rollout <= self.forgotten => None,
            false => Some(false),
        }
    }

    /// Whether the target has, or had, an action of this rollout or of a newer one.
    #[must_use]
    pub fn has_this_or_newer(&self, rollout: i64) -> bool {
        self.forgotten >= rollout || self.newest.last().is_some_and(|newest| *newest >= rollout)
    }

    pub(crate) fn note(&mut self, rollout: i64) {
        if let Err(place) = self.newest.binary_search(&rollout) {
            self.newest.insert(place, rollout);
        }
        if self.newest.len() > Self::KEPT {
            self.forgotten = self.forgotten.max(self.newest.remove(0));
        }
    }

    fn forget(&mut self, rollout: i64) {
        self.newest.retain(|known| *known != rollout);
    }

    fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// One device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    #[serde(rename = "id")]
    pub controller_id: String,
    /// The number that orders targets by creation (management §1.7).
    #[serde(rename = "no", default)]
    pub number: i64,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(rename = "tok")]
    pub security_token: String,
    #[serde(rename = "addr", default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Last contact, epoch milliseconds, exact to the last-seen resolution.
    #[serde(rename = "seen", default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<i64>,
    #[serde(rename = "st")]
    pub update_status: UpdateStatus,
    #[serde(rename = "ads", default, skip_serializing_if = "Option::is_none")]
    pub assigned_set: Option<i64>,
    #[serde(rename = "ids", default, skip_serializing_if = "Option::is_none")]
    pub installed_set: Option<i64>,
    #[serde(rename = "iat", default, skip_serializing_if = "Option::is_none")]
    pub installed_at: Option<i64>,
    /// The newest finished action of the installed set: the device's `installedBase`.
    #[serde(rename = "ia", default, skip_serializing_if = "Option::is_none")]
    pub installed_action: Option<i64>,
    #[serde(rename = "ra")]
    pub request_attributes: bool,
    #[serde(rename = "grp", default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(rename = "tt", default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<i64>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<i64>,
    #[serde(rename = "ac", default, skip_serializing_if = "Option::is_none")]
    pub auto_confirm: Option<AutoConfirm>,
    /// How many actions there are, open and closed; the actions-per-target quota counts them.
    #[serde(rename = "na", default)]
    pub actions: u32,
    #[serde(rename = "open", default, skip_serializing_if = "Vec::is_empty")]
    pub open_actions: Vec<OpenAction>,
    /// Actions of rollouts that wait for their group.
    #[serde(rename = "sch", default, skip_serializing_if = "Vec::is_empty")]
    pub scheduled: Vec<ScheduledAction>,
    #[serde(rename = "ros", default, skip_serializing_if = "RolloutsOfTarget::is_unknown")]
    pub rollouts: RolloutsOfTarget,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Target {
    /// A target that nobody has heard of yet: no contact, no set, attributes wanted.
    #[must_use]
    pub fn new(controller_id: &str, security_token: String, actor: &Actor, now: i64) -> Self {
        Self {
            controller_id: controller_id.to_owned(),
            number: 0,
            name: controller_id.chars().take(128).collect(),
            description: None,
            security_token,
            address: None,
            last_seen: None,
            update_status: UpdateStatus::Unknown,
            assigned_set: None,
            installed_set: None,
            installed_at: None,
            installed_action: None,
            request_attributes: true,
            group: None,
            target_type: None,
            tags: BTreeSet::new(),
            auto_confirm: None,
            actions: 0,
            open_actions: Vec::new(),
            scheduled: Vec::new(),
            rollouts: RolloutsOfTarget::default(),
            audit: Audit::created(actor, now),
            revision: 0,
        }
    }

    /// A device that registers itself (DDI §14).
    #[must_use]
    pub fn plug_and_play(controller_id: &str, security_token: String, address: Option<String>, now: i64) -> Self {
        let mut target = Self::new(controller_id, security_token, &Actor::Device, now);
        let description = format!("Plug and Play target: {controller_id}");
        target.description = Some(description.chars().take(512).collect());
        target.address = address;
        target.last_seen = Some(now);
        target.update_status = UpdateStatus::Registered;
        target
    }

    /// The action the device is told about: highest weight, then lowest id (`domain-behaviour.md` §5.11).
    #[must_use]
    pub fn current_action(&self) -> Option<&OpenAction> {
        self.open_actions.iter().min_by_key(|action| (std::cmp::Reverse(action.weight), action.id))
    }

    /// The open action with this id.
    #[must_use]
    pub fn open_action(&self, id: i64) -> Option<&OpenAction> {
        self.open_actions.iter().find(|action| action.id == id)
    }

    /// An action of the target was removed.
    pub fn forget(&mut self, action: &Action) {
        self.actions = self.actions.saturating_sub(1);
        self.open_actions.retain(|open| open.id != action.id);
        self.scheduled.retain(|scheduled| scheduled.id != action.id);
        if let Some(rollout) = action.rollout {
            self.rollouts.forget(rollout);
        }
    }

    /// Brings the copy of `action` in line with it: active actions are open, others are not.
    pub fn reflect(&mut self, action: &Action) {
        let Some(position) = self.open_actions.iter().position(|open| open.id == action.id) else {
            return;
        };
        if !action.active {
            self.open_actions.remove(position);
            return;
        }
        let open = &mut self.open_actions[position];
        open.status = action.status;
        open.action_type = action.action_type;
        open.forced_time = action.forced_time;
        open.last_status_code = action.last_status_code;
    }
}

impl OpenAction {
    /// The copy of an active action.
    #[must_use]
    pub fn of(action: &Action, required_migration_step: bool) -> Self {
        Self {
            id: action.id,
            distribution_set: action.distribution_set,
            status: action.status,
            action_type: action.action_type,
            forced_time: action.forced_time,
            weight: action.weight,
            window: action.window.clone(),
            last_status_code: action.last_status_code,
            required_migration_step,
            rollout_group: action.rollout_group,
        }
    }

    /// The device may fetch artifacts for it: waiting for confirmation counts, a cancel order does not (DDI §9.2).
    #[must_use]
    pub fn allows_download(&self) -> bool {
        !self.status.is_canceling_or_canceled()
    }
}
