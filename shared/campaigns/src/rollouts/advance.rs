//! One decision about a rollout.

use harrier_domain::Tenant;
use harrier_domain::rollout::advance::{self, Evidence, Involvement};
use harrier_domain::rollout::{GroupStatus, RolloutStatus, commands};
use harrier_store::{NameGuard, Record, RolloutTask, Sequence, StoreError, until_settled};

use super::situation::Situation;
use super::{KIND, RolloutStep, collect};
use crate::step::campaign_name;
use crate::{Engine, EngineError, Result, lease};

/// Jobs of one rollout that are under way at the same time.
const MOST_JOBS: usize = 16;

/// Changes of groups and jobs in one transaction.
const MOST_CHANGES: usize = 80;

/// Decides what happens next, alone, and sends the steps that follow. `remind` sets jobs going that stand still.
pub(super) async fn advance(
    engine: &Engine,
    tenant: &Tenant,
    rollout: i64,
    step: &RolloutStep,
    remind: bool,
) -> Result<()> {
    let campaign = campaign_name(KIND, rollout);
    lease::alone(engine, &step.clone().of(tenant), &campaign, || async {
        let following = settled(|| decide(engine, tenant, rollout, remind)).await?;
        let steps: Vec<_> = following.into_iter().map(|step| step.of(tenant)).collect();
        engine.steps.send(&steps).await
    })
    .await
}

/// As [`until_settled`], for work that may fail otherwise too.
pub(super) async fn settled<T, F>(mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let outcome = until_settled(|| {
        let attempt = attempt();
        async move {
            match attempt.await {
                Ok(value) => Ok(Ok(value)),
                Err(EngineError::Store(StoreError::Conflict)) => Err(StoreError::Conflict),
                Err(error) => Ok(Err(error)),
            }
        }
    });
    outcome.await?
}

/// Returns the steps that follow.
async fn decide(engine: &Engine, tenant: &Tenant, id: i64, remind: bool) -> Result<Vec<RolloutStep>> {
    let Some(mut situation) = Situation::load(engine, tenant, id).await? else {
        return Ok(Vec::new());
    };
    let again = match situation.rollout.status {
        RolloutStatus::Creating => create(engine, tenant, &mut situation).await?,
        RolloutStatus::Ready => start_when_due(engine, &mut situation)?,
        RolloutStatus::Starting => schedule(engine, &mut situation),
        RolloutStatus::Running => run(engine, tenant, &mut situation, remind).await?,
        RolloutStatus::Stopping => stop(engine, tenant, &mut situation, remind).await?,
        RolloutStatus::Deleting => match delete(engine, tenant, &mut situation, remind).await? {
            Deletion::Done => return Ok(Vec::new()),
            Deletion::GoesOn(again) => again,
        },
        _ => Again::No,
    };
    let mut transaction = engine.store.transaction(tenant);
    situation.save(tenant, engine.now, &mut transaction)?;
    transaction.commit().await?;
    let mut steps = situation.first_steps();
    if remind && situation.rollout.status != RolloutStatus::Paused {
        steps.extend(situation.present_steps());
    }
    if again == Again::Yes {
        steps.push(RolloutStep::Advance { rollout: id });
    }
    if situation.rollout.status == RolloutStatus::Running && situation.rollout.dynamic && remind {
        steps.push(RolloutStep::Place { rollout: id });
    }
    Ok(steps)
}

/// Whether another decision follows at once, without anything happening in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}

/// CREATING: targets are collected, then put into groups.
async fn create(engine: &Engine, tenant: &Tenant, situation: &mut Situation) -> Result<Again> {
    let lanes = collect::lanes(&situation.rollout, &situation.groups);
    if situation.jobs.is_empty() && !lanes.is_empty() {
        lanes.for_each(|lane| situation.begin(RolloutTask::Collect(lane)));
        return Ok(Again::No);
    }
    if situation.job(RolloutTask::Fill).is_none() {
        let collected = |lane| situation.job(RolloutTask::Collect(lane)).is_some_and(|job| job.done);
        if lanes.clone().all(collected) {
            lanes.for_each(|lane| situation.end(RolloutTask::Collect(lane)));
            situation.begin(RolloutTask::Fill);
        }
        return Ok(Again::No);
    }
    if !situation.job(RolloutTask::Fill).is_some_and(|job| job.done) {
        return Ok(Again::No);
    }
    situation.end(RolloutTask::Fill);
    let next_group = if advance::lacks_dynamic_group(&situation.rollout, &situation.groups) {
        Some(engine.store.next_id(tenant, Sequence::RolloutGroup).await?)
    } else {
        None
    };
    let Some(snapshot) = engine.tenant(tenant).await? else {
        return Ok(Again::No);
    };
    let needs_approval = advance::needs_approval(&situation.rollout, snapshot.configuration.rollout_approval());
    advance::created(&mut situation.rollout, &mut situation.groups, next_group, needs_approval, engine.now);
    Ok(Again::Yes)
}

/// READY: its time may have come.
fn start_when_due(engine: &Engine, situation: &mut Situation) -> Result<Again> {
    if !situation.rollout.is_due(engine.now) {
        return Ok(Again::No);
    }
    let creator = advance::creator(&situation.rollout);
    commands::start(&mut situation.rollout, &creator, engine.now)?;
    Ok(Again::Yes)
}

/// STARTING: every group gets its scheduled actions, some groups at a time; then the first one runs.
fn schedule(engine: &Engine, situation: &mut Situation) -> Again {
    let mut changes = 0;
    for position in 0..situation.groups.len() {
        let group = &situation.groups[position];
        if group.status != GroupStatus::Ready {
            continue;
        }
        let (kind, empty) = (RolloutTask::Schedule(group.id), group.dynamic && group.total_targets == 0);
        match situation.job(kind).map(|job| job.done) {
            Some(false) => {}
            Some(true) => {
                situation.end(kind);
                situation.groups[position].status = GroupStatus::Scheduled;
                changes += 2;
            }
            None if empty => {
                situation.groups[position].status = GroupStatus::Scheduled;
                changes += 1;
            }
            None if situation.unfinished() < MOST_JOBS => {
                situation.begin(kind);
                changes += 1;
            }
            None => {}
        }
        if changes >= MOST_CHANGES {
            return Again::Yes;
        }
    }
    if situation.groups.iter().any(|group| group.status == GroupStatus::Ready) {
        return if situation.unfinished() == 0 { Again::Yes } else { Again::No };
    }
    let started = advance::scheduled(&mut situation.rollout, &mut situation.groups, engine.now);
    started.into_iter().for_each(|group| situation.begin(RolloutTask::Start(group)));
    situation.look_for_targets(engine.now);
    Again::Yes
}

/// RUNNING: the groups are judged by their counts.
async fn run(engine: &Engine, tenant: &Tenant, situation: &mut Situation, remind: bool) -> Result<Again> {
    let finished: Vec<RolloutTask> = situation.jobs.iter().filter(|job| job.done).map(|job| job.kind).collect();
    finished.iter().for_each(|kind| situation.end(*kind));
    if remind && situation.rollout.involve_after <= engine.now && situation.job(RolloutTask::Involve).is_none() {
        situation.look_for_targets(engine.now);
    }
    let counts = situation.running_counts(engine, tenant).await?;
    let most_groups = usize::try_from(engine.quotas.groups_per_rollout).unwrap_or(0);
    let starting = situation.jobs.iter().any(|job| !job.done && matches!(job.kind, RolloutTask::Start(_)));
    let evidence = Evidence { counts: &counts, starting, most_groups };
    let before = situation.groups.clone();
    let started = advance::evaluate(&mut situation.rollout, &mut situation.groups, evidence, engine.now);
    started.iter().for_each(|group| situation.begin(RolloutTask::Start(*group)));
    if situation.rollout.status == RolloutStatus::Running
        && advance::involvement(&situation.rollout, &situation.groups, most_groups) == Involvement::Append
    {
        situation.append_group(engine, tenant).await?;
        return Ok(Again::Yes);
    }
    Ok(if before == situation.groups { Again::No } else { Again::Yes })
}

/// STOPPING: what is scheduled goes, what runs is cancelled, until the counters say that nothing is left.
async fn stop(engine: &Engine, tenant: &Tenant, situation: &mut Situation, remind: bool) -> Result<Again> {
    if drop_jobs(situation, |kind| matches!(kind, RolloutTask::Stop(_))) || end_groups(engine, situation) {
        return Ok(Again::Yes);
    }
    let counts = engine.store.rollout_counts(tenant, situation.rollout.id).await?;
    let open = counts.iter().filter(|(_, counts)| counts.scheduled + counts.running > 0).map(|(group, _)| *group);
    if work_through(situation, open.collect(), RolloutTask::Stop, remind) {
        situation.rollout.status = RolloutStatus::Stopped;
    }
    Ok(Again::No)
}

/// What became of a deletion.
enum Deletion {
    /// The rollout is gone.
    Done,
    GoesOn(Again),
}

/// DELETING: what is scheduled goes, what runs is given up; without any other action the rollout goes too.
async fn delete(engine: &Engine, tenant: &Tenant, situation: &mut Situation, remind: bool) -> Result<Deletion> {
    if drop_jobs(situation, |kind| matches!(kind, RolloutTask::Quit(_) | RolloutTask::Erase(_))) {
        return Ok(Deletion::GoesOn(Again::Yes));
    }
    let counts = engine.store.rollout_counts(tenant, situation.rollout.id).await?;
    let open = counts.iter().filter(|(_, counts)| !counts.is_completed()).map(|(group, _)| *group);
    if !work_through(situation, open.collect(), RolloutTask::Quit, remind) {
        return Ok(Deletion::GoesOn(Again::No));
    }
    if counts.values().any(|counts| counts.total() > 0) {
        if end_groups(engine, situation) {
            return Ok(Deletion::GoesOn(Again::Yes));
        }
        situation.rollout.status = RolloutStatus::Deleted;
        situation.rollout.deleted = true;
        return Ok(Deletion::GoesOn(Again::No));
    }
    erase(engine, tenant, situation).await
}

/// Takes the groups away with their members, then the rollout itself.
async fn erase(engine: &Engine, tenant: &Tenant, situation: &mut Situation) -> Result<Deletion> {
    if situation.groups.is_empty() {
        let (store, rollout) = (&engine.store, &situation.rollout);
        store.forget_rollout(tenant, rollout.id).await?;
        let mut transaction = store.transaction(tenant);
        transaction.delete(rollout).delete_key(&NameGuard::new(KIND, &[&rollout.name], rollout.id).key(tenant));
        crate::due::clear(&mut transaction, tenant, KIND, rollout.id);
        transaction.commit().await?;
        return Ok(Deletion::Done);
    }
    let groups: Vec<i64> = situation.groups.iter().map(|group| group.id).collect();
    let mut changes = 0;
    for group in groups {
        let kind = RolloutTask::Erase(group);
        match situation.job(kind).map(|job| job.done) {
            Some(true) if changes < MOST_CHANGES => {
                situation.end(kind);
                situation.remove_group(group);
                changes += 2;
            }
            None if situation.unfinished() < MOST_JOBS => situation.begin(kind),
            _ => {}
        }
    }
    Ok(Deletion::GoesOn(if situation.unfinished() == 0 { Again::Yes } else { Again::No }))
}

/// Drops the jobs of an earlier status. Returns whether there were any.
fn drop_jobs(situation: &mut Situation, stays: impl Fn(RolloutTask) -> bool) -> bool {
    let old = situation.jobs.iter().map(|job| job.kind).filter(|kind| !stays(*kind));
    let old: Vec<RolloutTask> = old.take(MOST_CHANGES).collect();
    old.iter().for_each(|kind| situation.end(*kind));
    !old.is_empty()
}

/// Ends some groups. Returns whether there were any to end.
fn end_groups(engine: &Engine, situation: &mut Situation) -> bool {
    let actor = harrier_domain::audit::Actor::User(situation.rollout.audit.modified_by.clone());
    let open = situation.groups.iter_mut().filter(|group| !group.status.is_over()).take(MOST_CHANGES);
    let mut any = false;
    for group in open {
        advance::end_groups(std::slice::from_mut(group), &actor, engine.now);
        any = true;
    }
    any
}

/// Begins jobs for these groups, and takes off those that are done. A group whose job is done and that still has something
/// open is looked at again when the clock reminds: its devices may be in the middle of something. Returns whether all is done.
fn work_through(situation: &mut Situation, open: Vec<i64>, kind: fn(i64) -> RolloutTask, remind: bool) -> bool {
    let done = |job: &&harrier_store::Loaded<harrier_store::RolloutJob>| {
        let of_open = open.iter().any(|group| job.kind == kind(*group));
        job.done && (remind || !of_open) && !matches!(job.kind, RolloutTask::Erase(_))
    };
    let done: Vec<RolloutTask> = situation.jobs.iter().filter(done).map(|job| job.kind).collect();
    for group in &open {
        let known = situation.job(kind(*group)).is_some_and(|job| !done.contains(&job.kind));
        let reused = done.contains(&kind(*group));
        if !known && !reused && situation.unfinished() < MOST_JOBS {
            situation.begin(kind(*group));
        }
    }
    done.into_iter().for_each(|kind| situation.end(kind));
    open.is_empty() && situation.jobs.iter().all(|job| job.done)
}
