//! Files that were put into storage, to `artifact-intake`: as S3 and EventBridge do on AWS.
//!
//! The file itself is the message, and the handler removes it last. So nothing is lost that was there when the process died:
//! at a start, and after a failure, storage is looked through.

use std::collections::HashSet;
use std::time::Duration;

use artifact_intake::{Landed, handle};
use harrier_artifacts::Incoming;
use harrier_runtime::App;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::StackError;
use crate::embedded::s3::{CreatedObject, EmbeddedS3};

/// Files taken in at the same time.
const CONCURRENCY: usize = 4;

/// The time to another try, and to another look at storage that is not embedded and tells us nothing.
const PAUSE: Duration = Duration::from_secs(10);

/// Takes in what lands, for ever.
pub(super) async fn run(app: &App, objects: Option<&EmbeddedS3>) {
    let mut intake = Intake::new(app);
    let mut created = objects.map(EmbeddedS3::created_objects);
    let mut next_look = Some(Instant::now());
    loop {
        intake.begin_more();
        tokio::select! {
            landed = next(&mut created) => match landed {
                Some(incoming) => drop(intake.waiting.insert(incoming)),
                None => next_look = Some(Instant::now()),
            },
            Some(outcome) = intake.tasks.join_next() => {
                if !intake.end(outcome) {
                    next_look = next_look.or_else(|| Some(Instant::now() + PAUSE));
                }
            }
            () = sleep_until(next_look.unwrap_or_else(Instant::now)), if next_look.is_some() => {
                let must_look_again = intake.look().await.is_err() || created.is_none();
                next_look = must_look_again.then(|| Instant::now() + PAUSE);
            }
        }
    }
}

/// Takes in what lies in storage; says whether there was anything.
pub(super) async fn pass(app: &App) -> Result<bool, StackError> {
    let found = app.artifacts.incoming().await?;
    for incoming in &found {
        take_in(app, incoming).await?;
    }
    Ok(!found.is_empty())
}

async fn take_in(app: &App, incoming: &Incoming) -> Result<(), StackError> {
    Ok(handle(Landed::at(&app.settings.bucket, &incoming.key()), app).await?)
}

/// The next file that landed; `None` when some may have been missed. For ever where nothing tells us.
async fn next(created: &mut Option<Receiver<CreatedObject>>) -> Option<Incoming> {
    let Some(created) = created else { return std::future::pending().await };
    loop {
        match created.recv().await {
            Ok(object) => {
                if let Some(incoming) = Incoming::parse(&object.key) {
                    return Some(incoming);
                }
            }
            Err(RecvError::Lagged(_)) => return None,
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

struct Intake {
    app: App,
    waiting: HashSet<Incoming>,
    under_way: HashSet<Incoming>,
    tasks: JoinSet<(Incoming, bool)>,
}

impl Intake {
    fn new(app: &App) -> Self {
        Self { app: app.clone(), waiting: HashSet::new(), under_way: HashSet::new(), tasks: JoinSet::new() }
    }

    async fn look(&mut self) -> harrier_domain::Result<()> {
        self.waiting.extend(self.app.artifacts.incoming().await?);
        Ok(())
    }

    fn begin_more(&mut self) {
        while self.tasks.len() < CONCURRENCY {
            let next = self.waiting.iter().find(|incoming| !self.under_way.contains(incoming)).cloned();
            let Some(incoming) = next else { return };
            self.waiting.remove(&incoming);
            self.under_way.insert(incoming.clone());
            let app = self.app.clone();
            self.tasks.spawn(async move {
                let is_done = take_in(&app, &incoming).await.is_ok();
                (incoming, is_done)
            });
        }
    }

    /// Whether the task did its work.
    fn end(&mut self, outcome: Result<(Incoming, bool), tokio::task::JoinError>) -> bool {
        match outcome {
            Ok((incoming, is_done)) => {
                self.under_way.remove(&incoming);
                is_done
            }
            Err(error) => {
                tracing::error!(%error, "taking a file in was interrupted");
                self.under_way.clear();
                false
            }
        }
    }
}
