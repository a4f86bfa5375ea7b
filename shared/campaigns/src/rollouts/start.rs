//! A group begins: the scheduled actions of its members are started (`domain-behaviour.md` §11.7 "Group start").

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::assignment::{overridable, override_open_actions};
use harrier_domain::rollout::deployment;
use harrier_domain::target::Target;
use harrier_store::{ActionReference, Consistency, Loaded, StoreError, until_settled};
use std::collections::HashMap;

use super::delivery::{CONCURRENCY, Course, chunks, is_contended};
use super::jobs::{Outcome, Work};
use crate::Result;

/// Targets started in one transaction, with the counter that they share.
const CHUNK: usize = 8;

/// Older actions that give way within one transaction: each takes up to three of its hundred changes.
const MAX_OVERRIDDEN: usize = 30;

pub(super) async fn step(work: &Work<'_>, group: i64) -> Result<Outcome> {
    let Work { engine, tenant, rollout, .. } = work;
    let Some(course) = Course::load(engine, tenant, rollout, group).await? else {
        return Ok(Outcome::Blocked);
    };
    let members = work.members(group).await?;
    let outcome = Outcome::after(&members);
    let ids: Vec<String> = members.into_iter().map(|member| member.controller_id).collect();
    let targets = engine.store.targets(tenant, &ids).await?;
    let waiting = targets.into_iter().filter_map(|target| Some((waiting_in(&target, group)?, target))).collect();
    start_all(&course, waiting).await?;
    Ok(outcome)
}

/// The scheduled action of the target in the group.
fn waiting_in(target: &Target, group: i64) -> Option<i64> {
    target.scheduled.iter().find(|scheduled| scheduled.rollout_group == group).map(|scheduled| scheduled.id)
}

async fn start_all(course: &Course<'_>, waiting: Vec<(i64, Loaded<Target>)>) -> Result<()> {
    let reference =
        |(id, target): &(i64, Loaded<Target>)| ActionReference { controller_id: target.controller_id.clone(), id: *id };
    let references: Vec<ActionReference> = waiting.iter().map(reference).collect();
    let actions = course.engine.store.actions_at(course.tenant, &references).await?;
    let mut actions: HashMap<i64, Loaded<Action>> = actions.into_iter().map(|action| (action.id, action)).collect();
    let pairs = waiting.into_iter().filter_map(|(id, target)| Some((target, actions.remove(&id)?))).collect();
    let chunks = chunks(pairs, CHUNK, |(target, _): &(Loaded<Target>, _)| &target.controller_id);
    let work = stream::iter(chunks).map(|chunk| start_chunk(course, chunk));
    work.buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
    Ok(())
}

async fn start_chunk(course: &Course<'_>, chunk: Vec<(Loaded<Target>, Loaded<Action>)>) -> Result<()> {
    match try_together(course, &chunk).await {
        Ok(()) => return Ok(()),
        Err(error) if is_contended(&error) => {}
        Err(error) => return Err(error.into()),
    }
    for (target, _) in &chunk {
        start_one(course, &target.controller_id).await?;
    }
    Ok(())
}

/// One transaction for all, if no older action has to give way to any of them.
async fn try_together(course: &Course<'_>, chunk: &[(Loaded<Target>, Loaded<Action>)]) -> harrier_store::Result<()> {
    let mut transaction = course.engine.store.transaction(course.tenant);
    for (target, action) in chunk {
        let (mut target, mut action) = (target.clone(), action.clone());
        let has_set = target.assigned_set == Some(action.distribution_set);
        if !has_set && !overridable(&target, course.policy()).is_empty() {
            return Err(StoreError::Conflict);
        }
        let entries = deployment::start(&mut target, &mut action, &mut [], course.delivery());
        transaction.save(&target).save(&action);
        for entry in &entries {
            transaction.create(entry);
        }
    }
    transaction.commit().await
}

/// Starts the action of one target, whatever is in the way.
pub(super) async fn start_one(course: &Course<'_>, controller_id: &str) -> Result<()> {
    Ok(until_settled(|| try_start(course, controller_id)).await?)
}

async fn try_start(course: &Course<'_>, controller_id: &str) -> harrier_store::Result<()> {
    let (store, tenant) = (&course.engine.store, course.tenant);
    let Some(mut target) = store.target(tenant, controller_id, Consistency::Strong).await? else {
        return Ok(());
    };
    let Some(id) = waiting_in(&target, course.group.id) else {
        return Ok(());
    };
    let Some(mut action) = store.action(tenant, controller_id, id, Consistency::Strong).await? else {
        return Ok(());
    };
    let has_set = target.assigned_set == Some(action.distribution_set);
    let mut older = if has_set { Vec::new() } else { overridable(&target, course.policy()) };
    let too_many = older.len() > MAX_OVERRIDDEN;
    older.truncate(MAX_OVERRIDDEN);
    let mut loaded = store.actions(tenant, controller_id, &older).await?;
    let mut changed: Vec<Action> = loaded.iter().map(|action| (**action).clone()).collect();
    let delivery = course.delivery();
    let entries = if too_many {
        // Some give way ahead of the start, which could not hold them all.
        override_open_actions(&mut target, &mut changed, delivery.policy, delivery.actor, delivery.now)
    } else {
        deployment::start(&mut target, &mut action, &mut changed, delivery)
    };
    for (loaded, changed) in loaded.iter_mut().zip(changed) {
        **loaded = changed;
    }
    write(course, &target, loaded.iter().chain([&action]), &entries).await?;
    if too_many { Err(StoreError::Conflict) } else { Ok(()) }
}

async fn write<'l>(
    course: &Course<'_>,
    target: &Loaded<Target>,
    actions: impl Iterator<Item = &'l Loaded<Action>>,
    entries: &[StatusEntry],
) -> harrier_store::Result<()> {
    let mut transaction = course.engine.store.transaction(course.tenant);
    transaction.save(target);
    for action in actions {
        transaction.save(action);
    }
    for entry in entries {
        transaction.create(entry);
    }
    transaction.commit().await
}
