//! `actionHistory` of a deployment document (DDI §5.1, §5.4).

use harrier_domain::action::{Action, SERVER_PREFIX, StatusEntry};
use harrier_rest::{ApiResult, QueryParams};
use harrier_store::{HistoryOrder, Result};

use crate::access::Session;
use crate::documents::ActionHistory;

/// Most messages a device gets.
const MAX_MESSAGES: i64 = 100;

/// Entries read at first for each message asked for: some entries are the server's own.
const ENTRIES_PER_MESSAGE: usize = 2;

/// What the query of a deployment or confirmation asks for.
pub struct DocumentQuery {
    messages: usize,
}

impl DocumentQuery {
    /// Reads `actionHistory`; `c` must be a number, and means nothing (DDI §3.5).
    ///
    /// # Errors
    /// 400 for something that is no number.
    pub fn parse(query: &QueryParams) -> ApiResult<Self> {
        query.number::<i64>("c")?;
        let asked = query.number::<i64>("actionHistory")?.unwrap_or(0);
        let asked = if asked < 0 { MAX_MESSAGES } else { asked.min(MAX_MESSAGES) };
        Ok(Self { messages: usize::try_from(asked).unwrap_or(0) })
    }

    /// The newest messages that are not the server's own; `None` when none are wanted or none are there.
    pub async fn history(&self, session: &Session, action: &Action) -> Result<Option<ActionHistory>> {
        if self.messages == 0 {
            return Ok(None);
        }
        let mut limit = self.messages * ENTRIES_PER_MESSAGE;
        loop {
            let newest_first = HistoryOrder::NewestFirst;
            let entries = session.store().history(session.tenant(), action, newest_first, 0, limit).await?;
            let exhausted = entries.len() < limit;
            let messages = device_messages(entries, self.messages);
            if messages.len() == self.messages || exhausted {
                let history = ActionHistory { status: action.status.name(), messages };
                return Ok(Some(history).filter(|history| !history.messages.is_empty()));
            }
            limit *= 4;
        }
    }
}

fn device_messages(entries: Vec<StatusEntry>, limit: usize) -> Vec<String> {
    let messages = entries.into_iter().flat_map(|entry| entry.messages);
    messages.filter(|message| !message.starts_with(SERVER_PREFIX)).take(limit).collect()
}
