//! Passes over a whole tenant: one chain of steps for each part, each step with a cursor.
//!
//! A step whose cursor is not the one its part expects is a late duplicate, and does nothing. A step that was done moves the
//! cursor and then sends the next one; when the message in between is lost, the clock finds the part standing still.

use harrier_domain::Tenant;
use harrier_store::{Job, JobKind, JobPart, Loaded, StoreError, Transaction};
use serde::Serialize;

use crate::due::{self, WATCHDOG};
use crate::{Engine, EngineError, Result, Step};

/// What a step did, and where its part goes on.
pub(crate) struct Progress<C> {
    pub looked_at: usize,
    pub changed: usize,
    /// `None` at the end of the part.
    pub next: Option<C>,
}

/// Adds a new job with its parts to a transaction; the clock sends `resume` a minute later if it is not finished then.
pub(crate) fn create(
    transaction: &mut Transaction<'_>,
    job: &Job,
    parts: u32,
    cursor: &impl Serialize,
    resume: &Step,
) -> Result<()> {
    transaction.create(job);
    for part in 0..parts {
        transaction.create(&JobPart {
            kind: job.kind,
            job: job.id,
            part,
            cursor: text(cursor)?,
            done: false,
            // The first time, whoever resumes the job finds all of them standing still.
            moved_at: 0,
            looked_at: 0,
            changed: 0,
            revision: 1,
        });
    }
    due::set(transaction, job.kind.name(), job.id, job.started_at + WATCHDOG, resume)
}

/// The part, if this is the cursor it expects.
pub(crate) async fn expecting(
    engine: &Engine,
    tenant: &Tenant,
    (kind, job, part): (JobKind, i64, u32),
    cursor: &impl Serialize,
) -> Result<Option<Loaded<JobPart>>> {
    let cursor = text(cursor)?;
    let found = engine.store.job_part(tenant, kind, job, part).await?;
    Ok(found.filter(|part| !part.done && part.cursor == cursor))
}

/// Moves the part on. Returns the cursor of the step to send, unless another worker was faster or the part is at its end.
pub(crate) async fn advance<C: Serialize>(
    engine: &Engine,
    tenant: &Tenant,
    mut part: Loaded<JobPart>,
    progress: Progress<C>,
) -> Result<Option<C>> {
    part.looked_at += progress.looked_at as u64;
    part.changed += progress.changed as u64;
    part.moved_at = engine.now;
    match &progress.next {
        Some(next) => part.cursor = text(next)?,
        None => part.done = true,
    }
    let mut transaction = engine.store.transaction(tenant);
    transaction.save(&part);
    match transaction.commit().await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    if part.done {
        finish(engine, tenant, part.kind, part.job).await?;
    }
    Ok(progress.next)
}

/// The parts that stand still. A job without any that are left is finished on the way.
pub(crate) async fn standing_still(
    engine: &Engine,
    tenant: &Tenant,
    kind: JobKind,
    job: i64,
) -> Result<Vec<Loaded<JobPart>>> {
    let parts = engine.store.job_parts(tenant, kind, job).await?;
    if parts.iter().all(|part| part.done) {
        finish(engine, tenant, kind, job).await?;
    }
    let still = |part: &Loaded<JobPart>| !part.done && part.moved_at <= engine.now - WATCHDOG;
    Ok(parts.into_iter().filter(still).collect())
}

/// Ends the job if all of its parts are done: its parts go, their numbers stay.
async fn finish(engine: &Engine, tenant: &Tenant, kind: JobKind, id: i64) -> Result<()> {
    let Some(mut job) = engine.store.job(tenant, kind, id).await? else {
        return Ok(());
    };
    let parts = engine.store.job_parts(tenant, kind, id).await?;
    if job.finished_at.is_some() || parts.iter().any(|part| !part.done) {
        return Ok(());
    }
    job.finished_at = Some(engine.now);
    job.looked_at = parts.iter().map(|part| part.looked_at).sum();
    job.changed = parts.iter().map(|part| part.changed).sum();
    let mut transaction = engine.store.transaction(tenant);
    transaction.save(&job);
    for part in &parts {
        transaction.delete(part);
    }
    due::clear(&mut transaction, tenant, kind.name(), id);
    match transaction.commit().await {
        Ok(()) => {
            tracing::info!(%tenant, job = kind.name(), id, looked_at = job.looked_at, changed = job.changed, "a job is finished");
            Ok(())
        }
        // Whoever finished the last part at the same time did it.
        Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Cursors and orders as they are stored.
pub(crate) fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| EngineError::Unreadable(error.to_string()))
}

/// Reads them back.
pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| EngineError::Unreadable(error.to_string()))
}
