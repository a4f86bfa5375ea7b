//! Assigning a distribution set to a target (`domain-behaviour.md` §6).

use crate::Result;
use crate::action::{Action, ActionStatus, ActionType, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::audit::Actor;
use crate::lifecycle::Trigger;
use crate::maintenance::ScheduleText;
use crate::quota::Quotas;
use crate::target::{OpenAction, Target, UpdateStatus};
use crate::{cancellation, confirmation};

/// What is assigned, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub distribution_set: i64,
    /// The set is a step that later assignments must not skip.
    pub required_migration_step: bool,
    pub action_type: ActionType,
    /// Kept for [`ActionType::TimeForced`] only, epoch milliseconds.
    pub forced_time: Option<i64>,
    pub weight: u16,
    pub window: Option<ScheduleText>,
    pub confirmation_required: bool,
    /// The text of the first history entry, if not "initiated by user".
    pub message: Option<String>,
    /// Report the set as installed instead of offering it (`domain-behaviour.md` §6.3).
    pub offline: bool,
}

/// The tenant's settings that bear on assignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `repository.actions.autoclose.enabled`: close older actions instead of asking the device to cancel them.
    pub autoclose: bool,
    /// `user.confirmation.flow.enabled`.
    pub confirmation_flow: bool,
    pub quotas: Quotas,
}

/// What an assignment makes: the new action and every new history entry, those of overridden actions included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub action: Action,
    pub entries: Vec<StatusEntry>,
}

/// Assigns to one target. `open` holds at least the [`overridable`] and [`superseded`] actions, which are changed in place.
///
/// Returns `None`, changing nothing, when the target has the set already, or when an offline assignment meets a target
/// with pending work.
///
/// # Errors
/// [`Error::QuotaExceeded`] when the target has all the actions it may have.
pub fn assign(
    target: &mut Target,
    open: &mut [Action],
    id: i64,
    assignment: &Assignment,
    policy: &Policy,
    actor: &Actor,
    now: i64,
) -> Result<Option<Assigned>> {
    if !is_needed(target, assignment) {
        return Ok(None);
    }
    policy.quotas.actions_per_target(&target.controller_id, u64::from(target.actions), 1)?;
    let mut entries = Vec::new();
    if !assignment.offline {
        entries.extend(override_open_actions(target, open, policy, actor, now));
    }
    cancel_scheduled(target, open, actor, now);
    let mut action = new_action(target, id, assignment, policy, actor, now);
    entries.push(action.record(first_entry(target, assignment, policy, actor), now));
    attach(target, &action, assignment, actor, now);
    Ok(Some(Assigned { action, entries }))
}

/// The target does not have the set yet, and is free to get it: an offline assignment passes over pending work (§6.3).
#[must_use]
pub fn is_needed(target: &Target, assignment: &Assignment) -> bool {
    let busy_offline = assignment.offline && target.update_status == UpdateStatus::Pending;
    target.assigned_set != Some(assignment.distribution_set) && !busy_offline
}

/// The open actions that a new assignment would change (`domain-behaviour.md` §5.4 rows B1 and B2).
#[must_use]
pub fn overridable(target: &Target, policy: &Policy) -> Vec<i64> {
    let trigger = if policy.autoclose { Trigger::AutoClose } else { Trigger::Override };
    target.open_actions.iter().filter(|open| open.after(trigger).is_some()).map(|open| open.id).collect()
}

/// Older actions give way to a newer assignment: they are closed, or their cancellation is asked for.
pub fn override_open_actions(
    target: &mut Target,
    open: &mut [Action],
    policy: &Policy,
    actor: &Actor,
    now: i64,
) -> Vec<StatusEntry> {
    let mut entries = Vec::new();
    let overridable = overridable(target, policy);
    for action in open.iter_mut().filter(|action| overridable.contains(&action.id)) {
        entries.extend(cancellation::make_way(target, action, policy.autoclose, actor, now));
    }
    entries
}

/// The actions of rollouts that wait for their group, and that a new assignment cancels (`domain-behaviour.md` §5.4 row B3).
#[must_use]
pub fn superseded(target: &Target) -> Vec<i64> {
    let scheduled = target.scheduled.iter();
    scheduled.filter(|scheduled| scheduled.after(Trigger::Supersede).is_some()).map(|scheduled| scheduled.id).collect()
}

/// Cancels the [`superseded`] ones of these actions. Nobody is told, and the history is silent about it.
pub(crate) fn cancel_scheduled(target: &mut Target, actions: &mut [Action], actor: &Actor, now: i64) {
    let superseded = superseded(target);
    for action in actions.iter_mut().filter(|action| superseded.contains(&action.id)) {
        if action.undergo(Trigger::Supersede).is_some() {
            action.audit.touch(actor, now);
        }
        target.scheduled.retain(|scheduled| scheduled.id != action.id);
    }
}

/// Rows A1 to A3.
fn new_action(target: &Target, id: i64, assignment: &Assignment, policy: &Policy, actor: &Actor, now: i64) -> Action {
    let mut action = Action::scheduled(id, target, assignment.distribution_set, actor, now);
    action.weight = assignment.weight;
    if assignment.offline {
        action.undergo(Trigger::Skip);
        return action;
    }
    action.action_type = assignment.action_type;
    action.forced_time = assignment.forced_time.filter(|_| assignment.action_type == ActionType::TimeForced);
    action.window.clone_from(&assignment.window);
    let confirmation = waits_for_confirmation(target, assignment.confirmation_required, policy);
    action.undergo(Trigger::Start { confirmation });
    action
}

/// Somebody must confirm before the device may begin.
pub(crate) fn waits_for_confirmation(target: &Target, confirmation_required: bool, policy: &Policy) -> bool {
    policy.confirmation_flow && confirmation_required && target.auto_confirm.is_none()
}

/// What the history of an action begins with that a device shall work on. With the confirmation flow on, that is
/// `WAIT_FOR_CONFIRMATION` even if nothing waits (§6.2).
pub(crate) fn opening(target: &Target, message: String, confirmation_required: bool, policy: &Policy) -> EntryDraft {
    let mut messages = vec![message];
    if !policy.confirmation_flow {
        return EntryDraft::plain(ActionStatus::Running, messages);
    }
    messages.push(confirmation_note(target, confirmation_required));
    EntryDraft::plain(ActionStatus::WaitForConfirmation, messages)
}

fn first_entry(target: &Target, assignment: &Assignment, policy: &Policy, actor: &Actor) -> EntryDraft {
    let initiated = || format!("Assignment initiated by user '{}'", actor.name());
    let message = assignment.message.clone().unwrap_or_else(initiated);
    if assignment.offline {
        let reported = format!("{SERVER_PREFIX}Action reported as offline deployment");
        return EntryDraft::plain(ActionStatus::Finished, vec![message, reported]);
    }
    opening(target, message, assignment.confirmation_required, policy)
}

fn confirmation_note(target: &Target, confirmation_required: bool) -> String {
    if let Some(auto_confirm) = &target.auto_confirm {
        return confirmation::automatic_note(auto_confirm);
    }
    if confirmation_required {
        return "Waiting for the confirmation by the device before processing with the deployment".to_owned();
    }
    "Assignment confirmed by initiator".to_owned()
}

fn attach(target: &mut Target, action: &Action, assignment: &Assignment, actor: &Actor, now: i64) {
    target.actions += 1;
    target.assigned_set = Some(assignment.distribution_set);
    target.audit.touch(actor, now);
    if assignment.offline {
        target.installed_set = Some(assignment.distribution_set);
        target.installed_at = Some(now);
        target.installed_action = Some(action.id);
        target.update_status = UpdateStatus::InSync;
        return;
    }
    target.update_status = UpdateStatus::Pending;
    target.open_actions.push(OpenAction::of(action, assignment.required_migration_step));
}
