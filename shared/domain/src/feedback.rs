//! What devices report about an update (`domain-behaviour.md` §5.4 rows F and G, §5.6; DDI §6).

use crate::Result;
use crate::action::{Action, ActionStatus, ActionType, EntryDraft, SERVER_PREFIX, StatusEntry};
use crate::lifecycle::Trigger;
use crate::quota::{Quotas, split_message};
use crate::target::{Target, UpdateStatus};

/// What the device says it is doing (DDI §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    Closed,
    Proceeding,
    Canceled,
    Scheduled,
    Rejected,
    Resumed,
    Downloaded,
    Download,
}

impl Execution {
    fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::Proceeding => "PROCEEDING",
            Self::Canceled => "CANCELED",
            Self::Scheduled => "SCHEDULED",
            Self::Rejected => "REJECTED",
            Self::Resumed => "RESUMED",
            Self::Downloaded => "DOWNLOADED",
            Self::Download => "DOWNLOAD",
        }
    }
}

/// One report of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub execution: Execution,
    /// `finished` was `failure`.
    pub failed: bool,
    pub code: Option<i32>,
    pub details: Vec<String>,
    /// The device's clock, epoch milliseconds.
    pub timestamp: Option<i64>,
}

impl Feedback {
    /// The device's time, if it can be true: not before the action was created, not in the future (DDI §6.3 [D]).
    #[must_use]
    pub fn occurred_at(&self, action: &Action, now: i64) -> Option<i64> {
        self.timestamp.filter(|time| (action.audit.created_at..=now).contains(time))
    }

    /// The device's own messages in pieces, then the one that names its code.
    pub(crate) fn device_messages(&self) -> Vec<String> {
        let mut messages: Vec<String> = self.details.iter().flat_map(|detail| split_message(detail)).collect();
        if let Some(code) = self.code {
            messages.push(format!("Device reported status code: {code}"));
        }
        messages
    }

    /// The status of the entry, and the text for a device that says nothing itself (DDI §6.2).
    fn reading(&self) -> (ActionStatus, String) {
        match self.execution {
            Execution::Proceeding | Execution::Scheduled | Execution::Resumed => {
                (ActionStatus::Running, format!("Target reported {}", self.execution.name()))
            }
            Execution::Download => (ActionStatus::Download, "Target confirmed download start".to_owned()),
            Execution::Downloaded => (ActionStatus::Downloaded, "Target confirmed download finished".to_owned()),
            Execution::Rejected => (ActionStatus::Warning, "Target REJECTED update".to_owned()),
            Execution::Canceled => (ActionStatus::Canceled, "Target confirmed cancellation.".to_owned()),
            Execution::Closed if self.failed => (ActionStatus::Error, "Target reported CLOSED with ERROR!".to_owned()),
            Execution::Closed => (ActionStatus::Finished, "Target reported CLOSED with OK!".to_owned()),
        }
    }
}

/// What becomes of reports on closed actions that do not close them once more (`domain-behaviour.md` §5.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LateReports {
    /// They are added to the history.
    #[default]
    Record,
    Drop,
}

/// Takes in a report and appends it to the history. `None` for a report that comes too late, which is dropped.
///
/// A closed action stays closed, and its history takes only what `late` lets it. The exception is a download-only action
/// that was downloaded: it finishes or fails once more.
///
/// # Errors
/// [`crate::Error::QuotaExceeded`] when the history or the report is too long; closing reports always fit the history.
pub fn report(
    target: &mut Target,
    action: &mut Action,
    feedback: &Feedback,
    late: LateReports,
    quotas: &Quotas,
    now: i64,
) -> Result<Option<StatusEntry>> {
    let (status, default_text) = feedback.reading();
    let trigger = trigger(status, late);
    if action.after(trigger).is_none() {
        return Ok(None);
    }
    let mut messages = feedback.device_messages();
    if messages.is_empty() {
        messages.push(format!("{SERVER_PREFIX}{default_text}."));
    }
    if status.is_intermediate() {
        quotas.status_entries_per_action(action.id, u64::from(action.entries), 1)?;
    }
    quotas.messages_per_status(action.id, messages.len())?;
    let occurred_at = feedback.occurred_at(action, now);
    action.last_status_code = feedback.code;
    action.undergo(trigger);
    target.reflect(action);
    match status {
        ActionStatus::Finished => finish(target, action, occurred_at, now),
        ActionStatus::Error => fail(target),
        ActionStatus::Downloaded if is_downloaded(action) => downloaded(target),
        _ => {}
    }
    Ok(Some(action.record(EntryDraft { status, occurred_at, code: feedback.code, messages }, now)))
}

fn trigger(reported: ActionStatus, late: LateReports) -> Trigger {
    match reported {
        ActionStatus::Finished => Trigger::Finish,
        ActionStatus::Error => Trigger::Fail,
        ActionStatus::Downloaded => Trigger::Download(late),
        _ => Trigger::Progress(late),
    }
}

fn is_downloaded(action: &Action) -> bool {
    action.action_type == ActionType::DownloadOnly && action.status == ActionStatus::Downloaded
}

/// Row G4. A report with a time of its own counts only if it is newer than the installation the server knows.
fn finish(target: &mut Target, action: &Action, occurred_at: Option<i64>, now: i64) {
    target.request_attributes = true;
    let set = action.distribution_set;
    let newer = match (occurred_at, target.installed_at) {
        (Some(time), Some(installed_at)) => time > installed_at,
        _ => true,
    };
    if newer {
        target.installed_at = Some(occurred_at.unwrap_or(now));
        if target.installed_set != Some(set) {
            target.installed_set = Some(set);
            target.installed_action = None;
        }
        if action.action_type == ActionType::DownloadOnly {
            target.assigned_set = Some(set);
        }
        if target.assigned_set == Some(set) {
            target.update_status = UpdateStatus::InSync;
        }
    }
    if target.installed_set == Some(set) {
        target.installed_action = target.installed_action.max(Some(action.id));
    }
}

/// Row G5.
fn fail(target: &mut Target) {
    target.update_status = UpdateStatus::Error;
    target.assigned_set = None;
}

/// Row G3: a download-only action is done when the bytes are there.
fn downloaded(target: &mut Target) {
    target.update_status = UpdateStatus::InSync;
    target.request_attributes = true;
}

/// The device fetched its deployment (row F1) or cancel order (row F2).
///
/// Nothing is recorded twice in a row, closed actions stay as they are (DDI §5.3 [D]), and while an action waits for its
/// confirmation there is nothing to fetch.
pub fn retrieve(target: &mut Target, action: &mut Action, now: i64) -> Option<StatusEntry> {
    if action.last_entry_status == Some(ActionStatus::Retrieved) {
        return None;
    }
    let next = action.undergo(Trigger::Fetch)?;
    target.reflect(action);
    let text = if next == ActionStatus::Canceling {
        "Target retrieved cancel action and should start now the cancellation."
    } else {
        "Target retrieved update action and should start now the download."
    };
    Some(action.record(EntryDraft::server(ActionStatus::Retrieved, text), now))
}

/// The device fetches a whole artifact or its MD5 sum (DDI §9.5).
///
/// # Errors
/// [`crate::Error::QuotaExceeded`] when the history is full.
pub fn download(action: &mut Action, request_path: &str, quotas: &Quotas, now: i64) -> Result<StatusEntry> {
    quotas.status_entries_per_action(action.id, u64::from(action.entries), 1)?;
    Ok(action.record(download_entry(request_path), now))
}

/// What the history says about a download.
#[must_use]
pub fn download_entry(request_path: &str) -> EntryDraft {
    EntryDraft::server(ActionStatus::Download, &format!("Target downloads {request_path}"))
}

/// Device contact: an operator's target that was never heard of becomes registered (`domain-behaviour.md` §4.2).
///
/// Returns whether that is a change of state, beyond the time and address of the contact.
pub fn contact(target: &mut Target) -> bool {
    if target.update_status != UpdateStatus::Unknown {
        return false;
    }
    target.update_status = UpdateStatus::Registered;
    true
}
