//! The queue that steps travel through.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use crate::{EngineError, Result, Step};

/// Most messages of one request, as SQS has it.
const MAX_BATCH: usize = 10;

/// Longest delay of a message, seconds, as SQS has it.
const MAX_DELAY: u32 = 900;

/// How often the rest of a batch is tried again that the queue took in part only.
const ATTEMPTS: u32 = 3;

/// Sends steps. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct StepQueue {
    queue: Option<(Client, String)>,
}

impl StepQueue {
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { queue: Some((client, url.into())) }
    }

    /// For functions that start no campaigns: every send fails.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Sends the steps, in any order. A crash on the way leaves some of them sent.
    ///
    /// # Errors
    /// [`EngineError::Queue`] when the queue did not take all of them.
    pub async fn send(&self, steps: &[Step]) -> Result<()> {
        self.send_all(steps, 0).await
    }

    /// Sends a step that shall be performed in so many seconds, at most 900.
    ///
    /// # Errors
    /// [`EngineError::Queue`] when the queue did not take it.
    pub async fn send_later(&self, step: &Step, seconds: u32) -> Result<()> {
        self.send_all(std::slice::from_ref(step), seconds.min(MAX_DELAY)).await
    }

    async fn send_all(&self, steps: &[Step], seconds: u32) -> Result<()> {
        for chunk in steps.chunks(MAX_BATCH) {
            let messages = chunk.iter().map(Step::to_message).collect::<Result<Vec<_>>>()?;
            self.send_messages(messages, seconds).await?;
        }
        Ok(())
    }

    /// Sends messages as they are, at most ten.
    pub(crate) async fn send_messages(&self, messages: Vec<String>, seconds: u32) -> Result<()> {
        let mut left: Vec<SendMessageBatchRequestEntry> = messages
            .into_iter()
            .enumerate()
            .map(|(number, body)| entry(number, body, seconds))
            .collect::<Result<_>>()?;
        for _ in 0..ATTEMPTS {
            let failed = self.send_batch(&left).await?;
            left.retain(|entry| failed.iter().any(|id| id == entry.id()));
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(EngineError::Queue(format!("{} messages were not taken", left.len())))
    }

    /// The ids of those that were not taken.
    async fn send_batch(&self, entries: &[SendMessageBatchRequestEntry]) -> Result<Vec<String>> {
        let Some((client, url)) = &self.queue else {
            return Err(EngineError::Queue("this function has no queue of steps".to_owned()));
        };
        let request = client.send_message_batch().queue_url(url).set_entries(Some(entries.to_vec()));
        let answer =
            request.send().await.map_err(|error| EngineError::Queue(DisplayErrorContext(&error).to_string()))?;
        Ok(answer.failed.into_iter().map(|failed| failed.id).collect())
    }
}

fn entry(number: usize, body: String, seconds: u32) -> Result<SendMessageBatchRequestEntry> {
    SendMessageBatchRequestEntry::builder()
        .id(number.to_string())
        .message_body(body)
        .set_delay_seconds((seconds > 0).then(|| i32::try_from(seconds).unwrap_or(i32::MAX)))
        .build()
        .map_err(|error| EngineError::Queue(error.to_string()))
}
