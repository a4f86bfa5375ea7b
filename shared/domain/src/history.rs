//! The limits of an action's history (`domain-behaviour.md` §5.10, DDI §17.2).

use crate::action::Action;
use crate::{Error, Result};

/// Longest message of an entry; longer ones become several (DDI §6.5).
const MAX_MESSAGE_CHARACTERS: usize = 512;

/// How long a history may get; 0 is unlimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimits {
    /// Entries per action.
    pub entries: u32,
    /// Messages per entry, after splitting.
    pub messages: u32,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { entries: 1000, messages: 50 }
    }
}

impl HistoryLimits {
    /// Room for one more entry.
    pub(crate) fn check_entries(self, action: &Action) -> Result<()> {
        if self.entries == 0 || action.entries < self.entries {
            return Ok(());
        }
        Err(exceeded("ActionStatus", 1, "Action", action.id, self.entries))
    }

    /// The messages fit one entry.
    pub(crate) fn check_messages(self, action: &Action, messages: &[String]) -> Result<()> {
        let count = u64::try_from(messages.len()).unwrap_or(u64::MAX);
        if self.messages == 0 || count <= u64::from(self.messages) {
            return Ok(());
        }
        Err(exceeded("ActionStatus Message", count, "ActionStatus of Action", action.id, self.messages))
    }
}

fn exceeded(what: &'static str, requested: u64, parent: &'static str, id: i64, limit: u32) -> Error {
    Error::QuotaExceeded { what, requested, parent, parent_id: id.to_string(), limit: u64::from(limit) }
}

/// Cuts a message into pieces that one entry can hold. An empty message stays one empty piece.
#[must_use]
pub fn split_message(message: &str) -> Vec<String> {
    if message.is_empty() {
        return vec![String::new()];
    }
    let characters: Vec<char> = message.chars().collect();
    characters.chunks(MAX_MESSAGE_CHARACTERS).map(|piece| piece.iter().collect()).collect()
}
