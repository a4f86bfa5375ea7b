//! What a rollout does to one target (`domain-behaviour.md` §5.4 rows A4–A6).

use super::{Rollout, RolloutGroup};
use crate::Result;
use crate::action::{Action, ActionStatus, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::assignment::{self, Policy};
use crate::audit::Actor;
use crate::lifecycle::Trigger;
use crate::target::{OpenAction, ScheduledAction, Target, UpdateStatus};

/// A rollout and one of its groups, on the way to targets.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub rollout: &'a Rollout,
    pub group: &'a RolloutGroup,
    /// The rollout's set is a step that later assignments must not skip.
    pub required_migration_step: bool,
    pub policy: &'a Policy,
    /// In whose name.
    pub actor: &'a Actor,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Schedules the update of a target (row A4). `scheduled` holds at least the [`assignment::superseded`] actions, which are
/// cancelled.
///
/// # Errors
/// [`crate::Error::QuotaExceeded`] when the target has all the actions it may have.
pub fn schedule(target: &mut Target, scheduled: &mut [Action], id: i64, delivery: Delivery<'_>) -> Result<Action> {
    let Delivery { rollout, group, policy, actor, now, .. } = delivery;
    policy.quotas.actions_per_target(&target.controller_id, u64::from(target.actions), 1)?;
    assignment::cancel_scheduled(target, scheduled, actor, now);
    let action = Action {
        action_type: rollout.action_type,
        forced_time: rollout.forced_time,
        weight: rollout.weight,
        rollout: Some(rollout.id),
        rollout_group: Some(group.id),
        initiated_by: rollout.audit.created_by.clone(),
        ..Action::scheduled(id, target, rollout.distribution_set, actor, now)
    };
    target.actions += 1;
    target.rollouts.note(rollout.id);
    target.scheduled.push(ScheduledAction {
        id,
        distribution_set: rollout.distribution_set,
        rollout: rollout.id,
        rollout_group: group.id,
        required_migration_step: delivery.required_migration_step,
    });
    Ok(action)
}

/// Starts a scheduled action (rows A5, A6). `open` holds at least the [`assignment::overridable`] actions, which give way.
///
/// Returns the new history entries; none, changing nothing, when the action is not scheduled any more.
pub fn start(
    target: &mut Target,
    action: &mut Action,
    open: &mut [Action],
    delivery: Delivery<'_>,
) -> Vec<StatusEntry> {
    let Delivery { rollout, group, policy, actor, now, .. } = delivery;
    let has_the_set = target.assigned_set == Some(action.distribution_set);
    let confirmation = assignment::waits_for_confirmation(target, group.confirmation_required, policy);
    let trigger = if has_the_set { Trigger::Skip } else { Trigger::Start { confirmation } };
    if action.undergo(trigger).is_none() {
        return Vec::new();
    }
    action.audit.touch(actor, now);
    target.scheduled.retain(|scheduled| scheduled.id != action.id);
    if has_the_set {
        return vec![skip(target, action, delivery)];
    }
    let mut entries = assignment::override_open_actions(target, open, policy, actor, now);
    let opening = assignment::opening(target, rollout.initiation(group), group.confirmation_required, policy);
    entries.push(action.record(opening, now));
    target.assigned_set = Some(action.distribution_set);
    target.update_status = UpdateStatus::Pending;
    target.open_actions.push(OpenAction::of(action, delivery.required_migration_step));
    entries
}

/// The target has the set already: the action is finished without its device (row A5).
fn skip(target: &mut Target, action: &mut Action, delivery: Delivery<'_>) -> StatusEntry {
    if target.installed_set == Some(action.distribution_set) {
        target.installed_action = target.installed_action.max(Some(action.id));
    }
    let messages = vec![
        delivery.rollout.initiation(delivery.group),
        format!("{SERVER_PREFIX}Distribution set is already assigned. Skipping this action."),
    ];
    action.record(EntryDraft::plain(ActionStatus::Running, messages), delivery.now)
}
