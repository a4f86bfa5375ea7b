//! The events that Lambda hands to functions without HTTP, as far as they are read here, and their answer.

use harrier_store::StreamRecord;
use serde::{Deserialize, Serialize};

/// Messages of a queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueueEvent {
    pub records: Vec<QueueMessage>,
}

/// One message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    pub message_id: String,
    pub body: String,
}

/// Records of a table's stream, in order.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamEvent {
    pub records: Vec<StreamRecord>,
}

/// The messages or records that were not handled, by id or sequence number: they alone come again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailures {
    pub batch_item_failures: Vec<BatchFailure>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailure {
    pub item_identifier: String,
}

impl BatchFailures {
    /// These alone failed.
    pub fn of(identifiers: impl IntoIterator<Item = String>) -> Self {
        let failure = |item_identifier| BatchFailure { item_identifier };
        Self { batch_item_failures: identifiers.into_iter().map(failure).collect() }
    }

    /// Everything was handled.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// Whether what has this id or sequence number failed.
    #[must_use]
    pub fn contains(&self, identifier: &str) -> bool {
        self.batch_item_failures.iter().any(|failure| failure.item_identifier == identifier)
    }
}
