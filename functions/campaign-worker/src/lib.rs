//! One step of a campaign at a time, off the queue.
#![forbid(unsafe_code)]

use futures::stream::{self, StreamExt};
use harrier_campaigns::worker::perform_message;
use harrier_runtime::{App, BatchFailures, Metric, QueueEvent, QueueMessage};

/// Steps performed at the same time. Each works on several targets at once already.
const CONCURRENCY: usize = 4;

/// Performs the steps in the messages. One that fails does not keep the others; it comes again, and in the end goes to the
/// dead-letter queue.
pub async fn handle(event: QueueEvent, app: &App) -> BatchFailures {
    let outcomes = stream::iter(event.records).map(|message| failed(app, message)).buffer_unordered(CONCURRENCY);
    BatchFailures::of(outcomes.filter_map(async |failed| failed).collect::<Vec<_>>().await)
}

/// The message's id, if its step was not done.
async fn failed(app: &App, message: QueueMessage) -> Option<String> {
    match perform_message(&app.engine(), &message.body).await {
        Ok(()) => {
            app.metrics.count(Metric::StepsDone, 1.0);
            None
        }
        Err(error) => {
            app.metrics.count(Metric::StepsFailed, 1.0);
            tracing::error!(id = message.message_id, step = message.body, %error, "a step failed");
            Some(message.message_id)
        }
    }
}
