//! Invalidating distribution sets (`domain-behaviour.md` §9, management §5.6 "Invalidation effects").
//!
//! The sets are invalid with the request. What follows is a job: automatic assignments and rollouts go, then one chain of
//! steps for each shard of the fleet takes the open actions back. An assignment that found the set valid just before may still
//! be under way; so each shard is passed a second time, when every request from before has ended.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_deployments::decide_on_open_actions;
use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use harrier_domain::invalidation::{CancelationType, invalidate};
use harrier_domain::software::DistributionSet;
use harrier_domain::target::Target;
use harrier_store::{Job, JobKind, Loaded, Sequence, StoreError, TARGET_SHARDS, until_settled};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, Progress};
use crate::{Engine, EngineError, Result, Step, Work, auto_assignments, rollouts};

/// Targets looked at in one step.
const PAGE: i32 = 500;

/// Targets changed at the same time.
const CONCURRENCY: usize = 16;

/// After this time no request is under way any more that found a set valid, milliseconds: twice what a request may take.
const LAST_ASSIGNMENTS: i64 = 60_000;

/// A step of an invalidation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InvalidationStep {
    /// Does what comes first, and sends the steps of shards that stand still.
    Resume { job: i64 },
    /// Takes actions of some targets of a shard back.
    Cancel { job: i64, shard: u32, cursor: Cursor },
}

/// How far a shard is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    /// The second pass.
    again: bool,
    /// The last controller id that was looked at.
    after: Option<String>,
}

/// What a job is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    sets: Vec<i64>,
    cancelation: CancelationType,
}

/// Invalidates the sets, all or none, and starts what follows from it.
///
/// # Errors
/// The refusals of [`invalidate`], and [`harrier_domain::Error::NotFound`]: nothing has changed then.
pub async fn start(
    engine: &Engine,
    tenant: &Tenant,
    sets: &[i64],
    cancelation: CancelationType,
    actor: &Actor,
) -> Result<(), StoreError> {
    let order = Order { sets: sets.to_vec(), cancelation };
    let job = until_settled(|| mark(engine, tenant, &order, actor)).await?;
    // From here on the clock brings it to its end, whatever happens to us.
    if let Err(error) = resume(engine, tenant, job).await {
        tracing::error!(%tenant, job, %error, "an invalidation waits for the clock");
    }
    Ok(())
}

/// One transaction: the sets, the job, and its place on the clock's list. Returns the job's id.
async fn mark(engine: &Engine, tenant: &Tenant, order: &Order, actor: &Actor) -> Result<i64, StoreError> {
    let store = &engine.store;
    let id = store.next_id(tenant, Sequence::Job).await?;
    let mut transaction = store.transaction(tenant);
    for set in &order.sets {
        let mut set: Loaded<DistributionSet> = store.get(tenant, *set).await?;
        let complete = store.describe_set(tenant, (*set).clone()).await?.is_complete();
        invalidate(&mut set, complete, actor, engine.now)?;
        transaction.save_or_check(&set);
    }
    let job = Job {
        kind: JobKind::Invalidation,
        id,
        started_by: actor.name().to_owned(),
        started_at: engine.now,
        finished_at: None,
        order: jobs::text(order).map_err(unstorable)?,
        looked_at: 0,
        changed: 0,
        revision: 1,
    };
    let parts = if order.cancelation == CancelationType::None { 0 } else { TARGET_SHARDS };
    let resume = step(tenant, InvalidationStep::Resume { job: id });
    jobs::create(&mut transaction, &job, parts, &Cursor::default(), &resume).map_err(unstorable)?;
    transaction.commit().await?;
    Ok(id)
}

fn unstorable(error: EngineError) -> StoreError {
    StoreError::Backend(error.to_string())
}

fn step(tenant: &Tenant, step: InvalidationStep) -> Step {
    Step::new(tenant, Work::Invalidate(step))
}

/// Performs a step.
pub(crate) async fn perform(engine: &Engine, tenant: &Tenant, work: &InvalidationStep) -> Result<()> {
    match work {
        InvalidationStep::Resume { job } => resume(engine, tenant, *job).await,
        InvalidationStep::Cancel { job, shard, cursor } => cancel(engine, tenant, *job, *shard, cursor).await,
    }
}

async fn resume(engine: &Engine, tenant: &Tenant, id: i64) -> Result<()> {
    let Some(job) = unfinished(engine, tenant, id).await? else {
        return Ok(());
    };
    let Order { sets, cancelation } = jobs::read(&job.order)?;
    let actor = Actor::User(job.started_by.clone());
    auto_assignments::remove_of_sets(engine, tenant, &sets).await?;
    match cancelation {
        CancelationType::None => {}
        CancelationType::Soft => rollouts::stop_of_sets(engine, tenant, &sets, &actor).await?,
        CancelationType::Force => rollouts::delete_of_sets(engine, tenant, &sets, &actor).await?,
    }
    let parts = jobs::standing_still(engine, tenant, JobKind::Invalidation, id).await?;
    let steps = parts.iter().map(|part| {
        let cursor = jobs::read(&part.cursor)?;
        Ok(step(tenant, InvalidationStep::Cancel { job: id, shard: part.part, cursor }))
    });
    engine.steps.send(&steps.collect::<Result<Vec<_>>>()?).await
}

async fn unfinished(engine: &Engine, tenant: &Tenant, id: i64) -> Result<Option<Loaded<Job>>> {
    let job = engine.store.job(tenant, JobKind::Invalidation, id).await?;
    Ok(job.filter(|job| job.finished_at.is_none()))
}

async fn cancel(engine: &Engine, tenant: &Tenant, id: i64, shard: u32, cursor: &Cursor) -> Result<()> {
    let part = jobs::expecting(engine, tenant, (JobKind::Invalidation, id, shard), cursor).await?;
    let (Some(part), Some(job)) = (part, unfinished(engine, tenant, id).await?) else {
        return Ok(());
    };
    let order: Order = jobs::read(&job.order)?;
    let actor = Actor::User(job.started_by.clone());
    let page = engine.store.target_page(tenant, shard, cursor.after.as_deref(), PAGE).await?;
    let (looked_at, last) = (page.len(), page.last().map(|target| target.controller_id.clone()));
    let changed = stream::iter(page)
        .map(|target| cancel_of_target(engine, tenant, target, &order, &actor))
        .buffer_unordered(CONCURRENCY)
        .try_fold(0, async |sum, canceled| Ok(sum + canceled))
        .await?;
    let next = match last {
        Some(last) => Some(Cursor { after: Some(last), ..*cursor }),
        None if cursor.again => None,
        None => Some(Cursor { again: true, after: None }),
    };
    if let Some(cursor) = jobs::advance(engine, tenant, part, Progress { looked_at, changed, next }).await? {
        let pause = if cursor.again && cursor.after.is_none() { pause(&job, engine.now) } else { 0 };
        let next = step(tenant, InvalidationStep::Cancel { job: id, shard, cursor });
        engine.steps.send_later(&next, pause).await?;
    }
    Ok(())
}

/// Seconds until the second pass.
fn pause(job: &Job, now: i64) -> u32 {
    let millis = job.started_at + LAST_ASSIGNMENTS - now;
    u32::try_from(millis.max(0) / 1000 + 1).unwrap_or(1)
}

/// How many actions were changed.
async fn cancel_of_target(
    engine: &Engine,
    tenant: &Tenant,
    target: Loaded<Target>,
    order: &Order,
    actor: &Actor,
) -> Result<usize> {
    let concerned = |action: &harrier_domain::target::OpenAction| {
        order.sets.contains(&action.distribution_set) && order.cancelation.concerns(action)
    };
    if !target.open_actions.iter().any(concerned) {
        return Ok(0);
    }
    let decide = |target: &mut Target, action: &mut _| order.cancelation.cancel(target, action, actor, engine.now);
    Ok(decide_on_open_actions(&engine.store, tenant, target, concerned, decide).await?)
}
