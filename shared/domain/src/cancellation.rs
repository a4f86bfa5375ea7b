//! Taking an update back (`domain-behaviour.md` §5.4 rows B–E, §5.5; DDI §7).

use crate::action::{Action, ActionStatus, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::audit::Actor;
use crate::feedback::{Execution, Feedback};
use crate::quota::Quotas;
use crate::target::{Target, UpdateStatus};
use crate::{Error, Result};

/// An operator asks the device to cancel (row C1).
///
/// # Errors
/// [`Error::ActionNotCancelable`] when the action is closed or a cancel order is out already (row C2).
pub fn request(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Result<StatusEntry> {
    if !action.active || action.status.is_canceling_or_canceled() {
        return Err(Error::ActionNotCancelable);
    }
    let draft = EntryDraft::server(ActionStatus::Canceling, "manual cancelation requested");
    Ok(order_cancel(target, action, draft, actor, now))
}

/// The maintenance schedule has no window left (row C3). The message lacks the server's prefix, so devices see it. `None`
/// when the action is closed or a cancel order is out already.
pub fn lapse(target: &mut Target, action: &mut Action, now: i64) -> Option<StatusEntry> {
    if !action.active || action.status.is_canceling_or_canceled() {
        return None;
    }
    let draft = EntryDraft::plain(ActionStatus::Canceling, vec!["manual cancelation requested".to_owned()]);
    Some(order_cancel(target, action, draft, &Actor::Device, now))
}

/// A newer assignment asks the device to cancel (row B1).
pub(crate) fn cancel_obsolete(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> StatusEntry {
    let draft = EntryDraft::server(ActionStatus::Canceling, "cancel obsolete action due to new update");
    order_cancel(target, action, draft, actor, now)
}

/// A newer assignment closes the action without asking the device (row B2).
pub(crate) fn close_obsolete(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> StatusEntry {
    let draft = EntryDraft::server(ActionStatus::Canceled, "close obsolete action due to new update");
    close(target, action, draft, actor, now)
}

/// A stopped rollout asks the device to cancel (row C5).
pub(crate) fn cancel_by_server(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> StatusEntry {
    let draft =
        EntryDraft::server(ActionStatus::Canceling, "cancelation requested by the server, the rollout was stopped");
    order_cancel(target, action, draft, actor, now)
}

/// A deleted rollout gives up on the device without asking it (row C6).
pub(crate) fn quit_by_server(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> StatusEntry {
    let draft = EntryDraft::server(ActionStatus::Canceled, "A force quit has been performed by the server.");
    let entry = close(target, action, draft, actor, now);
    complete(target);
    entry
}

/// An operator gives up on a device that never acknowledges (row D1).
///
/// # Errors
/// [`Error::ActionNotForceQuitable`] unless a cancel order is out (row D2).
pub fn force_quit(target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Result<StatusEntry> {
    if !action.active || !action.status.is_canceling_or_canceled() {
        return Err(Error::ActionNotForceQuitable);
    }
    let draft = EntryDraft::server(ActionStatus::Canceled, "A force quit has been performed.");
    let entry = close(target, action, draft, actor, now);
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
    if !action.status.is_canceling_or_canceled() {
        return Err(Error::ActionNotCancelable);
    }
    let (status, lead) = reading(feedback);
    let mut messages: Vec<String> = lead.iter().map(|text| format!("{SERVER_PREFIX}{text}")).collect();
    messages.extend(feedback.device_messages());
    // What decides always fits, once: a closed action takes no more than any other history.
    let decisive = matches!(status, ActionStatus::Canceled | ActionStatus::Error | ActionStatus::CancelRejected);
    if !decisive || !action.active {
        quotas.status_entries_per_action(action.id, u64::from(action.entries), 1)?;
    }
    if !decisive {
        quotas.messages_per_status(action.id, messages.len())?;
    }
    let occurred_at = feedback.occurred_at(action, now);
    let draft = EntryDraft { status, occurred_at, code: feedback.code, messages };
    let open = action.active;
    match status {
        ActionStatus::Canceled if open => {
            let entry = close(target, action, draft, &Actor::Device, now);
            complete(target);
            Ok(entry)
        }
        ActionStatus::Error | ActionStatus::CancelRejected if open => {
            action.status = ActionStatus::Running;
            target.reflect(action);
            Ok(action.record(draft, now))
        }
        _ => Ok(action.record(draft, now)),
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

fn order_cancel(target: &mut Target, action: &mut Action, draft: EntryDraft, actor: &Actor, now: i64) -> StatusEntry {
    action.status = ActionStatus::Canceling;
    action.audit.touch(actor, now);
    target.reflect(action);
    action.record(draft, now)
}

fn close(target: &mut Target, action: &mut Action, draft: EntryDraft, actor: &Actor, now: i64) -> StatusEntry {
    action.status = ActionStatus::Canceled;
    action.active = false;
    action.audit.touch(actor, now);
    target.reflect(action);
    action.record(draft, now)
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
