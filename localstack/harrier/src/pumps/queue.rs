//! Steps off the queue, to the worker.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use harrier_campaigns::StepQueue;
use harrier_runtime::{App, QueueEvent, QueueMessage};

use crate::StackError;
use crate::embedded::sqs::{Depth, EmbeddedSqs};

/// The queue of steps.
pub const STEPS: &str = "harrier-steps";
/// Where steps and stream records go that cannot be handled.
pub const DEAD_LETTERS: &str = "harrier-steps-dead-letters";

/// How many batches are worked on at the same time.
pub(super) const RECEIVERS: usize = 2;

/// Receives after which a step goes to the dead-letter queue; `infra/template.yaml` has the same.
pub const MAX_RECEIVES: u32 = 5;
/// Seconds a step may take before it is given to another receiver.
const VISIBILITY: u32 = 180;
/// Steps of one batch.
const BATCH: i32 = 4;
/// Seconds a receiver waits for steps.
const WAIT: i32 = 20;
/// Longest pause before a failed step is tried again, seconds.
const LONGEST_PAUSE: u32 = 60;
/// The pause after the queue itself failed.
const BREATH: Duration = Duration::from_secs(1);

/// The embedded queue of steps with its dead-letter queue.
#[derive(Debug, Clone)]
pub struct StepMessages {
    service: EmbeddedSqs,
    client: Client,
    url: String,
}

impl StepMessages {
    /// Makes the queues where they are missing.
    ///
    /// # Errors
    /// [`StackError::Queue`] when the service refuses.
    pub async fn open(service: &EmbeddedSqs) -> Result<Self, StackError> {
        let client = service.client();
        let dead_letters = HashMap::new();
        make(&client, DEAD_LETTERS, dead_letters).await?;
        let redrive =
            format!(r#"{{"maxReceiveCount": {MAX_RECEIVES}, "deadLetterTargetArn": "arn:aws:sqs:::{DEAD_LETTERS}"}}"#);
        let rules = HashMap::from([
            (QueueAttributeName::VisibilityTimeout, VISIBILITY.to_string()),
            (QueueAttributeName::RedrivePolicy, redrive),
        ]);
        let url = make(&client, STEPS, rules).await?;
        Ok(Self { service: service.clone(), client, url })
    }

    /// What an app sends its steps with.
    #[must_use]
    pub fn sender(&self) -> StepQueue {
        StepQueue::new(self.client.clone(), &self.url)
    }

    /// The queue's address, as functions find it in their environment.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes some steps as Lambda does, to hand them to a worker.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn take(&self) -> Result<Vec<Message>, StackError> {
        self.receive(0).await
    }

    /// Says that a step was done.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn done(&self, message: &Message) -> Result<(), StackError> {
        self.delete(message).await
    }

    /// Performs steps as they come, for ever.
    pub(super) async fn run(&self, app: &App) {
        loop {
            if let Err(error) = self.receive_and_perform(app, WAIT).await {
                tracing::error!(%error, "the queue of steps failed");
                tokio::time::sleep(BREATH).await;
            }
        }
    }

    /// Performs the steps that are there; says whether there were any.
    pub(super) async fn pass(&self, app: &App) -> Result<bool, StackError> {
        Ok(self.receive_and_perform(app, 0).await? > 0)
    }

    async fn receive(&self, wait: i32) -> Result<Vec<Message>, StackError> {
        let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(BATCH);
        let request = request.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = request.wait_time_seconds(wait).send().await.map_err(queue_failed)?;
        Ok(answer.messages.unwrap_or_default())
    }

    async fn receive_and_perform(&self, app: &App, wait: i32) -> Result<usize, StackError> {
        let messages = self.receive(wait).await?;
        let failures = app.metrics.metered(campaign_worker::handle(event(&messages), app)).await;
        for message in &messages {
            if failures.contains(message.message_id().unwrap_or_default()) {
                self.give_back(message).await?;
            } else {
                self.delete(message).await?;
            }
        }
        Ok(messages.len())
    }

    async fn delete(&self, message: &Message) -> Result<(), StackError> {
        let handle = message.receipt_handle().unwrap_or_default();
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(handle);
        request.send().await.map_err(queue_failed)?;
        Ok(())
    }

    /// Shows the message again after a pause that grows with each failure.
    async fn give_back(&self, message: &Message) -> Result<(), StackError> {
        let attributes = message.attributes();
        let count = attributes.and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount));
        let failures: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(1);
        let pause = 2_u32.saturating_pow(failures).min(LONGEST_PAUSE);
        let handle = message.receipt_handle().unwrap_or_default();
        let request = self.client.change_message_visibility().queue_url(&self.url).receipt_handle(handle);
        let pause = i32::try_from(pause).unwrap_or(i32::MAX);
        request.visibility_timeout(pause).send().await.map_err(queue_failed)?;
        Ok(())
    }

    /// Puts something aside that cannot be handled.
    pub(super) async fn put_aside(&self, text: String) -> Result<(), StackError> {
        let url = self.client.get_queue_url().queue_name(DEAD_LETTERS).send().await.map_err(queue_failed)?;
        let request = self.client.send_message().set_queue_url(url.queue_url).message_body(text);
        request.send().await.map_err(queue_failed)?;
        Ok(())
    }

    pub(super) async fn hurry(&self) -> Result<(), StackError> {
        self.service.hurry(STEPS).await?;
        Ok(())
    }

    /// How many steps wait or are being done.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn depth(&self) -> Result<Depth, StackError> {
        Ok(self.service.depth(STEPS).await?)
    }

    /// When the oldest step was sent that is not done yet, epoch milliseconds.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn oldest(&self) -> Result<Option<i64>, StackError> {
        Ok(self.service.peek(STEPS, 1).await?.pop().map(|(sent_at, _)| sent_at))
    }

    /// How many steps are among the dead letters.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn dead_letter_count(&self) -> Result<i64, StackError> {
        Ok(self.service.depth(DEAD_LETTERS).await?.total())
    }

    /// The oldest messages of the dead-letter queue: when they were sent (epoch milliseconds), and their text.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<(i64, String)>, StackError> {
        Ok(self.service.peek(DEAD_LETTERS, limit).await?)
    }

    /// Sends all dead letters to the worker again, and says how many.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn redrive(&self) -> Result<usize, StackError> {
        Ok(self.service.redrive(DEAD_LETTERS, STEPS).await?)
    }
}

async fn make(
    client: &Client,
    name: &str,
    attributes: HashMap<QueueAttributeName, String>,
) -> Result<String, StackError> {
    let made = client.create_queue().queue_name(name).set_attributes(Some(attributes)).send().await;
    let url = made.map_err(queue_failed)?.queue_url;
    url.ok_or_else(|| StackError::Queue(format!("no address for {name}")))
}

fn event(messages: &[Message]) -> QueueEvent {
    let record = |message: &Message| QueueMessage {
        message_id: message.message_id().unwrap_or_default().to_owned(),
        body: message.body().unwrap_or_default().to_owned(),
    };
    QueueEvent { records: messages.iter().map(record).collect() }
}

fn queue_failed<E: std::error::Error + Send + Sync + 'static>(error: E) -> StackError {
    StackError::Queue(DisplayErrorContext(&error).to_string())
}
