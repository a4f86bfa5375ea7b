//! What moves campaigns and takes uploads in, in one process, as event sources do on AWS: the queue, the fleet's stream, the
//! clock, the events of the object store.
//!
//! They call the same handlers with the same events. [`Pumps::start`] lets them run; [`Pumps::settle`] runs them until nothing
//! is left to do, which is how tests drive the engine without waiting.

mod clock;
mod lifecycle;
mod queue;
mod stream;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use harrier_runtime::App;
use tokio::task::JoinSet;

use crate::StackError;
use crate::embedded::dynamodb::EmbeddedDynamoDb;
use crate::embedded::s3::EmbeddedS3;
use crate::embedded::sqs::Depth;
pub use queue::{DEAD_LETTERS, MAX_RECEIVES, STEPS, StepMessages};
use stream::FleetStream;

/// Rounds after which work that makes itself new work is not waited for any more.
const MAX_ROUNDS: u32 = 200_000;

/// How long settling waits for steps that a running pump has taken.
const NAP: Duration = Duration::from_millis(2);

/// The engine's event sources.
#[derive(Clone)]
pub struct Pumps {
    inner: Arc<Inner>,
    database: Option<EmbeddedDynamoDb>,
    /// `None` where the objects are not embedded.
    objects: Option<EmbeddedS3>,
}

struct Inner {
    app: App,
    messages: StepMessages,
    /// `None` where the database is not embedded: what the fleet does is then the business of whoever has its stream.
    stream: Option<FleetStream>,
}

/// Running pumps; they stop when this is dropped.
pub(crate) struct Running(#[expect(dead_code, reason = "held, never read")] JoinSet<()>);

impl Pumps {
    /// For an app whose steps go to `messages` and whose fleet is in `database`.
    #[must_use]
    pub fn new(app: App, messages: StepMessages, database: Option<EmbeddedDynamoDb>) -> Self {
        let stream = database.clone().map(|database| FleetStream::new(&app, database));
        Self { inner: Arc::new(Inner { app, messages, stream }), database, objects: None }
    }

    /// The same for an app whose files are in `objects`, which then tell what has landed.
    #[must_use]
    pub fn with_objects(self, objects: EmbeddedS3) -> Self {
        Self { objects: Some(objects), ..self }
    }

    /// Lets them run in the background.
    pub(crate) fn start(&self) -> Running {
        let mut tasks = JoinSet::new();
        for _ in 0..queue::RECEIVERS {
            let pumps = self.clone();
            tasks.spawn(async move { pumps.inner.messages.run(&pumps.inner.app).await });
        }
        let pumps = self.clone();
        tasks.spawn(async move {
            if let Some(stream) = &pumps.inner.stream {
                stream.run(&pumps.inner.app, &pumps.inner.messages).await;
            }
        });
        let pumps = self.clone();
        tasks.spawn(async move { clock::run(&pumps.inner.app).await });
        let pumps = self.clone();
        tasks.spawn(async move { uploads::run(&pumps.inner.app, pumps.objects.as_ref()).await });
        let pumps = self.clone();
        tasks.spawn(async move { lifecycle::run(pumps.objects.as_ref(), pumps.database.as_ref()).await });
        Running(tasks)
    }

    /// Runs until no file is to be taken in, stream and queue are empty, and nothing is due at the app's time. Messages that wait for their time do not
    /// wait here.
    ///
    /// # Errors
    /// [`StackError::Unsettled`] when a step failed again and again, or when there is no end to the work.
    pub async fn settle(&self) -> Result<(), StackError> {
        while uploads::pass(&self.inner.app).await? {}
        for _ in 0..MAX_ROUNDS {
            if self.round().await? {
                continue;
            }
            let Depth { ready, out, waiting } = self.inner.messages.depth().await?;
            match (ready + waiting, out) {
                (0, 0) => return self.all_done().await,
                // A running pump has them.
                (0, _) => tokio::time::sleep(NAP).await,
                _ => {}
            }
        }
        Err(StackError::Unsettled("the work does not end".to_owned()))
    }

    /// One look at everything; says whether there was something to do.
    async fn round(&self) -> Result<bool, StackError> {
        let Inner { app, messages, stream } = &*self.inner;
        let mut busy = false;
        if let Some(stream) = stream {
            busy |= stream.pass(app, messages).await?;
        }
        busy |= clock::tick(app).await?;
        messages.hurry().await?;
        busy |= messages.pass(app).await?;
        Ok(busy)
    }

    async fn all_done(&self) -> Result<(), StackError> {
        match self.dead_letters(1).await?.pop() {
            None => Ok(()),
            Some((_, step)) => Err(StackError::Unsettled(format!("a step failed again and again: {step}"))),
        }
    }

    /// The oldest steps that failed too often: when they were sent (epoch milliseconds), and their text.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn dead_letters(&self, limit: u32) -> Result<Vec<(i64, String)>, StackError> {
        self.inner.messages.dead_letters(limit).await
    }

    /// When the oldest step was sent that is not done yet, epoch milliseconds.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn oldest_step(&self) -> Result<Option<i64>, StackError> {
        self.inner.messages.oldest().await
    }

    /// How many steps failed too often.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn dead_letter_count(&self) -> Result<i64, StackError> {
        self.inner.messages.dead_letter_count().await
    }

    /// How many steps wait or are being done.
    ///
    /// # Errors
    /// When the queue's file fails.
    pub async fn depth(&self) -> Result<Depth, StackError> {
        self.inner.messages.depth().await
    }
}
