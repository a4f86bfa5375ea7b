//! STARTING: the members of a group get scheduled actions (`domain-behaviour.md` §11.7).

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_deployments::make_room;
use harrier_domain::Error;
use harrier_domain::action::Action;
use harrier_domain::assignment::superseded;
use harrier_domain::rollout::RolloutStatus;
use harrier_domain::rollout::deployment;
use harrier_domain::target::Target;
use harrier_store::{Consistency, GroupMember, Loaded, Sequence, StoreError, Transaction, until_settled};
use std::collections::HashMap;

use super::delivery::{CONCURRENCY, Course, chunks, is_contended};
use super::jobs::{Outcome, Work};
use crate::Result;

/// Targets scheduled in one transaction, with what they share: their counter, and the check that the rollout still starts.
const CHUNK: usize = 8;

pub(super) async fn step(work: &Work<'_>, group: i64) -> Result<Outcome> {
    let Work { engine, tenant, rollout, .. } = work;
    let Some(course) = Course::load(engine, tenant, rollout, group).await? else {
        return Ok(Outcome::Blocked);
    };
    let members = work.members(group).await?;
    let outcome = Outcome::after(&members);
    let candidates = lacking(&course, members).await?;
    let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
    let mut all_done = true;
    if count > 0 {
        let ids = engine.store.next_ids(tenant, Sequence::Action, count).await?;
        all_done = schedule_all(&course, candidates.into_iter().zip(ids).collect()).await?;
    }
    Ok(if all_done { outcome } else { Outcome::Blocked })
}

/// The targets of members that have no action of the rollout yet. Members whose target is gone leave the group.
async fn lacking(course: &Course<'_>, members: Vec<GroupMember>) -> Result<Vec<Loaded<Target>>> {
    let (store, tenant) = (&course.engine.store, course.tenant);
    let ids: Vec<String> = members.iter().map(|member| member.controller_id.clone()).collect();
    let targets = store.targets(tenant, &ids).await?;
    let mut targets: HashMap<String, Loaded<Target>> =
        targets.into_iter().map(|target| (target.controller_id.clone(), target)).collect();
    let (mut lacking, mut gone) = (Vec::new(), Vec::new());
    for member in members {
        match targets.remove(&member.controller_id).filter(|target| target.number == member.number) {
            Some(target) if has_action(course, &target).await? => {}
            Some(target) => lacking.push(target),
            None => gone.push(member),
        }
    }
    store.remove_members(tenant, &gone).await?;
    Ok(lacking)
}

/// Whether the target has an action of the rollout already.
pub(super) async fn has_action(course: &Course<'_>, target: &Target) -> harrier_store::Result<bool> {
    let rollout = course.rollout.id;
    if let Some(known) = target.rollouts.has(rollout) {
        return Ok(known);
    }
    let actions = course.engine.store.actions_of(course.tenant, &target.controller_id).await?;
    Ok(actions.iter().any(|action| action.rollout == Some(rollout)))
}

/// Returns whether every target got its action.
async fn schedule_all(course: &Course<'_>, targets: Vec<(Loaded<Target>, i64)>) -> Result<bool> {
    let chunks = chunks(targets, CHUNK, |(target, _)| &target.controller_id);
    let work = stream::iter(chunks).map(|chunk| schedule_chunk(course, chunk));
    let done: Vec<bool> = work.buffer_unordered(CONCURRENCY).try_collect().await?;
    Ok(done.into_iter().all(|done| done))
}

async fn schedule_chunk(course: &Course<'_>, chunk: Vec<(Loaded<Target>, i64)>) -> Result<bool> {
    match try_together(course, &chunk).await {
        Ok(()) => return Ok(true),
        Err(StoreError::Refused(_)) => {}
        Err(error) if is_contended(&error) => {}
        Err(error) => return Err(error.into()),
    }
    let mut all_done = true;
    for (target, id) in chunk {
        all_done &= schedule_one(course, &target, id, RolloutStatus::Starting).await?;
    }
    Ok(all_done)
}

/// One transaction for all, if none of them has anything in the way.
async fn try_together(course: &Course<'_>, chunk: &[(Loaded<Target>, i64)]) -> harrier_store::Result<()> {
    let mut transaction = course.engine.store.transaction(course.tenant);
    transaction.check_unchanged(course.rollout);
    for (target, id) in chunk {
        if !superseded(target).is_empty() {
            return Err(StoreError::Conflict);
        }
        let mut target = target.clone();
        let action = deployment::schedule(&mut target, &mut [], *id, course.delivery())?;
        transaction.save(&target).create(&action);
    }
    transaction.commit().await
}

/// Schedules one target, whatever is in the way. Returns whether it has its action now, or needs none; a target that has all
/// the actions it may have is in the way until somebody makes room.
pub(super) async fn schedule_one(course: &Course<'_>, target: &Target, id: i64, status: RolloutStatus) -> Result<bool> {
    let outcome = until_settled(|| try_schedule(course, target, id, status)).await;
    match outcome {
        Err(StoreError::Refused(Error::QuotaExceeded { .. })) => {
            let (rollout, target) = (course.rollout.id, &target.controller_id);
            tracing::warn!(rollout, target, "the target has all the actions it may have; the rollout waits for it");
            Ok(false)
        }
        outcome => Ok(outcome.map(|()| true)?),
    }
}

async fn try_schedule(
    course: &Course<'_>,
    member: &Target,
    id: i64,
    status: RolloutStatus,
) -> harrier_store::Result<()> {
    let (store, tenant) = (&course.engine.store, course.tenant);
    let target = store.target(tenant, &member.controller_id, Consistency::Strong).await?;
    let Some(mut target) = target.filter(|target| target.number == member.number) else {
        return Ok(());
    };
    let Some(rollout) = store.find_rollout(tenant, course.rollout.id).await?.filter(|now| now.status == status) else {
        return Ok(());
    };
    if has_action(course, &target).await? {
        return Ok(());
    }
    if make_room(store, tenant, &target, 1, course.room()).await? {
        return Err(StoreError::Conflict);
    }
    let mut transaction = store.transaction(tenant);
    transaction.check_unchanged(&rollout);
    let action = supersede(course, &mut target, id, &mut transaction).await?;
    transaction.save(&target).create(&action);
    transaction.commit().await
}

/// Makes the action, and cancels what other rollouts have scheduled for the target.
async fn supersede(
    course: &Course<'_>,
    target: &mut Target,
    id: i64,
    transaction: &mut Transaction<'_>,
) -> harrier_store::Result<Action> {
    let others = superseded(target);
    let mut loaded = course.engine.store.actions(course.tenant, &target.controller_id, &others).await?;
    let mut changed: Vec<Action> = loaded.iter().map(|action| (**action).clone()).collect();
    let action = deployment::schedule(target, &mut changed, id, course.delivery())?;
    for (loaded, changed) in loaded.iter_mut().zip(changed) {
        **loaded = changed;
        transaction.save(loaded);
    }
    Ok(action)
}
