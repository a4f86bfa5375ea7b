//! Updates that wait until somebody confirms them (`domain-behaviour.md` §5.4 rows H, §7; DDI §13).

use crate::action::{Action, ActionStatus, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::audit::Actor;
use crate::lifecycle::Trigger;
use crate::quota::{Quotas, split_message};
use crate::target::{AutoConfirm, Target};
use crate::{Error, Result, text};

/// What is said about an update that waits, or may be made to wait again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Go ahead, or not (yet).
    pub confirmed: bool,
    pub code: Option<i32>,
    pub details: Vec<String>,
}

/// What stands for an initiator or remark that was not given.
const NOT_GIVEN: &str = "n/a";

/// Confirms or denies an action; a denied action that runs already goes back to waiting while `confirmation_flow` is on.
///
/// # Errors
/// [`Error::ConfirmationActionClosed`] for an inactive action, [`Error::ConfirmationNotAwaited`] for one that is neither
/// waiting nor may be made to wait, quota errors when the history or the answer is too long.
pub fn answer(
    target: &mut Target,
    action: &mut Action,
    answer: &Answer,
    confirmation_flow: bool,
    quotas: &Quotas,
    actor: &Actor,
    now: i64,
) -> Result<StatusEntry> {
    let trigger = if answer.confirmed { Trigger::Confirm } else { Trigger::Deny { confirmation_flow } };
    let status = action.after(trigger).ok_or_else(|| refusal(action))?;
    let text = words(action.status, status);
    let messages = messages(answer, text);
    quotas.status_entries_per_action(action.id, u64::from(action.entries), 1)?;
    quotas.messages_per_status(action.id, messages.len())?;
    action.last_status_code = answer.code;
    change(target, action, trigger, actor, now);
    Ok(action.record(EntryDraft { status, occurred_at: None, code: answer.code, messages }, now))
}

fn refusal(action: &Action) -> Error {
    if action.active { Error::ConfirmationNotAwaited } else { Error::ConfirmationActionClosed }
}

/// The server's words for what an answer changed (DDI §13.4).
fn words(before: ActionStatus, after: ActionStatus) -> &'static str {
    match (before, after) {
        (_, ActionStatus::Running) => {
            "Target confirmed action. Therefore, it will be set to the running state to proceed with the deployment."
        }
        (ActionStatus::WaitForConfirmation, _) => {
            "Target rejected action. Action will stay in confirmation pending state."
        }
        _ => "Target revoked previously granted confirmation. Action returned to confirmation-pending state.",
    }
}

fn messages(answer: &Answer, text: &str) -> Vec<String> {
    let mut messages: Vec<String> = answer.details.iter().flat_map(|detail| split_message(detail)).collect();
    messages.push(format!("{SERVER_PREFIX}{text}"));
    messages.extend(answer.code.map(|code| format!("Confirmation status code: {code}")));
    messages
}

/// The status the trigger leads to; `None`, changing nothing, where it has no place.
fn change(target: &mut Target, action: &mut Action, trigger: Trigger, actor: &Actor, now: i64) -> Option<ActionStatus> {
    let status = action.undergo(trigger)?;
    action.audit.touch(actor, now);
    target.reflect(action);
    Some(status)
}

/// Auto-confirmation as it is asked for; empty texts count as absent (DDI §13.5).
///
/// # Errors
/// [`Error::ConstraintViolation`] for an initiator of more than 64 or a remark of more than 512 characters.
pub fn requested(initiator: Option<&str>, remark: Option<&str>, actor: &Actor, now: i64) -> Result<AutoConfirm> {
    let mut violations = text::Violations::default();
    let initiator = initiator.and_then(|given| violations.check(text::initiator("initiator", given)));
    let remark = remark.and_then(|given| violations.check(text::confirmation_remark("remark", given)));
    violations.finish()?;
    let given = |text: &String| !text.is_empty();
    Ok(AutoConfirm {
        initiator: initiator.filter(given),
        remark: remark.filter(given),
        activated_at: now,
        activated_by: actor.name().to_owned(),
    })
}

/// From now on, actions of the target do not wait. Those that wait already are the subject of [`release`].
///
/// # Errors
/// [`Error::AutoConfirmationAlreadyActive`].
pub fn activate(target: &mut Target, auto_confirm: AutoConfirm, actor: &Actor, now: i64) -> Result<()> {
    if target.auto_confirm.is_some() {
        return Err(Error::AutoConfirmationAlreadyActive(target.controller_id.clone()));
    }
    target.auto_confirm = Some(auto_confirm);
    target.audit.touch(actor, now);
    Ok(())
}

/// Actions wait again; those that run go on. Nothing happens when auto-confirmation is off already.
pub fn deactivate(target: &mut Target, actor: &Actor, now: i64) {
    if target.auto_confirm.take().is_some() {
        target.audit.touch(actor, now);
    }
}

/// Lets an action run that waits while auto-confirmation is activated; `None` for any other action. The entry does not
/// count against the quota (`domain-behaviour.md` §7.2).
pub fn release(
    target: &mut Target,
    action: &mut Action,
    auto_confirm: &AutoConfirm,
    actor: &Actor,
    now: i64,
) -> Option<StatusEntry> {
    let status = change(target, action, Trigger::AutoConfirm, actor, now)?;
    Some(action.record(EntryDraft::plain(status, vec![automatic_note(auto_confirm)]), now))
}

/// What the history says about an action that nobody confirmed by hand.
#[must_use]
pub fn automatic_note(auto_confirm: &AutoConfirm) -> String {
    format!(
        "Assignment automatically confirmed by initiator '{}'. Auto confirmation activated by system user: '{}' with \
         remark: {}",
        auto_confirm.initiator.as_deref().unwrap_or(NOT_GIVEN),
        auto_confirm.activated_by,
        auto_confirm.remark.as_deref().unwrap_or(NOT_GIVEN),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::ActionStatus::{Canceling, Retrieved, Running, WaitForConfirmation};
    use crate::action::ActionType;
    use crate::assignment::{Assignment, Policy, assign};

    fn quotas() -> Quotas {
        Quotas { status_entries_per_action: 3, messages_per_status: 4, ..Quotas::default() }
    }

    fn waiting() -> (Target, Action) {
        let mut target = Target::new("dev", "token".to_owned(), &Actor::System, 1);
        let assignment = Assignment {
            distribution_set: 7,
            required_migration_step: false,
            action_type: ActionType::Forced,
            forced_time: None,
            weight: 1000,
            window: None,
            confirmation_required: true,
            message: None,
            offline: false,
        };
        let policy = Policy { autoclose: false, confirmation_flow: true, quotas: quotas() };
        let assigned = assign(&mut target, &mut [], 1, &assignment, &policy, &Actor::System, 1).unwrap().unwrap();
        assert_eq!(assigned.action.status, WaitForConfirmation);
        (target, assigned.action)
    }

    fn said(confirmed: bool) -> Answer {
        Answer { confirmed, code: Some(200), details: vec!["operator pressed a button".to_owned()] }
    }

    #[test]
    fn the_answer_table() {
        type Row = (ActionStatus, bool, bool, bool, Result<ActionStatus>);
        let (closed, not_awaited) = (Error::ConfirmationActionClosed, Error::ConfirmationNotAwaited);
        let rows: [Row; 11] = [
            (WaitForConfirmation, true, true, true, Ok(Running)),
            (WaitForConfirmation, true, true, false, Ok(Running)),
            (WaitForConfirmation, true, false, true, Ok(WaitForConfirmation)),
            (WaitForConfirmation, true, false, false, Ok(WaitForConfirmation)),
            (Running, true, false, true, Ok(WaitForConfirmation)),
            (Retrieved, true, false, true, Ok(WaitForConfirmation)),
            (Running, true, false, false, Err(not_awaited.clone())),
            (Running, true, true, true, Err(not_awaited.clone())),
            (Canceling, true, false, true, Err(not_awaited.clone())),
            (Canceling, true, true, true, Err(not_awaited)),
            (ActionStatus::Finished, false, true, true, Err(closed)),
        ];
        for (status, active, confirmed, flow, expected) in rows {
            let (mut target, mut action) = waiting();
            (action.status, action.active) = (status, active);
            let before = action.clone();
            let entry = answer(&mut target, &mut action, &said(confirmed), flow, &quotas(), &Actor::Device, 5);
            assert_eq!(entry.as_ref().map(|entry| entry.status).map_err(Clone::clone), expected, "{status:?}");
            match entry {
                Ok(entry) => {
                    assert_eq!(action.status, entry.status);
                    assert_eq!(target.open_actions[0].status, entry.status);
                    assert_eq!((action.last_status_code, entry.code), (Some(200), Some(200)));
                }
                Err(_) => assert_eq!(action, before),
            }
        }
    }

    #[test]
    fn the_device_speaks_first_then_the_server_then_the_code() {
        let (mut target, mut action) = waiting();
        let entry = answer(&mut target, &mut action, &said(false), true, &quotas(), &Actor::Device, 5).unwrap();
        assert_eq!(
            entry.messages,
            [
                "operator pressed a button",
                "Update Server: Target rejected action. Action will stay in confirmation pending state.",
                "Confirmation status code: 200",
            ],
        );
    }

    #[test]
    fn both_quotas_hold() {
        let (mut target, mut action) = waiting();
        let many = Answer { confirmed: false, code: None, details: vec!["x".to_owned(); 4] };
        let refused = answer(&mut target, &mut action, &many, true, &quotas(), &Actor::Device, 5);
        assert!(matches!(refused, Err(Error::QuotaExceeded { what: "Message", .. })));
        action.entries = 3;
        let refused = answer(&mut target, &mut action, &said(true), true, &quotas(), &Actor::Device, 5);
        assert!(matches!(refused, Err(Error::QuotaExceeded { what: "ActionStatus", .. })));
        assert_eq!(action.status, WaitForConfirmation);
    }

    #[test]
    fn auto_confirmation_is_activated_once_and_releases_what_waits() {
        let (mut target, mut action) = waiting();
        action.entries = 3;
        let settings = requested(Some("shift-lead"), Some(""), &Actor::Device, 5).unwrap();
        assert_eq!(settings.remark, None);
        let entry = release(&mut target, &mut action, &settings, &Actor::Device, 5).unwrap();
        assert_eq!((entry.status, action.status, target.open_actions[0].status), (Running, Running, Running));
        let text = "Assignment automatically confirmed by initiator 'shift-lead'. Auto confirmation activated by system \
                    user: 'CONTROLLER_PLUG_AND_PLAY' with remark: n/a";
        assert_eq!(entry.messages, [text]);
        assert_eq!(release(&mut target, &mut action, &settings, &Actor::Device, 6), None, "runs already");

        activate(&mut target, settings.clone(), &Actor::Device, 5).unwrap();
        let again = activate(&mut target, settings, &Actor::Device, 6);
        assert_eq!(again, Err(Error::AutoConfirmationAlreadyActive("dev".to_owned())));
        deactivate(&mut target, &Actor::User("ops".to_owned()), 7);
        assert_eq!((target.auto_confirm.as_ref(), target.audit.modified_at), (None, 7));
        deactivate(&mut target, &Actor::User("ops".to_owned()), 8);
        assert_eq!(target.audit.modified_at, 7, "nothing changed");
    }

    #[test]
    fn texts_have_their_lengths() {
        let fits = requested(Some(&"i".repeat(64)), Some(&"r".repeat(512)), &Actor::Device, 1).unwrap();
        assert_eq!(fits.initiator.unwrap().len() + fits.remark.unwrap().len(), 576);
        for (initiator, remark) in [("i".repeat(65), String::new()), (String::new(), "r".repeat(513))] {
            let refused = requested(Some(&initiator), Some(&remark), &Actor::Device, 1);
            assert!(matches!(refused, Err(Error::ConstraintViolation(_))));
        }
    }
}
