//! The life of an action: what every trigger makes of every state (`domain-behaviour.md` §5.3, §5.4).
//!
//! This is the whole state machine; nothing else changes an action's status. What comes with a transition — quotas, the
//! history, the target's record — belongs to the modules named after what happens: [`crate::assignment`],
//! [`crate::cancellation`], [`crate::feedback`], [`crate::confirmation`], [`crate::rollout::deployment`]. They also know
//! whether a trigger that has no place is refused, and how. Row I1 changes no status, only the type: [`crate::forcing`].

use crate::action::{Action, ActionStatus, ActionType, DEFAULT_WEIGHT};
use crate::audit::{Actor, Audit};
use crate::feedback::LateReports;
use crate::target::{OpenAction, ScheduledAction, Target};

/// What happens to an action. Letters are the rows of the contract's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A3, A5: its target has the distribution set already: somebody says so, or it shows when the action's group starts.
    Skip,
    /// A1, A2, A6: it is assigned, or its group starts; somebody must confirm first, or not.
    Start { confirmation: bool },
    /// B1: a newer assignment asks the device to cancel.
    Override,
    /// B2: a newer assignment closes it without asking the device.
    AutoClose,
    /// B3: a newer assignment or rollout comes before its group starts.
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

/// What decides, besides the trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub status: ActionStatus,
    /// It ends when everything is downloaded, and once more when that is installed.
    pub download_only: bool,
    /// Newer assignments leave it alone (§6.4).
    pub required_migration_step: bool,
}

impl State {
    /// The status after a trigger, possibly the same. `None`: the trigger has no place here; it is refused or passed over,
    /// and changes nothing (rows C2, D2, E4 among others).
    #[must_use]
    pub fn after(self, trigger: Trigger) -> Option<ActionStatus> {
        use ActionStatus::{
            Canceled, Canceling, Downloaded, Error, Finished, Retrieved, Running, Scheduled, WaitForConfirmation,
        };
        use Trigger as T;

        let Self { status, download_only, required_migration_step } = self;
        let open = status.is_open();
        let records = |late| open || late == LateReports::Record;
        let downloaded = download_only && status == Downloaded;

        let after = match (trigger, status) {
            (T::Skip, Scheduled) => Finished,
            (T::Start { confirmation: true }, Scheduled) => WaitForConfirmation,
            (T::Start { confirmation: false }, Scheduled) => Running,

            (T::Override | T::AutoClose | T::Supersede, _) if required_migration_step => return None,
            (T::Supersede, Scheduled) => Canceled,
            (T::AutoClose | T::DeleteRollout, _) if open => Canceled,
            (T::Override | T::RequestCancel | T::Lapse | T::StopRollout, _) if open && status != Canceling => Canceling,
            (T::ForceQuit | T::CancelDone, Canceling) => Canceled,
            (T::CancelRefused, Canceling) => Running,
            (T::CancelDone | T::CancelRefused | T::CancelRemark, Canceling | Canceled) => status,

            (T::Fetch, Running | Retrieved) => Retrieved,
            (T::Fetch, Canceling) => Canceling,
            (T::Download(late), _) if download_only && (open || downloaded && records(late)) => Downloaded,
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
}

impl Action {
    /// A new action of the target, as row A4 makes it: it waits for its start, which with an assignment comes at once.
    pub(crate) fn scheduled(id: i64, target: &Target, distribution_set: i64, actor: &Actor, now: i64) -> Self {
        Self {
            id,
            controller_id: target.controller_id.clone(),
            distribution_set,
            active: ActionStatus::Scheduled.is_open(),
            status: ActionStatus::Scheduled,
            action_type: ActionType::Forced,
            forced_time: None,
            weight: DEFAULT_WEIGHT,
            window: None,
            rollout: None,
            rollout_group: None,
            initiated_by: actor.name().to_owned(),
            external_ref: None,
            last_status_code: None,
            entries: 0,
            last_entry: 0,
            last_entry_status: None,
            audit: Audit::created(actor, now),
            revision: 0,
        }
    }

    /// See [`State::after`]. Only the target's copies know required migration steps, so they choose who gives way.
    #[must_use]
    pub fn after(&self, trigger: Trigger) -> Option<ActionStatus> {
        let download_only = self.action_type == ActionType::DownloadOnly;
        State { status: self.status, download_only, required_migration_step: false }.after(trigger)
    }

    /// Goes to the status after a trigger, and says which. `None`, changing nothing, where it has no place.
    pub(crate) fn undergo(&mut self, trigger: Trigger) -> Option<ActionStatus> {
        let status = self.after(trigger)?;
        self.status = status;
        self.active = status.is_open();
        Some(status)
    }
}

impl OpenAction {
    /// See [`State::after`].
    #[must_use]
    pub fn after(&self, trigger: Trigger) -> Option<ActionStatus> {
        let download_only = self.action_type == ActionType::DownloadOnly;
        let required_migration_step = self.required_migration_step;
        State { status: self.status, download_only, required_migration_step }.after(trigger)
    }
}

impl ScheduledAction {
    /// See [`State::after`]. What kind of download it will be decides nothing before it starts.
    #[must_use]
    pub fn after(&self, trigger: Trigger) -> Option<ActionStatus> {
        let required_migration_step = self.required_migration_step;
        State { status: ActionStatus::Scheduled, download_only: false, required_migration_step }.after(trigger)
    }
}
