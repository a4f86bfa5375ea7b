//! SQS in this process: the real SDK client over a small durable queue.
//!
//! What the program uses and no more: standard and FIFO queues, delay, visibility, batches, redrive to a dead-letter queue,
//! long polling. A FIFO group waits while one of its messages is out, and sends with the same deduplication id count once
//! within five minutes, as on AWS.

mod connector;
mod protocol;
mod storage;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig};

use super::lock::StateLock;
use super::{Durability, EmbeddedError, REGION};
use connector::InProcessHttpClient;
use protocol::Service;
use storage::Storage;

/// The host of embedded queue URLs. It resolves nowhere: requests never leave the process.
const ENDPOINT: &str = "http://sqs.embedded.invalid";

/// An embedded SQS. Clones share its queues.
#[derive(Clone, Debug)]
pub struct EmbeddedSqs {
    service: Arc<Service>,
}

impl EmbeddedSqs {
    /// Opens the queues kept in the file at `path`, or an empty service in memory for `None`. An acknowledged message
    /// outlives what `durability` says.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has the file open, [`EmbeddedError::Database`] when it cannot be read.
    pub fn open(path: Option<&Path>, durability: Durability) -> Result<Self, EmbeddedError> {
        let lock = path.map(|file| StateLock::take(&file.with_extension("lock"))).transpose()?;
        let storage = Storage::open(path, durability, lock)?;
        Ok(Self { service: Arc::new(Service::new(storage)) })
    }

    /// A client on these queues: the SDK's own in every respect but where its requests go.
    #[must_use]
    pub fn client(&self) -> Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::from_keys("embedded", "embedded", None))
            .endpoint_url(ENDPOINT)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(SharedHttpClient::new(InProcessHttpClient::new(Arc::clone(&self.service))));
        Client::from_conf(config.build())
    }

    /// Answers one request as the service would: status and JSON. `target` is the value of `x-amz-target`.
    pub(super) async fn answer(&self, target: &str, body: &[u8]) -> (u16, String) {
        let answer = self.service.answer(target, body).await;
        (answer.status, answer.body.to_string())
    }

    /// Makes the messages of a queue that wait for their time ready now, and says how many.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the file fails.
    pub async fn hurry(&self, queue: &str) -> Result<usize, EmbeddedError> {
        self.service.hurry(queue).await
    }

    /// How many messages a queue has.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the file fails.
    pub async fn depth(&self, queue: &str) -> Result<Depth, EmbeddedError> {
        self.service.depth(queue).await
    }

    /// Moves all messages of a dead-letter queue to the queue they came from, or another; says how many.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the file fails.
    pub async fn redrive(&self, from: &str, to: &str) -> Result<usize, EmbeddedError> {
        self.service.redrive(from, to).await
    }

    /// The oldest messages of a queue: when each was sent (epoch milliseconds), and its text.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the file fails.
    pub async fn peek(&self, queue: &str, limit: u32) -> Result<Vec<(i64, String)>, EmbeddedError> {
        self.service.peek(queue, i64::from(limit)).await
    }
}

/// The messages of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Can be received.
    pub ready: i64,
    /// Are out with somebody.
    pub out: i64,
    /// Wait for their time: sent with a delay, or given back.
    pub waiting: i64,
}

impl Depth {
    #[must_use]
    pub fn total(self) -> i64 {
        self.ready + self.out + self.waiting
    }
}
