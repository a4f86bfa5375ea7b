//! The steps of jobs.

use harrier_domain::Tenant;
use harrier_domain::rollout::{Rollout, RolloutGroup, RolloutStatus};
use harrier_store::{GroupMember, Loaded, RolloutJob, RolloutProgress, RolloutTask, StoreError};

use super::situation::step_of;
use super::{RolloutStep, collect, erase, fill, involve, schedule, start, wind_down};
use crate::{Engine, Result};

/// What a step of a job has before it.
pub(super) struct Work<'a> {
    pub engine: &'a Engine,
    pub tenant: &'a Tenant,
    pub rollout: &'a Loaded<Rollout>,
    pub job: &'a RolloutJob,
}

/// Members of a group that one step looks at.
const MEMBERS: i32 = 500;

impl Work<'_> {
    /// The members of a group that the step is about: the next ones, in the order of their numbers.
    pub async fn members(&self, group: i64) -> Result<Vec<GroupMember>> {
        Ok(self.engine.store.members(self.tenant, group, self.job.progress.number, MEMBERS).await?)
    }
}

/// What a step came to.
pub(super) enum Outcome {
    /// The job goes on from here.
    Continue(RolloutProgress),
    /// The job is done; the progress says what it came to.
    Done(RolloutProgress),
    /// Something is in the way. The clock tries again.
    Blocked,
}

impl Outcome {
    /// These members are dealt with. None are left when there were none.
    pub fn after(members: &[GroupMember]) -> Self {
        match members.last() {
            Some(last) => Self::Continue(RolloutProgress { number: last.number, ..RolloutProgress::default() }),
            None => Self::Done(RolloutProgress::default()),
        }
    }
}

/// Performs a step, unless it is a duplicate, or the rollout has moved on to where the job has no place.
pub(super) async fn perform(
    engine: &Engine,
    tenant: &Tenant,
    rollout: i64,
    kind: RolloutTask,
    revision: u64,
) -> Result<()> {
    let store = &engine.store;
    let Some(mut job) = store.rollout_job(tenant, rollout, kind).await? else {
        return Ok(());
    };
    let Some(rollout) = store.find_rollout(tenant, rollout).await? else {
        return Ok(());
    };
    if job.done || job.stored_revision() != revision || !has_place(kind, rollout.status) {
        return Ok(());
    }
    let work = Work { engine, tenant, rollout: &rollout, job: &job };
    let (outcome, filled) = match kind {
        RolloutTask::Collect(lane) => (collect::step(&work, lane).await?, Vec::new()),
        RolloutTask::Fill => fill::step(&work).await?,
        RolloutTask::Schedule(group) => (schedule::step(&work, group).await?, Vec::new()),
        RolloutTask::Start(group) => (start::step(&work, group).await?, Vec::new()),
        RolloutTask::Stop(group) | RolloutTask::Quit(group) => (wind_down::step(&work, group).await?, Vec::new()),
        RolloutTask::Involve => (involve::step(&work).await?, Vec::new()),
        RolloutTask::Erase(group) => (erase::step(&work, group).await?, Vec::new()),
    };
    (job.progress, job.done) = match outcome {
        Outcome::Continue(progress) => (progress, false),
        Outcome::Done(progress) => (progress, true),
        Outcome::Blocked => return Ok(()),
    };
    // A step that made no way still counts: the revision tells it from the one before.
    let made_no_way = job.as_stored()?.progress == job.progress && !job.done;
    if made_no_way || !save(engine, tenant, &job, &filled).await? {
        return Ok(());
    }
    let next = if job.done { RolloutStep::Advance { rollout: rollout.id } } else { step_of(&job, revision + 1) };
    engine.steps.send(&[next.of(tenant)]).await
}

/// Returns whether nobody else was faster.
async fn save(
    engine: &Engine,
    tenant: &Tenant,
    job: &Loaded<RolloutJob>,
    filled: &[Loaded<RolloutGroup>],
) -> Result<bool> {
    let mut transaction = engine.store.transaction(tenant);
    transaction.save(job);
    for group in filled {
        transaction.save(group);
    }
    match transaction.commit().await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether a job of this kind belongs to a rollout of this status. A paused rollout starts nothing.
fn has_place(kind: RolloutTask, status: RolloutStatus) -> bool {
    match kind {
        RolloutTask::Collect(_) | RolloutTask::Fill => status == RolloutStatus::Creating,
        RolloutTask::Schedule(_) => status == RolloutStatus::Starting,
        RolloutTask::Start(_) | RolloutTask::Involve => status == RolloutStatus::Running,
        RolloutTask::Stop(_) => status == RolloutStatus::Stopping,
        RolloutTask::Quit(_) | RolloutTask::Erase(_) => status == RolloutStatus::Deleting,
    }
}
