//! Removing old actions, as the tenant's configuration has it (`domain-behaviour.md` §17.4).
//!
//! Once a day, and when the configuration changes, the clock starts a run: a job with one chain of steps for each partition
//! of the index of actions.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_deployments::remove_actions;
use harrier_domain::action::{Action, ActionStatus};
use harrier_domain::configuration::TenantConfiguration;
use harrier_domain::{Error, Tenant};
use harrier_store::{ACTION_SHARDS, ActionReference, Job, JobKind, Loaded, StoreError, Transaction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::jobs::{self, Progress};
use crate::{Engine, EngineError, Result, Step, Work, due};

/// From one run to the next, milliseconds.
const PERIOD: i64 = 24 * 60 * 60 * 1000;

/// Actions looked at in one step.
const PAGE: i32 = 300;

/// Targets changed at the same time.
const CONCURRENCY: usize = 8;

/// What the schedule of a tenant is called where the clock looks.
const SCHEDULE: &str = "clean-up-schedule";

/// A step of a clean-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CleanUpStep {
    /// Starts the run that was planned for this time (epoch milliseconds). A run starts once.
    Start { run: i64 },
    /// Sends the steps of parts that stand still.
    Resume { run: i64 },
    /// Looks at some actions of a partition of the index: those after this id.
    Remove { run: i64, part: u32, after: i64 },
}

/// What a run removes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    statuses: Vec<String>,
    /// Actions that were last modified before this time, epoch milliseconds.
    before: i64,
}

impl Order {
    fn takes(&self, status: ActionStatus) -> bool {
        self.statuses.iter().any(|name| name == status.name())
    }

    /// The age is that of the last change by an operator or the server, as in the contract: what devices report does not
    /// make an action younger.
    fn removes(&self, action: &Action) -> bool {
        self.takes(action.status) && action.audit.modified_at < self.before
    }
}

fn step(tenant: &Tenant, step: CleanUpStep) -> Step {
    Step::new(tenant, Work::CleanUp(step))
}

/// Plans the next run with a configuration that changes: now, or never.
///
/// # Errors
/// When the step has no JSON.
pub fn plan(
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    configuration: &TenantConfiguration,
    now: i64,
) -> Result<(), StoreError> {
    if configuration.action_cleanup().is_none() {
        due::clear(transaction, tenant, SCHEDULE, 0);
        return Ok(());
    }
    let planned = due::set(transaction, SCHEDULE, 0, now, &step(tenant, CleanUpStep::Start { run: now }));
    planned.map_err(|error| StoreError::Backend(error.to_string()))
}

/// Performs a step.
pub(crate) async fn perform(engine: &Engine, tenant: &Tenant, work: &CleanUpStep) -> Result<()> {
    match work {
        CleanUpStep::Start { run } => start(engine, tenant, *run).await,
        CleanUpStep::Resume { run } => resume(engine, tenant, *run).await,
        CleanUpStep::Remove { run, part, after } => remove(engine, tenant, *run, *part, *after).await,
    }
}

async fn start(engine: &Engine, tenant: &Tenant, run: i64) -> Result<()> {
    let mut transaction = engine.store.transaction(tenant);
    let snapshot = engine.tenants.fresh(tenant, engine.now).await?;
    let Some(clean_up) = snapshot.and_then(|tenant| tenant.configuration.action_cleanup()) else {
        due::clear(&mut transaction, tenant, SCHEDULE, 0);
        return Ok(transaction.commit().await?);
    };
    let order = Order { statuses: clean_up.statuses, before: engine.now.saturating_sub(clean_up.expiry) };
    let job = Job {
        kind: JobKind::CleanUp,
        id: run,
        started_by: harrier_domain::audit::SYSTEM.to_owned(),
        started_at: engine.now,
        finished_at: None,
        order: jobs::text(&order)?,
        looked_at: 0,
        changed: 0,
        revision: 1,
    };
    let parts = u32::try_from(ACTION_SHARDS).unwrap_or(0);
    jobs::create(&mut transaction, &job, parts, &0_i64, &step(tenant, CleanUpStep::Resume { run }))?;
    let next = engine.now.max(run) + PERIOD;
    due::set(&mut transaction, SCHEDULE, 0, next, &step(tenant, CleanUpStep::Start { run: next }))?;
    match transaction.commit().await {
        Ok(()) => resume(engine, tenant, run).await,
        // The step came twice: the run has started already.
        Err(StoreError::Conflict) if engine.store.job(tenant, JobKind::CleanUp, run).await?.is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn resume(engine: &Engine, tenant: &Tenant, run: i64) -> Result<()> {
    let parts = jobs::standing_still(engine, tenant, JobKind::CleanUp, run).await?;
    let steps = parts.iter().map(|part| {
        let after = jobs::read(&part.cursor)?;
        Ok(step(tenant, CleanUpStep::Remove { run, part: part.part, after }))
    });
    engine.steps.send(&steps.collect::<Result<Vec<_>>>()?).await
}

async fn remove(engine: &Engine, tenant: &Tenant, run: i64, part: u32, after: i64) -> Result<()> {
    let store = &engine.store;
    let expected = jobs::expecting(engine, tenant, (JobKind::CleanUp, run, part), &after).await?;
    let (Some(expected), Some(job)) = (expected, store.job(tenant, JobKind::CleanUp, run).await?) else {
        return Ok(());
    };
    let order: Order = jobs::read(&job.order)?;
    let page = store.action_page(tenant, i64::from(part), after, PAGE).await?;
    let changed = stream::iter(old_ones(engine, tenant, &page, &order).await?)
        .map(|(controller_id, ids)| remove_of_target(engine, tenant, controller_id, ids, &order))
        .buffer_unordered(CONCURRENCY)
        .try_fold(0, async |sum, removed| Ok(sum + removed))
        .await?;
    let progress = Progress { looked_at: page.len(), changed, next: page.last().map(|last| last.id) };
    match jobs::advance(engine, tenant, expected, progress).await? {
        Some(after) => engine.steps.send(&[step(tenant, CleanUpStep::Remove { run, part, after })]).await,
        None => Ok(()),
    }
}

/// Ids of actions to be removed, by controller id.
async fn old_ones(
    engine: &Engine,
    tenant: &Tenant,
    page: &[ActionReference],
    order: &Order,
) -> Result<BTreeMap<String, Vec<i64>>> {
    let actions: Vec<Loaded<Action>> = engine.store.actions_at(tenant, page).await?;
    let mut old = BTreeMap::<String, Vec<i64>>::new();
    for action in actions.iter().filter(|action| order.removes(action)) {
        old.entry(action.controller_id.clone()).or_default().push(action.id);
    }
    Ok(old)
}

async fn remove_of_target(
    engine: &Engine,
    tenant: &Tenant,
    controller_id: String,
    ids: Vec<i64>,
    order: &Order,
) -> Result<usize, EngineError> {
    match remove_actions(&engine.store, tenant, &controller_id, &ids, |status| order.takes(status)).await {
        Ok(()) => Ok(ids.len()),
        // One of them changed meanwhile; the next run looks again.
        Err(StoreError::Refused(Error::ActionNotDeletable)) => Ok(0),
        Err(error) => Err(error.into()),
    }
}
