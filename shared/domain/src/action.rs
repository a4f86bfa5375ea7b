//! Actions, what their devices are told, and their history (`domain-behaviour.md` §2.10, §5).

use serde::{Deserialize, Serialize};

use crate::audit::Audit;
use crate::maintenance::ScheduleText;
use crate::named;

/// The weight of an action nobody gave one (`domain-behaviour.md` §2.10).
pub const DEFAULT_WEIGHT: u16 = 1000;

/// The prefix of messages the server writes; devices never get to see those (`domain-behaviour.md` §5.9).
pub const SERVER_PREFIX: &str = "Update Server: ";

/// Most messages of one history entry, as many as are ever delivered (management §5.1 "ActionStatus"), and most bytes of
/// them: an entry is one item of the database, and items have an end.
const MAX_MESSAGES: usize = 500;
const MAX_MESSAGE_BYTES: usize = 200_000;

/// Bits of an entry id that number entries within one millisecond. 41 bits of time and 12 of count stay below 2^53, so
/// that JavaScript clients read the ids exactly.
const ENTRY_COUNT_BITS: u32 = 12;

named! {
    /// The status of an action or of a history entry (`domain-behaviour.md` §5.1), in hawkBit's order, as device histories and
    /// RSQL call it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum ActionStatus {
        Finished = "FINISHED",
        Error = "ERROR",
        Warning = "WARNING",
        Running = "RUNNING",
        Canceled = "CANCELED",
        Canceling = "CANCELING",
        Retrieved = "RETRIEVED",
        Download = "DOWNLOAD",
        Scheduled = "SCHEDULED",
        CancelRejected = "CANCEL_REJECTED",
        Downloaded = "DOWNLOADED",
        WaitForConfirmation = "WAIT_FOR_CONFIRMATION",
    }
}

impl ActionStatus {
    /// The name in Management API bodies: lower case (management §4.4).
    #[must_use]
    pub fn wire_name(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// An action of this status is active: its device has something to do (`domain-behaviour.md` §5.1).
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Retrieved | Self::Canceling | Self::WaitForConfirmation)
    }

    /// A cancel order is out, or was carried out.
    #[must_use]
    pub fn is_canceling_or_canceled(self) -> bool {
        matches!(self, Self::Canceling | Self::Canceled)
    }

    /// An entry with this status counts against the entry quota; closing ones always fit (`domain-behaviour.md` §5.6).
    #[must_use]
    pub fn is_intermediate(self) -> bool {
        !matches!(self, Self::Finished | Self::Error)
    }
}

named! {
    /// How strongly the device is told to update (`domain-behaviour.md` §5.2), as Management API bodies call it (management
    /// §4.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
    pub enum ActionType {
        #[default]
        #[serde(rename = "F")]
        Forced = "forced",
        #[serde(rename = "S")]
        Soft = "soft",
        #[serde(rename = "T")]
        TimeForced = "timeforced",
        #[serde(rename = "D")]
        DownloadOnly = "downloadonly",
    }
}

/// One update of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub id: i64,
    #[serde(rename = "cid")]
    pub controller_id: String,
    #[serde(rename = "ds")]
    pub distribution_set: i64,
    #[serde(rename = "act")]
    pub active: bool,
    #[serde(rename = "st")]
    pub status: ActionStatus,
    #[serde(rename = "ty")]
    pub action_type: ActionType,
    /// When a time-forced action turns forced, epoch milliseconds.
    #[serde(rename = "ft", default, skip_serializing_if = "Option::is_none")]
    pub forced_time: Option<i64>,
    #[serde(rename = "w")]
    pub weight: u16,
    #[serde(rename = "win", default, skip_serializing_if = "Option::is_none")]
    pub window: Option<ScheduleText>,
    #[serde(rename = "ro", default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<i64>,
    #[serde(rename = "rg", default, skip_serializing_if = "Option::is_none")]
    pub rollout_group: Option<i64>,
    #[serde(rename = "ib")]
    pub initiated_by: String,
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
    #[serde(rename = "lc", default, skip_serializing_if = "Option::is_none")]
    pub last_status_code: Option<i32>,
    /// How many history entries there are; the entry quota counts them.
    #[serde(rename = "n")]
    pub entries: u32,
    #[serde(rename = "le", default)]
    pub last_entry: i64,
    #[serde(rename = "ls", default, skip_serializing_if = "Option::is_none")]
    pub last_entry_status: Option<ActionStatus>,
    #[serde(flatten)]
    pub audit: Audit,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

impl Action {
    /// `update`, or `cancel` once a cancel order is out (management §4.6).
    #[must_use]
    pub fn wire_type(&self) -> &'static str {
        if self.status.is_canceling_or_canceled() { "cancel" } else { "update" }
    }

    /// Appends an entry to the history: gives it its id and counts it. Messages beyond what an entry can hold are left out.
    pub fn record(&mut self, draft: EntryDraft, now: i64) -> StatusEntry {
        let id = self.next_entry_id(now);
        self.entries += 1;
        self.last_entry = id;
        self.last_entry_status = Some(draft.status);
        StatusEntry {
            id,
            action: self.id,
            controller_id: self.controller_id.clone(),
            status: draft.status,
            occurred_at: draft.occurred_at.unwrap_or(now),
            reported_at: now,
            code: draft.code,
            messages: bounded(draft.messages),
        }
    }

    /// Ids ascend in the order of the entries, even when the clock steps back.
    fn next_entry_id(&self, now: i64) -> i64 {
        let count = i64::from(self.entries) & ((1 << ENTRY_COUNT_BITS) - 1);
        ((now << ENTRY_COUNT_BITS) | count).max(self.last_entry + 1)
    }
}

/// What is said about an action before it has its place in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryDraft {
    pub status: ActionStatus,
    /// The device's time, if it gave one.
    pub occurred_at: Option<i64>,
    pub code: Option<i32>,
    pub messages: Vec<String>,
}

impl EntryDraft {
    /// An entry of the server's own with one message, which gets the prefix that hides it from devices.
    #[must_use]
    pub fn server(status: ActionStatus, message: &str) -> Self {
        Self::plain(status, vec![format!("{SERVER_PREFIX}{message}")])
    }

    /// An entry with these messages as they are.
    #[must_use]
    pub fn plain(status: ActionStatus, messages: Vec<String>) -> Self {
        Self { status, occurred_at: None, code: None, messages }
    }
}

impl StatusEntry {
    /// An entry for an action that was not read. Its id is later than that of any entry up to this millisecond.
    #[must_use]
    pub fn unseen(controller_id: &str, action: i64, draft: EntryDraft, now: i64) -> Self {
        Self {
            id: (now << ENTRY_COUNT_BITS) | ((1 << ENTRY_COUNT_BITS) - 1),
            action,
            controller_id: controller_id.to_owned(),
            status: draft.status,
            occurred_at: draft.occurred_at.unwrap_or(now),
            reported_at: now,
            code: draft.code,
            messages: bounded(draft.messages),
        }
    }
}

/// The first of the messages, as many as an entry can hold, and how many there were besides.
fn bounded(mut messages: Vec<String>) -> Vec<String> {
    let mut bytes = 0;
    let fits = |message: &&String| {
        bytes += message.len();
        bytes <= MAX_MESSAGE_BYTES
    };
    let kept = messages.iter().take_while(fits).count();
    let kept = if messages.len() > MAX_MESSAGES { kept.min(MAX_MESSAGES - 1) } else { kept };
    let left_out = messages.len() - kept;
    if left_out > 0 {
        messages.truncate(kept);
        messages.push(format!("{SERVER_PREFIX}{left_out} more messages were left out"));
    }
    messages
}

/// One entry of an action's history. Entries are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEntry {
    pub id: i64,
    #[serde(rename = "aid")]
    pub action: i64,
    #[serde(rename = "cid")]
    pub controller_id: String,
    #[serde(rename = "st")]
    pub status: ActionStatus,
    /// When it happened, by the device's word or the server's clock.
    #[serde(rename = "at")]
    pub occurred_at: i64,
    /// When the server learned of it.
    #[serde(rename = "ra")]
    pub reported_at: i64,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_holds_the_first_messages_and_says_what_is_missing() {
        let few = vec!["a".to_owned(); MAX_MESSAGES];
        assert_eq!(bounded(few.clone()), few);
        let many = bounded(vec!["a".to_owned(); 10_000]);
        assert_eq!(many.len(), MAX_MESSAGES);
        assert_eq!(many[MAX_MESSAGES - 1], "Update Server: 9501 more messages were left out");
        let long = bounded(vec!["ä".repeat(512); 400]);
        assert!(long.iter().map(String::len).sum::<usize>() < MAX_MESSAGE_BYTES + 100);
        assert_eq!(long.last().map(String::as_str), Some("Update Server: 205 more messages were left out"));
    }
}
