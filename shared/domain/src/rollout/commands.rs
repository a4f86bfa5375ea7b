//! What users do with a rollout (`domain-behaviour.md` §11.2, §11.9).

use super::advance::{GroupCounts, Started, last_started, start_next};
use super::{GroupStatus, Rollout, RolloutGroup, RolloutStatus, SuccessAction};
use crate::audit::Actor;
use crate::{Entity, Error, Result};

/// Approves or denies a rollout that waits for it.
///
/// # Errors
/// [`Error::RolloutIllegalState`] unless it waits for approval.
pub fn decide(rollout: &mut Rollout, approved: bool, remark: Option<String>, actor: &Actor, now: i64) -> Result<()> {
    require(rollout, RolloutStatus::WaitingForApproval, "approved or denied")?;
    let status = if approved { RolloutStatus::Ready } else { RolloutStatus::ApprovalDenied };
    rollout.approval_decided_by = Some(actor.name().to_owned());
    rollout.approval_remark = remark;
    change(rollout, status, actor, now);
    Ok(())
}

/// Starts a rollout that is ready: its groups are scheduled next.
///
/// # Errors
/// [`Error::RolloutIllegalState`] unless it is ready.
pub fn start(rollout: &mut Rollout, actor: &Actor, now: i64) -> Result<()> {
    require(rollout, RolloutStatus::Ready, "started")?;
    change(rollout, RolloutStatus::Starting, actor, now);
    Ok(())
}

/// Stops evaluating; what runs goes on.
///
/// # Errors
/// [`Error::RolloutIllegalState`] unless it is running.
pub fn pause(rollout: &mut Rollout, actor: &Actor, now: i64) -> Result<()> {
    require(rollout, RolloutStatus::Running, "paused")?;
    change(rollout, RolloutStatus::Paused, actor, now);
    Ok(())
}

/// Goes on after a pause. The next group starts at once when the last one failed, or when it asked for the pause and still
/// meets its success condition.
///
/// # Errors
/// [`Error::RolloutIllegalState`] unless it is paused.
pub fn resume(
    rollout: &mut Rollout,
    groups: &mut [RolloutGroup],
    counts: &GroupCounts,
    actor: &Actor,
    now: i64,
) -> Result<Started> {
    require(rollout, RolloutStatus::Paused, "resumed")?;
    change(rollout, RolloutStatus::Running, actor, now);
    let Some(last) = last_started(groups).map(|last| &groups[last]) else {
        return Ok(Vec::new());
    };
    let counts = counts.get(&last.id).copied().unwrap_or_default();
    let asked_for_pause = last.conditions.success_action == SuccessAction::Pause
        && last.conditions.has_succeeded(&counts, last.total_targets);
    if last.status == GroupStatus::Error || asked_for_pause {
        return Ok(start_next(groups, actor, now).into_iter().collect());
    }
    Ok(Vec::new())
}

/// Starts the next group, whatever the conditions say.
///
/// # Errors
/// [`Error::RolloutIllegalState`] unless it is running and has a scheduled group after the last one that was started.
pub fn trigger_next(rollout: &Rollout, groups: &mut [RolloutGroup], actor: &Actor, now: i64) -> Result<Started> {
    require(rollout, RolloutStatus::Running, "moved on to the next group")?;
    let started = start_next(groups, actor, now).into_iter().collect::<Vec<_>>();
    if started.is_empty() {
        return Err(Error::RolloutIllegalState("Rollout does not have any groups left to be triggered".to_owned()));
    }
    Ok(started)
}

/// Ends a rollout: what has not started is dropped, what runs is cancelled.
///
/// # Errors
/// [`Error::RolloutIllegalState`] when it is over, or on its way there.
pub fn stop(rollout: &mut Rollout, actor: &Actor, now: i64) -> Result<()> {
    if !rollout.status.is_stoppable() {
        return Err(illegal(rollout, "stopped"));
    }
    change(rollout, RolloutStatus::Stopping, actor, now);
    Ok(())
}

/// Deletes a rollout in whatever state. Returns whether there is anything to do: it may be deleted, or being deleted.
pub fn delete(rollout: &mut Rollout, actor: &Actor, now: i64) -> bool {
    if matches!(rollout.status, RolloutStatus::Deleting | RolloutStatus::Deleted) {
        return false;
    }
    change(rollout, RolloutStatus::Deleting, actor, now);
    true
}

/// Renames or describes it anew; absent values stay. Returns whether anything changed.
///
/// # Errors
/// [`Error::ReadOnly`] for one that is deleted, or being deleted.
pub fn update(
    rollout: &mut Rollout,
    name: Option<String>,
    description: Option<String>,
    actor: &Actor,
    now: i64,
) -> Result<bool> {
    if matches!(rollout.status, RolloutStatus::Deleting | RolloutStatus::Deleted) {
        return Err(Error::ReadOnly { entity: Entity::Rollout, id: rollout.id.into() });
    }
    let name = name.unwrap_or_else(|| rollout.name.clone());
    let description = description.or_else(|| rollout.description.clone());
    if (&name, &description) == (&rollout.name, &rollout.description) {
        return Ok(false);
    }
    (rollout.name, rollout.description) = (name, description);
    rollout.audit.touch(actor, now);
    Ok(true)
}

fn require(rollout: &Rollout, status: RolloutStatus, done: &str) -> Result<()> {
    if rollout.status == status { Ok(()) } else { Err(illegal(rollout, done)) }
}

fn illegal(rollout: &Rollout, done: &str) -> Error {
    let status = rollout.status.name();
    Error::RolloutIllegalState(format!("Rollout {} is {status} and can not be {done}.", rollout.id))
}

fn change(rollout: &mut Rollout, status: RolloutStatus, actor: &Actor, now: i64) {
    rollout.status = status;
    rollout.audit.touch(actor, now);
}
