//! The life of an action: what every trigger makes of every status (`domain-behaviour.md` §5.3, §5.4).
//!
//! This is the whole state machine. What comes with a transition — quotas, the history, the target's record — belongs to the
//! modules named after what happens: [`crate::assignment`], [`crate::cancellation`], [`crate::feedback`],
//! [`crate::confirmation`], [`crate::rollout::deployment`]. None of them knows a status to go to but from here.

use crate::action::{Action, ActionStatus, ActionType};
use crate::feedback::LateReports;
use crate::target::OpenAction;

/// What happens to an action. Letters are the rows of the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A5: its group starts, and the target has the distribution set already.
    Skip,
    /// A6: its group starts, and somebody must confirm first, or not.
    Start { confirmation: bool },
    /// B1: a newer assignment asks the device to cancel.
    Override,
    /// B2: a newer assignment closes it without asking the device.
    AutoClose,
    /// B3: a newer assignment comes before its group starts.
    Supersede,
    /// C1, C4: an operator asks the device to cancel, or invalidates the distribution set.
    RequestCancel,
    /// C3: its maintenance schedule has no window left.
    Lapse,
    /// C5: its rollout is stopped.
    StopRollout,
    /// C6: its rollout is deleted.
    DeleteRollout,
    /// D1, D3: an operator gives up on the device.
    ForceQuit,
    /// E1: the device has cancelled.
    CancelDone,
    /// E2: the device cannot cancel, or will not.
    CancelRefused,
    /// E3: the device says something else about the cancel order.
    CancelRemark,
    /// F1, F2: the device fetches its deployment or its cancel order.
    Fetch,
    /// G1, G6: the device reports something that ends nothing.
    Progress(LateReports),
    /// G2, G3, G6: the device has downloaded everything.
    Download(LateReports),
    /// G4: the device reports success.
    Finish,
    /// G5: the device reports failure.
    Fail,
    /// H1: somebody confirms.
    Confirm,
    /// H2, H3: somebody denies, or revokes a confirmation, which the tenant's confirmation flow must allow.
    Deny { confirmation_flow: bool },
    /// H4: auto-confirmation is activated.
    AutoConfirm,
}

/// The status after a trigger, possibly the same. `None`: the trigger has no place here; it is refused or passed over, and
/// changes nothing (rows C2, D2, E4 among others).
#[must_use]
pub fn next(status: ActionStatus, action_type: ActionType, trigger: Trigger) -> Option<ActionStatus> {
    use ActionStatus::{
        Canceled, Canceling, Downloaded, Error, Finished, Retrieved, Running, Scheduled, WaitForConfirmation,
    };
    use Trigger as T;

    let open = status.is_open();
    let records = |late| open || late == LateReports::Record;
    // It ended when everything was downloaded, and may end once more when that was installed.
    let downloaded = action_type == ActionType::DownloadOnly && status == Downloaded;

    let after = match (trigger, status) {
        (T::Skip, Scheduled) => Finished,
        (T::Start { confirmation: true }, Scheduled) => WaitForConfirmation,
        (T::Start { confirmation: false }, Scheduled) => Running,

        (T::Supersede, Scheduled) => Canceled,
        (T::AutoClose | T::DeleteRollout, _) if open => Canceled,
        (T::Override | T::RequestCancel | T::Lapse | T::StopRollout, _) if open && status != Canceling => Canceling,
        (T::ForceQuit | T::CancelDone, Canceling) => Canceled,
        (T::CancelRefused, Canceling) => Running,
        (T::CancelDone | T::CancelRefused | T::CancelRemark, Canceling | Canceled) => status,

        (T::Fetch, Running | Retrieved) => Retrieved,
        (T::Fetch, Canceling) => Canceling,
        (T::Download(late), _) if action_type == ActionType::DownloadOnly && (open || downloaded && records(late)) => {
            Downloaded
        }
        (T::Progress(late) | T::Download(late), _) if records(late) => status,
        (T::Finish, _) if open || downloaded => Finished,
        (T::Fail, _) if open || downloaded => Error,

        (T::Confirm | T::AutoConfirm, WaitForConfirmation) => Running,
        (T::Deny { .. }, WaitForConfirmation) => WaitForConfirmation,
        (T::Deny { confirmation_flow: true }, Running | Retrieved) => WaitForConfirmation,
        _ => return None,
    };
    Some(after)
}

impl Action {
    /// See [`next`].
    #[must_use]
    pub fn after(&self, trigger: Trigger) -> Option<ActionStatus> {
        next(self.status, self.action_type, trigger)
    }

    /// Goes to a status that [`Action::after`] gave.
    pub(crate) fn enter(&mut self, status: ActionStatus) {
        self.status = status;
        self.active = status.is_open();
    }
}

impl OpenAction {
    /// See [`next`].
    #[must_use]
    pub fn after(&self, trigger: Trigger) -> Option<ActionStatus> {
        next(self.status, self.action_type, trigger)
    }
}
