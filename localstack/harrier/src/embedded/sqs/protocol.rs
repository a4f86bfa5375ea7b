//! The JSON protocol of SQS: one document in, one document out (AWS JSON 1.0).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::EmbeddedError;
use super::storage::{QueueRules, Received, Sending, Storage};
use super::{Depth, ENDPOINT};

/// Milliseconds a received message stays hidden unless the queue says otherwise.
const DEFAULT_VISIBILITY: i64 = 30_000;

/// Longest sleep between looks at a queue while a receiver waits.
const LONGEST_NAP: Duration = Duration::from_secs(1);

/// An HTTP answer of the service.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

/// Why a request is refused: the error code the SDK reads.
#[derive(Debug)]
struct Refusal {
    code: &'static str,
    message: String,
}

type Reply = Result<Value, Refusal>;

/// All queues and who waits for them.
#[derive(Debug)]
pub(super) struct Service {
    storage: Arc<Storage>,
    arrived: Notify,
}

impl Service {
    pub(super) fn new(storage: Storage) -> Self {
        Self { storage: Arc::new(storage), arrived: Notify::new() }
    }

    /// Answers one request; `target` is the value of `x-amz-target`.
    pub(super) async fn answer(&self, target: &str, body: &[u8]) -> Answer {
        let operation = target.strip_prefix("AmazonSQS.").unwrap_or_default();
        let request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        match self.run(operation, &request).await {
            Ok(body) => Answer { status: 200, body },
            Err(refusal) => Answer {
                status: 400,
                body: json!({"__type": format!("com.amazonaws.sqs#{}", refusal.code), "message": refusal.message}),
            },
        }
    }

    async fn run(&self, operation: &str, request: &Value) -> Reply {
        match operation {
            "CreateQueue" => self.create_queue(request).await,
            "GetQueueUrl" => self.queue_url(request).await,
            "GetQueueAttributes" => self.attributes(request).await,
            "SendMessage" => self.send(request).await,
            "SendMessageBatch" => self.send_batch(request).await,
            "ReceiveMessage" => self.receive(request).await,
            "DeleteMessage" => self.delete(request).await,
            "DeleteMessageBatch" => self.delete_batch(request).await,
            "ChangeMessageVisibility" => self.change_visibility(request).await,
            _ => Err(refusal("UnsupportedOperation", operation)),
        }
    }

    /// Runs work on the file where blocking is allowed.
    async fn stored<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Storage) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let storage = Arc::clone(&self.storage);
        let outcome = tokio::task::spawn_blocking(move || work(&storage)).await;
        let failed = |error: String| refusal("InternalFailure", &error);
        outcome.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
    }

    /// See [`EmbeddedSqs::hurry`](super::EmbeddedSqs::hurry).
    pub(super) async fn hurry(&self, queue: &str) -> Result<usize, EmbeddedError> {
        let queue = queue.to_owned();
        let hurried = self.stored(move |storage| storage.hurry(&queue, now())).await.map_err(broken)?;
        self.arrived.notify_waiters();
        Ok(hurried)
    }

    /// See [`EmbeddedSqs::depth`](super::EmbeddedSqs::depth).
    pub(super) async fn depth(&self, queue: &str) -> Result<Depth, EmbeddedError> {
        let queue = queue.to_owned();
        let (ready, out, waiting) = self.stored(move |storage| storage.counts(&queue, now())).await.map_err(broken)?;
        Ok(Depth { ready, out, waiting })
    }

    /// See [`EmbeddedSqs::redrive`](super::EmbeddedSqs::redrive).
    pub(super) async fn redrive(&self, from: &str, to: &str) -> Result<usize, EmbeddedError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        let moved = self.stored(move |storage| storage.move_all(&from, &to, now())).await.map_err(broken)?;
        self.arrived.notify_waiters();
        Ok(moved)
    }

    /// See [`EmbeddedSqs::peek`](super::EmbeddedSqs::peek).
    pub(super) async fn peek(&self, queue: &str, limit: i64) -> Result<Vec<(i64, String)>, EmbeddedError> {
        let queue = queue.to_owned();
        self.stored(move |storage| storage.peek(&queue, limit)).await.map_err(broken)
    }

    async fn create_queue(&self, request: &Value) -> Reply {
        let name = text(request, "QueueName")?;
        let attributes = request["Attributes"].clone();
        let number = |key: &str| attributes[key].as_str().and_then(|value| value.parse::<i64>().ok());
        let redrive = attributes["RedrivePolicy"].as_str().and_then(redrive_of);
        let visibility = number("VisibilityTimeout").map_or(DEFAULT_VISIBILITY, |seconds| seconds * 1000);
        let rules = QueueRules { visibility, redrive };
        let url = url_of(&name);
        self.stored(move |storage| storage.create_queue(&name, &rules)).await?;
        Ok(json!({ "QueueUrl": url }))
    }

    async fn queue_url(&self, request: &Value) -> Reply {
        let name = text(request, "QueueName")?;
        self.rules(&name).await?;
        Ok(json!({ "QueueUrl": url_of(&name) }))
    }

    async fn rules(&self, queue: &str) -> Result<QueueRules, Refusal> {
        let name = queue.to_owned();
        let rules = self.stored(move |storage| storage.rules(&name)).await?;
        rules.ok_or_else(|| refusal("QueueDoesNotExist", queue))
    }

    async fn attributes(&self, request: &Value) -> Reply {
        let queue = queue_of(request)?;
        let rules = self.rules(&queue).await?;
        let arn = arn_of(&queue);
        let (ready, out, delayed) = self.stored(move |storage| storage.counts(&queue, now())).await?;
        Ok(json!({ "Attributes": {
            "ApproximateNumberOfMessages": ready.to_string(),
            "ApproximateNumberOfMessagesNotVisible": out.to_string(),
            "ApproximateNumberOfMessagesDelayed": delayed.to_string(),
            "VisibilityTimeout": (rules.visibility / 1000).to_string(),
            "QueueArn": arn,
        }}))
    }

    async fn send(&self, request: &Value) -> Reply {
        let message = sending(request)?;
        let digest = digest_of(&message.body);
        let numbers = self.keep(&queue_of(request)?, vec![message]).await?;
        let id = numbers.first().copied().unwrap_or_default();
        Ok(json!({ "MessageId": id.to_string(), "MD5OfMessageBody": digest }))
    }

    async fn send_batch(&self, request: &Value) -> Reply {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        let messages = entries.iter().map(sending).collect::<Result<Vec<_>, _>>()?;
        let digests: Vec<String> = messages.iter().map(|message| digest_of(&message.body)).collect();
        let numbers = self.keep(&queue_of(request)?, messages).await?;
        let sent = entries.iter().zip(numbers).zip(digests).map(|((entry, number), digest)| {
            json!({ "Id": entry["Id"], "MessageId": number.to_string(), "MD5OfMessageBody": digest })
        });
        Ok(json!({ "Successful": sent.collect::<Vec<_>>(), "Failed": [] }))
    }

    async fn keep(&self, queue: &str, messages: Vec<Sending>) -> Result<Vec<i64>, Refusal> {
        self.rules(queue).await?;
        let queue = queue.to_owned();
        let numbers = self.stored(move |storage| storage.send(&queue, &messages, now())).await?;
        self.arrived.notify_waiters();
        Ok(numbers)
    }

    /// Waits for messages as long as the request says.
    async fn receive(&self, request: &Value) -> Reply {
        let queue = queue_of(request)?;
        let rules = self.rules(&queue).await?;
        let wait = Duration::from_secs(request["WaitTimeSeconds"].as_u64().unwrap_or(0).min(20));
        let deadline = Instant::now() + wait;
        loop {
            // Registered before looking, so that nothing arrives unnoticed in between.
            let arrived = self.arrived.notified();
            let messages = self.take(&queue, &rules, request).await?;
            if !messages.is_empty() || Instant::now() >= deadline {
                return Ok(json!({ "Messages": messages.iter().map(message_of).collect::<Vec<_>>() }));
            }
            let nap = self.nap(&queue).await?.min(deadline.saturating_duration_since(Instant::now()));
            tokio::select! {
                () = arrived => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
    }

    async fn take(&self, queue: &str, rules: &QueueRules, request: &Value) -> Result<Vec<Received>, Refusal> {
        let limit = request["MaxNumberOfMessages"].as_i64().unwrap_or(1).clamp(1, 10);
        let visibility = request["VisibilityTimeout"].as_i64().map_or(rules.visibility, |seconds| seconds * 1000);
        let (queue, rules) = (queue.to_owned(), rules.clone());
        self.stored(move |storage| storage.receive(&queue, &rules, limit, visibility, now())).await
    }

    /// Until the next hidden message shows, or a moment.
    async fn nap(&self, queue: &str) -> Result<Duration, Refusal> {
        let name = queue.to_owned();
        let next = self.stored(move |storage| storage.next_visible(&name)).await?;
        let millis = next.map_or(i64::MAX, |visible| visible - now());
        Ok(Duration::from_millis(u64::try_from(millis).unwrap_or(0).max(1)).min(LONGEST_NAP))
    }

    async fn delete(&self, request: &Value) -> Reply {
        let (number, receives) = receipt(&text(request, "ReceiptHandle")?)?;
        self.stored(move |storage| storage.delete(number, receives)).await?;
        // The next message of its group may go now.
        self.arrived.notify_waiters();
        Ok(json!({}))
    }

    async fn delete_batch(&self, request: &Value) -> Reply {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        for entry in &entries {
            self.delete(entry).await?;
        }
        let deleted = entries.iter().map(|entry| json!({ "Id": entry["Id"] }));
        Ok(json!({ "Successful": deleted.collect::<Vec<_>>(), "Failed": [] }))
    }

    async fn change_visibility(&self, request: &Value) -> Reply {
        let (number, receives) = receipt(&text(request, "ReceiptHandle")?)?;
        let visible = now() + request["VisibilityTimeout"].as_i64().unwrap_or(0) * 1000;
        self.stored(move |storage| storage.change_visibility(number, receives, visible)).await?;
        self.arrived.notify_waiters();
        Ok(json!({}))
    }
}

fn broken(refusal: Refusal) -> EmbeddedError {
    EmbeddedError::Database(refusal.message)
}

fn refusal(code: &'static str, message: &str) -> Refusal {
    Refusal { code, message: message.to_owned() }
}

fn text(request: &Value, member: &str) -> Result<String, Refusal> {
    let value = request[member].as_str().map(ToOwned::to_owned);
    value.ok_or_else(|| refusal("InvalidParameterValue", member))
}

fn url_of(name: &str) -> String {
    format!("{ENDPOINT}/000000000000/{name}")
}

fn arn_of(name: &str) -> String {
    format!("arn:aws:sqs:{}:000000000000:{name}", super::REGION)
}

fn queue_of(request: &Value) -> Result<String, Refusal> {
    let url = text(request, "QueueUrl")?;
    Ok(url.rsplit('/').next().unwrap_or_default().to_owned())
}

/// `{"maxReceiveCount": "5", "deadLetterTargetArn": "arn:…:name"}`
fn redrive_of(policy: &str) -> Option<(i64, String)> {
    let policy: Map<String, Value> = serde_json::from_str(policy).ok()?;
    let count = &policy["maxReceiveCount"];
    let count = count.as_i64().or_else(|| count.as_str()?.parse().ok())?;
    let name = policy["deadLetterTargetArn"].as_str()?.rsplit(':').next()?.to_owned();
    Some((count, name))
}

fn sending(entry: &Value) -> Result<Sending, Refusal> {
    let optional = |member: &str| entry[member].as_str().map(ToOwned::to_owned);
    Ok(Sending {
        body: text(entry, "MessageBody")?,
        group: optional("MessageGroupId"),
        deduplication_id: optional("MessageDeduplicationId"),
        delay: entry["DelaySeconds"].as_i64().unwrap_or(0).clamp(0, 900) * 1000,
    })
}

fn message_of(message: &Received) -> Value {
    let mut attributes = json!({
        "ApproximateReceiveCount": message.receives.to_string(),
        "SentTimestamp": message.sent.to_string(),
    });
    if let Some(group) = &message.group {
        attributes["MessageGroupId"] = json!(group);
    }
    json!({
        "MessageId": message.number.to_string(),
        "ReceiptHandle": format!("{}-{}", message.number, message.receives),
        "Body": message.body,
        "MD5OfBody": digest_of(&message.body),
        "Attributes": attributes,
    })
}

fn receipt(handle: &str) -> Result<(i64, i64), Refusal> {
    let parts = handle.split_once('-').and_then(|(number, count)| Some((number.parse().ok()?, count.parse().ok()?)));
    parts.ok_or_else(|| refusal("ReceiptHandleIsInvalid", handle))
}

/// The field is named for MD5, which the Rust SDK does not check; any digest does.
fn digest_of(body: &str) -> String {
    let digest = digest::digest(&digest::SHA256, body.as_bytes());
    hex::encode(&digest.as_ref()[..16])
}

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
