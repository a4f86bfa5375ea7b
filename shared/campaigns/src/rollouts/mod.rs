//! Rollouts (`domain-behaviour.md` §11).
//!
//! A rollout moves by [`RolloutStep::Advance`]: one decision, taken alone, written on the condition that nobody changed the
//! rollout meanwhile. What grows with the fleet is the work of jobs: a walk through the fleet or through the members of a
//! group, cut into steps. A job's item says where its next step starts, and a step that does not know the item's revision is
//! a duplicate. The steps themselves skip what is done, so that one that is repeated after a crash does nothing twice.
//!
//! | status | jobs | ends when |
//! |---|---|---|
//! | CREATING | collect (lanes through the fleet), fill | all groups have their targets |
//! | STARTING | schedule (a group each) | every group is scheduled |
//! | RUNNING | start (each group that begins) | by [`harrier_domain::rollout::advance::evaluate`] |
//! | STOPPING | stop (groups with open actions) | the counters say that nothing runs |
//! | DELETING | quit (groups with open actions), erase | soft-deleted if actions are left, else gone |

mod advance;
mod collect;
mod control;
mod creation;
mod delivery;
mod erase;
mod fill;
mod involve;
mod jobs;
mod matching;
mod schedule;
mod situation;
mod start;
mod wind_down;

use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::audit::Actor;
use harrier_store::RolloutTask;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub use control::{decide, delete, pause, resume, start as begin, stop, trigger_next, update};
pub use creation::{create, retry};

use crate::{Engine, Result, Step, Work};

/// What rollouts are called in leases and on the clock's list.
const KIND: &str = "rollout";

/// A step of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RolloutStep {
    /// One decision about what happens next.
    Advance { rollout: i64 },
    /// The same, from the clock: jobs that stand still are set going again.
    Remind { rollout: i64 },
    /// The next part of a job, if it still has this revision.
    Job { rollout: i64, job: RolloutTask, revision: u64 },
    /// Puts waiting targets into the last group of a dynamic rollout.
    Place { rollout: i64 },
}

impl RolloutStep {
    fn of(self, tenant: &Tenant) -> Step {
        Step::new(tenant, Work::Rollout(self))
    }
}

/// Performs a step.
pub(crate) async fn perform(engine: &Engine, tenant: &Tenant, step: &RolloutStep) -> Result<()> {
    match step {
        RolloutStep::Advance { rollout } => advance::advance(engine, tenant, *rollout, step, false).await,
        RolloutStep::Remind { rollout } => advance::advance(engine, tenant, *rollout, step, true).await,
        RolloutStep::Job { rollout, job, revision } => jobs::perform(engine, tenant, *rollout, *job, *revision).await,
        RolloutStep::Place { rollout } => involve::place(engine, tenant, *rollout, step).await,
    }
}

/// Whether a rollout may move on because of a change of one of its actions.
pub(crate) fn matters(before: Option<&Action>, after: Option<&Action>) -> bool {
    let of_rollout = before.or(after).is_some_and(|action| action.rollout.is_some());
    let ended = |action: &Action| !action.active && action.status != harrier_domain::action::ActionStatus::Scheduled;
    let status = |action: Option<&Action>| action.map(|action| action.status);
    of_rollout && status(before) != status(after) && after.is_none_or(ended)
}

/// Actions of these rollouts ended, or were removed.
pub(crate) async fn progressed(engine: &Engine, rollouts: &BTreeSet<(Tenant, i64)>) -> Result<()> {
    let advance = |(tenant, rollout): &(Tenant, i64)| RolloutStep::Advance { rollout: *rollout }.of(tenant);
    engine.steps.send(&rollouts.iter().map(advance).collect::<Vec<_>>()).await
}

/// These targets were made or changed: dynamic groups may take them.
pub(crate) async fn targets_changed(engine: &Engine, targets: &BTreeSet<(Tenant, String)>) -> Result<()> {
    involve::consider(engine, targets).await
}

/// Stops the rollouts of these sets that can be stopped (`domain-behaviour.md` §9.1). Repeating it is harmless.
pub(crate) async fn stop_of_sets(engine: &Engine, tenant: &Tenant, sets: &[i64], actor: &Actor) -> Result<()> {
    control::end_all_of_sets(engine, tenant, sets, control::Ending::Stop, actor).await
}

/// Deletes the rollouts of these sets that could be stopped (`domain-behaviour.md` §9.1). Repeating it is harmless.
pub(crate) async fn delete_of_sets(engine: &Engine, tenant: &Tenant, sets: &[i64], actor: &Actor) -> Result<()> {
    control::end_all_of_sets(engine, tenant, sets, control::Ending::Delete, actor).await
}
