//! A rollout with its groups and jobs, as one decision sees it.

use futures::future::try_join_all;
use harrier_domain::Tenant;
use harrier_domain::rollout::advance::{GroupCounts, next_dynamic};
use harrier_domain::rollout::{GroupStatus, MANUAL_START, Rollout, RolloutGroup, RolloutStatus};
use harrier_store::{
    DynamicRollout, Loaded, Record, Result, RolloutJob, RolloutProgress, RolloutTask, Sequence, Transaction,
};

use super::involve::PASS_PERIOD;
use super::{KIND, RolloutStep};
use crate::{Engine, due};

/// Loaded, changed, and written in one transaction.
pub(super) struct Situation {
    pub rollout: Loaded<Rollout>,
    /// In their order; the ones beyond those that were loaded are new.
    pub groups: Vec<RolloutGroup>,
    loaded: Vec<Loaded<RolloutGroup>>,
    pub jobs: Vec<Loaded<RolloutJob>>,
    new_jobs: Vec<RolloutJob>,
    ended_jobs: Vec<RolloutTask>,
    removed_groups: Vec<i64>,
}

/// Running groups up to which their counters are read group by group.
const FEW_GROUPS: usize = 8;

impl Situation {
    /// `None` for a rollout that is gone.
    pub async fn load(engine: &Engine, tenant: &Tenant, id: i64) -> Result<Option<Self>> {
        let Some(rollout) = engine.store.find_rollout(tenant, id).await? else {
            return Ok(None);
        };
        let (groups, jobs) =
            futures::try_join!(engine.store.rollout_groups(tenant, id), engine.store.rollout_jobs(tenant, id))?;
        Ok(Some(Self {
            rollout,
            groups: groups.iter().map(|group| (**group).clone()).collect(),
            loaded: groups,
            jobs,
            new_jobs: Vec::new(),
            ended_jobs: Vec::new(),
            removed_groups: Vec::new(),
        }))
    }

    /// The counts of the running groups.
    pub async fn running_counts(&self, engine: &Engine, tenant: &Tenant) -> Result<GroupCounts> {
        let running = self.groups.iter().filter(|group| group.status == GroupStatus::Running);
        let running: Vec<i64> = running.map(|group| group.id).collect();
        let (store, rollout) = (&engine.store, self.rollout.id);
        if running.len() > FEW_GROUPS {
            return store.rollout_counts(tenant, rollout).await;
        }
        let count = |group| async move {
            let counts = store.group_counts(tenant, rollout, group).await?;
            Ok::<_, harrier_store::StoreError>((group, counts))
        };
        Ok(try_join_all(running.into_iter().map(count)).await?.into_iter().collect())
    }

    /// Another dynamic group follows the last one.
    pub async fn append_group(&mut self, engine: &Engine, tenant: &Tenant) -> Result<()> {
        let id = engine.store.next_id(tenant, Sequence::RolloutGroup).await?;
        self.groups.extend(next_dynamic(&self.rollout, &self.groups, id, engine.now));
        self.rollout.groups = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        Ok(())
    }

    /// Removes a group with the transaction of this decision.
    pub fn remove_group(&mut self, id: i64) {
        self.removed_groups.push(id);
    }

    /// Begins a job with the transaction of this decision.
    pub fn begin(&mut self, kind: RolloutTask) {
        self.new_jobs.push(RolloutJob::new(self.rollout.id, kind));
    }

    /// Begins the pass over the fleet for dynamic groups, anew if it is under way.
    pub fn look_for_targets(&mut self, now: i64) {
        if !self.rollout.dynamic {
            return;
        }
        self.rollout.involve_after = now + PASS_PERIOD;
        match self.jobs.iter_mut().find(|job| job.kind == RolloutTask::Involve) {
            Some(job) => (job.progress, job.done) = (RolloutProgress::default(), false),
            None => self.begin(RolloutTask::Involve),
        }
    }

    /// Takes a job off the list with the transaction of this decision.
    pub fn end(&mut self, kind: RolloutTask) {
        self.ended_jobs.push(kind);
    }

    /// The job, if there is one.
    pub fn job(&self, kind: RolloutTask) -> Option<&RolloutJob> {
        self.jobs.iter().map(|job| &**job).find(|job| job.kind == kind)
    }

    /// How many jobs are under way.
    pub fn unfinished(&self) -> usize {
        self.jobs.iter().filter(|job| !job.done).count() + self.new_jobs.len()
    }

    /// Adds all changes to a transaction, on the condition that the rollout is as it was loaded.
    pub fn save(&mut self, tenant: &Tenant, now: i64, transaction: &mut Transaction<'_>) -> crate::Result<()> {
        let before: Rollout = self.rollout.as_stored()?;
        transaction.save(&self.rollout);
        for (loaded, group) in self.loaded.iter_mut().zip(&self.groups) {
            if self.removed_groups.contains(&loaded.id) {
                transaction.delete(loaded);
            } else if **loaded != *group {
                **loaded = group.clone();
                transaction.save(loaded);
            }
        }
        for group in self.groups.iter().skip(self.loaded.len()) {
            transaction.create(group);
        }
        for job in self.jobs.iter().filter(|job| !self.ended_jobs.contains(&job.kind)) {
            transaction.save(job);
        }
        for job in &self.new_jobs {
            transaction.create(job);
        }
        for kind in &self.ended_jobs {
            if let Some(job) = self.jobs.iter().find(|job| job.kind == *kind) {
                transaction.delete(job);
            }
        }
        if before.status != self.rollout.status {
            watch(transaction, tenant, &self.rollout, now)?;
        }
        if before == *self.rollout && !transaction.is_empty() {
            transaction.check_unchanged(&self.rollout);
        }
        Ok(())
    }

    /// The first steps of the jobs that were begun.
    pub fn first_steps(&self) -> Vec<RolloutStep> {
        self.new_jobs.iter().map(|job| step_of(job, job.revision)).collect()
    }

    /// The present steps of the jobs under way.
    pub fn present_steps(&self) -> Vec<RolloutStep> {
        let unfinished = self.jobs.iter().filter(|job| !job.done && !self.ended_jobs.contains(&job.kind));
        unfinished.map(|job| step_of(job, job.stored_revision() + u64::from(is_changed(job)))).collect()
    }
}

fn is_changed(job: &Loaded<RolloutJob>) -> bool {
    job.as_stored().is_ok_and(|stored: RolloutJob| stored != **job)
}

/// The step that continues a job of this revision.
pub(super) fn step_of(job: &RolloutJob, revision: u64) -> RolloutStep {
    RolloutStep::Job { rollout: job.rollout, job: job.kind, revision }
}

/// Tells the clock when to look at the rollout, by the status it has now.
pub(super) fn watch(
    transaction: &mut Transaction<'_>,
    tenant: &Tenant,
    rollout: &Rollout,
    now: i64,
) -> crate::Result<()> {
    if rollout.dynamic {
        let listed = DynamicRollout { id: rollout.id };
        match rollout.status {
            RolloutStatus::Running => transaction.put(&listed),
            _ => transaction.delete_key(&listed.key(tenant)),
        };
    }
    let at = match (rollout.status, rollout.start_at) {
        (status, _) if status.makes_progress() => now + due::WATCHDOG,
        (RolloutStatus::Ready, Some(start)) if start != MANUAL_START => start,
        _ => {
            due::clear(transaction, tenant, KIND, rollout.id);
            return Ok(());
        }
    };
    due::set(transaction, KIND, rollout.id, at, &RolloutStep::Remind { rollout: rollout.id }.of(tenant))
}
