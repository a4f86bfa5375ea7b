//! Auto assignments: a distribution set for every target that matches a query, now or later (`domain-behaviour.md` §10).
//!
//! A running auto assignment is evaluated in two ways: for each target that is made or changed, and over the whole fleet
//! once in a *pass* whenever the definition starts or what its query refers to changes. The pass is a cursor in the record.

use serde::{Deserialize, Serialize};

use crate::action::{ActionType, DEFAULT_WEIGHT};
use crate::audit::{Actor, Audit};
use crate::named;
use crate::text::{self, Violations};
use crate::{Error, Result};

/// How long a pass may stand still before the clock gives it a push, milliseconds.
const WATCHDOG: i64 = 60_000;

/// How often a query that time alone can make true is put to the fleet again, milliseconds.
const CLOCK_DRIVEN_PERIOD: i64 = 900_000;

/// The heaviest weight (`domain-behaviour.md` §10.2).
const MAX_WEIGHT: i64 = 1000;

named! {
    /// Where an auto assignment stands (`domain-behaviour.md` §10.3), as Management API bodies and RSQL call it. There is no
    /// "finished".
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum AutoAssignmentStatus {
        WaitingForApproval = "waiting_for_approval",
        /// Nothing leads out of it but deletion.
        ApprovalDenied = "approval_denied",
        /// Starts by itself as soon as its start time has come, or when it has none.
        Ready = "ready",
        Running = "running",
        Paused = "paused",
    }
}

/// How far a pass over the fleet has come: through the shards in their order, within a shard by controller id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FleetPass {
    /// Numbers the passes of one auto assignment, so that a late message of an earlier one is recognised.
    #[serde(rename = "no")]
    pub number: u64,
    #[serde(rename = "sh")]
    pub shard: u32,
    /// The last controller id of the shard that was looked at.
    #[serde(rename = "af", default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One auto assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoAssignment {
    pub id: i64,
    pub name: String,
    #[serde(rename = "desc", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// RSQL on targets; never changes.
    #[serde(rename = "q")]
    pub query: String,
    /// Never changes.
    #[serde(rename = "ds")]
    pub distribution_set: i64,
    /// The type of the set, which never changes either: decides which targets can take it.
    #[serde(rename = "dst")]
    pub set_type: i64,
    #[serde(rename = "ty")]
    pub action_type: ActionType,
    #[serde(rename = "w")]
    pub weight: u16,
    #[serde(rename = "conf")]
    pub confirmation_required: bool,
    /// Not before this time, epoch milliseconds, unless a user starts it.
    #[serde(rename = "start", default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<i64>,
    #[serde(rename = "st")]
    pub status: AutoAssignmentStatus,
    #[serde(rename = "dec", default, skip_serializing_if = "Option::is_none")]
    pub approval_decided_by: Option<String>,
    #[serde(rename = "rem", default, skip_serializing_if = "Option::is_none")]
    pub approval_remark: Option<String>,
    /// What the creator was granted when it was made, as granted: it acts in their name (`domain-behaviour.md` §10.2).
    #[serde(rename = "auth", default, skip_serializing_if = "Vec::is_empty")]
    pub creator_authorities: Vec<String>,
    /// The pass under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<FleetPass>,
    /// How many passes were begun.
    #[serde(rename = "np", default)]
    pub passes: u64,
    /// Something changed behind the pass under way: another one follows it.
    #[serde(rename = "again", default, skip_serializing_if = "std::ops::Not::not")]
    pub pass_again: bool,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// An auto assignment as it is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoAssignmentDraft {
    pub name: Option<String>,
    pub description: Option<String>,
    pub query: Option<String>,
    pub distribution_set: i64,
    /// Forced when absent.
    pub action_type: Option<ActionType>,
    /// 1000 when absent.
    pub weight: Option<i64>,
    /// The tenant's confirmation flow when absent.
    pub confirmation_required: Option<bool>,
    pub start_at: Option<i64>,
}

/// What the tenant makes of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreationPolicy {
    /// `auto.assignment.approval.enabled`
    pub approval: bool,
    /// `user.confirmation.flow.enabled`
    pub confirmation_flow: bool,
}

impl AutoAssignmentDraft {
    /// Checks the texts and the weight, and trims the texts (`domain-behaviour.md` §10.2).
    ///
    /// # Errors
    /// [`Error::ConstraintViolation`].
    pub fn checked(self) -> Result<Self> {
        let mut violations = Violations::default();
        let name = violations.required(text::name, "name", self.name);
        let query = violations.required(text::query, "targetFilterQuery", self.query);
        let description = violations.optional(text::description, "description", self.description);
        if self.weight.is_some_and(|weight| !(0..=MAX_WEIGHT).contains(&weight)) {
            violations.add("weight", "must be between 0 and 1000");
        }
        violations.finish()?;
        Ok(Self { name: Some(name), description, query: Some(query), ..self })
    }

    /// Refuses the one action type that does not go with auto assignments.
    ///
    /// # Errors
    /// [`Error::InvalidAutoAssignActionType`].
    pub fn check_action_type(&self) -> Result<()> {
        if self.action_type == Some(ActionType::TimeForced) {
            return Err(Error::InvalidAutoAssignActionType);
        }
        Ok(())
    }

    /// The auto assignment of a [checked](Self::checked) draft. `set_type` is the type of the draft's set.
    #[must_use]
    pub fn create(
        self,
        id: i64,
        set_type: i64,
        policy: CreationPolicy,
        creator: &Creator<'_>,
        now: i64,
    ) -> AutoAssignment {
        let ready =
            if policy.approval { AutoAssignmentStatus::WaitingForApproval } else { AutoAssignmentStatus::Ready };
        AutoAssignment {
            id,
            set_type,
            name: self.name.unwrap_or_default(),
            description: self.description,
            query: self.query.unwrap_or_default(),
            distribution_set: self.distribution_set,
            action_type: self.action_type.unwrap_or_default(),
            weight: self.weight.and_then(|weight| u16::try_from(weight).ok()).unwrap_or(DEFAULT_WEIGHT),
            confirmation_required: self.confirmation_required.unwrap_or(policy.confirmation_flow),
            start_at: self.start_at,
            status: ready,
            approval_decided_by: None,
            approval_remark: None,
            creator_authorities: creator.authorities.to_vec(),
            pass: None,
            passes: 0,
            pass_again: false,
            audit: Audit::created(creator.actor, now),
            revision: 1,
        }
    }
}

/// Who makes an auto assignment.
#[derive(Debug, Clone, Copy)]
pub struct Creator<'a> {
    pub actor: &'a Actor,
    /// As granted, not as implied.
    pub authorities: &'a [String],
}

impl AutoAssignment {
    /// The user in whose name it assigns (surprise 62).
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::User(self.audit.created_by.clone())
    }

    /// The first message of each action it makes (surprise 62).
    #[must_use]
    pub fn message(&self) -> String {
        format!("Auto assignment: {}", self.name)
    }

    /// The same definition for another query, to be made anew (`domain-behaviour.md` §10.7).
    #[must_use]
    pub fn draft(&self) -> AutoAssignmentDraft {
        AutoAssignmentDraft {
            name: Some(self.name.clone()),
            description: self.description.clone(),
            query: Some(self.query.clone()),
            distribution_set: self.distribution_set,
            action_type: Some(self.action_type),
            weight: Some(i64::from(self.weight)),
            confirmation_required: Some(self.confirmation_required),
            start_at: self.start_at,
        }
    }

    /// Lets it become ready.
    ///
    /// # Errors
    /// [`Error::AutoAssignmentIllegalState`] unless it waits for approval.
    pub fn approve(&mut self, remark: Option<String>, actor: &Actor, now: i64) -> Result<()> {
        self.decide_approval(AutoAssignmentStatus::Ready, remark, actor, now)
    }

    /// Refuses it for good.
    ///
    /// # Errors
    /// [`Error::AutoAssignmentIllegalState`] unless it waits for approval.
    pub fn deny(&mut self, remark: Option<String>, actor: &Actor, now: i64) -> Result<()> {
        self.decide_approval(AutoAssignmentStatus::ApprovalDenied, remark, actor, now)
    }

    fn decide_approval(
        &mut self,
        decided: AutoAssignmentStatus,
        remark: Option<String>,
        actor: &Actor,
        now: i64,
    ) -> Result<()> {
        self.change_status(AutoAssignmentStatus::WaitingForApproval, decided, actor, now)?;
        self.approval_decided_by = Some(actor.name().to_owned());
        self.approval_remark = remark;
        Ok(())
    }

    /// Begins now, whatever its start time.
    ///
    /// # Errors
    /// [`Error::AutoAssignmentIllegalState`] unless it is ready.
    pub fn start(&mut self, actor: &Actor, now: i64) -> Result<()> {
        self.change_status(AutoAssignmentStatus::Ready, AutoAssignmentStatus::Running, actor, now)?;
        self.begin_pass();
        Ok(())
    }

    /// Holds it; the pass under way ends.
    ///
    /// # Errors
    /// [`Error::AutoAssignmentIllegalState`] unless it is running.
    pub fn pause(&mut self, actor: &Actor, now: i64) -> Result<()> {
        self.change_status(AutoAssignmentStatus::Running, AutoAssignmentStatus::Paused, actor, now)?;
        self.pass = None;
        self.pass_again = false;
        Ok(())
    }

    /// Goes on, with everything that happened meanwhile.
    ///
    /// # Errors
    /// [`Error::AutoAssignmentIllegalState`] unless it is paused.
    pub fn resume(&mut self, actor: &Actor, now: i64) -> Result<()> {
        self.change_status(AutoAssignmentStatus::Paused, AutoAssignmentStatus::Running, actor, now)?;
        self.begin_pass();
        Ok(())
    }

    fn change_status(
        &mut self,
        from: AutoAssignmentStatus,
        to: AutoAssignmentStatus,
        actor: &Actor,
        now: i64,
    ) -> Result<()> {
        if self.status != from {
            let (present, wanted) = (self.status.name(), to.name());
            let text = format!("Auto assignment {} is {present} and cannot become {wanted}.", self.id);
            return Err(Error::AutoAssignmentIllegalState(text));
        }
        self.status = to;
        self.audit.touch(actor, now);
        Ok(())
    }

    /// The clock looks at it: a ready one starts when its time has come (surprise 65). Returns whether it started.
    pub fn start_if_due(&mut self, now: i64) -> bool {
        let due = self.status == AutoAssignmentStatus::Ready && self.start_at.is_none_or(|start| start <= now);
        if due {
            self.status = AutoAssignmentStatus::Running;
            self.audit.touch(&Actor::System, now);
            self.begin_pass();
        }
        due
    }

    /// Targets may match that did not before, without a change of their own: the fleet is looked at once more. A pass under
    /// way goes on and is followed by another, so that many such changes cannot keep it at its beginning.
    pub fn request_pass(&mut self) {
        if self.status != AutoAssignmentStatus::Running {
            return;
        }
        if self.pass.is_some() {
            self.pass_again = true;
        } else {
            self.begin_pass();
        }
    }

    fn begin_pass(&mut self) {
        self.passes += 1;
        self.pass_again = false;
        self.pass = Some(FleetPass { number: self.passes, shard: 0, after: None });
    }

    /// A step of the pass is done: up to and with `after` of `shard`, or, with no `next`, to the end of the fleet.
    pub fn advance_pass(&mut self, next: Option<(u32, Option<String>)>) {
        let again = self.pass_again;
        self.pass = match (self.pass.take(), next) {
            (Some(pass), Some((shard, after))) => Some(FleetPass { shard, after, ..pass }),
            _ => None,
        };
        if self.pass.is_none() && again {
            self.begin_pass();
        }
    }

    /// The clock looks at it again: targets may match by now that did not before, without anybody having changed them.
    pub fn repeat_if_driven_by_the_clock(&mut self) -> bool {
        let repeats = self.is_running() && self.pass.is_none() && self.is_driven_by_the_clock();
        if repeats {
            self.begin_pass();
        }
        repeats
    }

    /// The query compares with the present time, so that targets come to match as it goes by.
    fn is_driven_by_the_clock(&self) -> bool {
        let query = self.query.to_ascii_lowercase();
        query.contains("${now_ts}") || query.contains("${overdue_ts}")
    }

    /// When the clock must look at it, epoch milliseconds; `None` while only users or targets can move it.
    #[must_use]
    pub fn wakes_at(&self, now: i64) -> Option<i64> {
        match self.status {
            AutoAssignmentStatus::Ready => Some(self.start_at.unwrap_or(now)),
            AutoAssignmentStatus::Running if self.pass.is_some() => Some(now + WATCHDOG),
            AutoAssignmentStatus::Running if self.is_driven_by_the_clock() => Some(now + CLOCK_DRIVEN_PERIOD),
            _ => None,
        }
    }

    /// It looks at targets.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.status == AutoAssignmentStatus::Running
    }
}

#[cfg(test)]
mod tests;
