//! Taking an update back (`domain-behaviour.md` §5.4 rows B–E, §5.5; DDI §7).

use crate::action::{Action, ActionStatus, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::audit::Actor;
use crate::feedback::{Execution, Feedback};
use crate::lifecycle::Trigger;
use crate::quota::Quotas;
use crate::target::{Target, UpdateStatus};
use crate::{Error, Result};

/// An operator asks the device to cancel (row C1).
///
/// # Errors
/// [`Error::ActionNotCancelable`] when the action is closed or a cancel order is out already (row C2).
pub fn request(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Result<StatusEntry> {
    let draft = EntryDraft::server(ActionStatus::Canceling, "manual cancelation requested");
    pull(Trigger::RequestCancel, target, action, draft, actor, now).ok_or(Error::ActionNotCancelable)
}

/// The maintenance schedule has no window left (row C3). The message lacks the server's prefix, so devices see it. `None`
/// when the action is closed or a cancel order is out already.
pub fn lapse(target: &mut Target, action: &mut Action, now: i64) -> Option<StatusEntry> {
    let draft = EntryDraft::plain(ActionStatus::Canceling, vec!["manual cancelation requested".to_owned()]);
    pull(Trigger::Lapse, target, action, draft, &Actor::Device, now)
}

/// A newer assignment asks the device to cancel (row B1), or closes the action without asking (row B2, `autoclose`).
pub(crate) fn make_way(
    target: &mut Target,
    action: &mut Action,
    autoclose: bool,
    actor: &Actor,
    now: i64,
) -> Option<StatusEntry> {
    let (trigger, draft) = if autoclose {
        let text = "close obsolete action due to new update";
        (Trigger::AutoClose, EntryDraft::server(ActionStatus::Canceled, text))
    } else {
        let text = "cancel obsolete action due to new update";
        (Trigger::Override, EntryDraft::server(ActionStatus::Canceling, text))
    };
    pull(trigger, target, action, draft, actor, now)
}

/// A stopped rollout asks the device to cancel (row C5); `None` when there is nothing to ask.
pub fn cancel_by_server(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Option<StatusEntry> {
    let text = "cancelation requested by the server, the rollout was stopped";
    pull(Trigger::StopRollout, target, action, EntryDraft::server(ActionStatus::Canceling, text), actor, now)
}

/// A deleted rollout gives up on the device without asking it (row C6); `None` when the action is closed.
pub fn quit_by_server(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Option<StatusEntry> {
    let draft = EntryDraft::server(ActionStatus::Canceled, "A force quit has been performed by the server.");
    let entry = pull(Trigger::DeleteRollout, target, action, draft, actor, now)?;
    complete(target);
    Some(entry)
}

/// An operator gives up on a device that never acknowledges (row D1).
///
/// # Errors
/// [`Error::ActionNotForceQuitable`] unless a cancel order is out (row D2).
pub fn force_quit(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Result<StatusEntry> {
    let draft = EntryDraft::server(ActionStatus::Canceled, "A force quit has been performed.");
    let entry = pull(Trigger::ForceQuit, target, action, draft, actor, now).ok_or(Error::ActionNotForceQuitable)?;
    complete(target);
    Ok(entry)
}

/// The device answers a cancel order (rows E1–E4, DDI §7.2).
///
/// # Errors
/// [`Error::ActionNotCancelable`] when no cancel order is out; quota errors for intermediate answers, and for any that
/// come after the end.
pub fn answer(
    target: &mut Target,
    action: &mut Action,
    feedback: &Feedback,
    quotas: &Quotas,
    now: i64,
) -> Result<StatusEntry> {
    let (status, lead) = reading(feedback);
    let trigger = trigger(status);
    let next = action.after(trigger).ok_or(Error::ActionNotCancelable)?;
    let mut messages: Vec<String> = lead.iter().map(|text| format!("{SERVER_PREFIX}{text}")).collect();
    messages.extend(feedback.device_messages());
    // What decides always fits, once: a closed action takes no more than any other history.
    let decides = next != action.status;
    if !decides {
        quotas.status_entries_per_action(action.id, u64::from(action.entries), 1)?;
    }
    if trigger == Trigger::CancelRemark {
        quotas.messages_per_status(action.id, messages.len())?;
    }
    let draft = EntryDraft { status, occurred_at: feedback.occurred_at(action, now), code: feedback.code, messages };
    action.undergo(trigger);
    target.reflect(action);
    if decides && next == ActionStatus::Canceled {
        complete(target);
    }
    Ok(action.record(draft, now))
}

fn trigger(reported: ActionStatus) -> Trigger {
    match reported {
        ActionStatus::Canceled => Trigger::CancelDone,
        ActionStatus::Error | ActionStatus::CancelRejected => Trigger::CancelRefused,
        _ => Trigger::CancelRemark,
    }
}

/// The entry's status and the messages the server puts before the device's own.
fn reading(feedback: &Feedback) -> (ActionStatus, &'static [&'static str]) {
    match feedback.execution {
        Execution::Closed if feedback.failed => {
            (ActionStatus::Error, &["Target was not able to complete cancellation."])
        }
        Execution::Closed => {
            (ActionStatus::Canceled, &["Cancellation confirmed.", "Cancellation completion is finished successfully."])
        }
        Execution::Rejected => (ActionStatus::CancelRejected, &["Target rejected the cancellation request."]),
        Execution::Canceled => {
            (ActionStatus::Warning, &["Target reported cancel for a cancel which is not supported by the server."])
        }
        _ => (ActionStatus::Running, &[]),
    }
}

/// Lets the trigger do what it does to the action, and tells the history. `None` where it has no place.
fn pull(
    trigger: Trigger,
    target: &mut Target,
    action: &mut Action,
    draft: EntryDraft,
    actor: &Actor,
    now: i64,
) -> Option<StatusEntry> {
    action.undergo(trigger)?;
    action.audit.touch(actor, now);
    target.reflect(action);
    Some(action.record(draft, now))
}

/// What a completed cancellation leaves the target with: the set of its oldest open action, or else what is installed.
fn complete(target: &mut Target) {
    match target.open_actions.iter().min_by_key(|action| action.id) {
        Some(next) => target.assigned_set = Some(next.distribution_set),
        None => {
            target.assigned_set = target.installed_set;
            target.update_status = UpdateStatus::InSync;
        }
    }
}
