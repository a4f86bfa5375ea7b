//! What users do with a rollout. The engine carries it out; the request only decides.

use harrier_domain::audit::Actor;
use harrier_domain::rollout::advance::{GroupCounts, Started};
use harrier_domain::rollout::{Rollout, RolloutGroup, RolloutStatus, commands};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{Loaded, NameGuard, Record, RolloutTask, StoreError, until_settled};

use super::advance::settled;
use super::situation::{Situation, watch};
use super::{KIND, RolloutStep};
use crate::{Engine, EngineError, Result};

/// Approves or denies.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn decide(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    approved: bool,
    remark: Option<String>,
    actor: &Actor,
) -> Result<()> {
    let remark = &remark;
    command(engine, tenant, id, |rollout| commands::decide(rollout, approved, remark.clone(), actor, engine.now)).await
}

/// Starts a rollout that is ready.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn start(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    command(engine, tenant, id, |rollout| commands::start(rollout, actor, engine.now)).await
}

/// Pauses a running rollout.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn pause(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    command(engine, tenant, id, |rollout| commands::pause(rollout, actor, engine.now)).await
}

/// Ends a rollout.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn stop(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    command(engine, tenant, id, |rollout| commands::stop(rollout, actor, engine.now)).await
}

/// Deletes a rollout; one that is deleted already stays so.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    command(engine, tenant, id, |rollout| {
        let _nothing_to_do = commands::delete(rollout, actor, engine.now);
        Ok(())
    })
    .await
}

/// Goes on after a pause.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn resume(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    let now = engine.now;
    group_command(engine, tenant, id, |rollout, groups, counts| commands::resume(rollout, groups, counts, actor, now))
        .await
}

/// Starts the next group at once.
///
/// # Errors
/// [`Error::NotFound`], [`Error::RolloutIllegalState`].
pub async fn trigger_next(engine: &Engine, tenant: &Tenant, id: i64, actor: &Actor) -> Result<()> {
    let now = engine.now;
    group_command(engine, tenant, id, |rollout, groups, _| commands::trigger_next(rollout, groups, actor, now)).await
}

/// Renames a rollout or describes it anew.
///
/// # Errors
/// [`Error::NotFound`], [`Error::ReadOnly`], [`Error::AlreadyExists`].
pub async fn update(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    name: Option<&str>,
    description: Option<&str>,
    actor: &Actor,
) -> Result<Rollout> {
    let store = &engine.store;
    let updated = until_settled(|| async {
        let mut rollout = store.rollout(tenant, id).await?;
        let old_name = rollout.name.clone();
        let (name, description) = (name.map(ToOwned::to_owned), description.map(ToOwned::to_owned));
        if !commands::update(&mut rollout, name, description, actor, engine.now)? {
            return Ok(rollout.into_inner());
        }
        let mut transaction = store.transaction(tenant);
        transaction.save(&rollout);
        if rollout.name != old_name {
            let guard = NameGuard::new(KIND, &[&rollout.name], id);
            transaction.create_or_refuse(&guard, Error::AlreadyExists);
            transaction.delete_key(&NameGuard::new(KIND, &[&old_name], id).key(tenant));
        }
        transaction.commit().await?;
        Ok(rollout.into_inner())
    });
    Ok(updated.await?)
}

/// A change of the status alone.
async fn command(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    change: impl Fn(&mut Rollout) -> harrier_domain::Result<()>,
) -> Result<()> {
    settled(|| async {
        let mut rollout: Loaded<Rollout> = engine.store.rollout(tenant, id).await?;
        change(&mut rollout)?;
        let mut transaction = engine.store.transaction(tenant);
        transaction.save(&rollout);
        if !transaction.is_empty() {
            watch(&mut transaction, tenant, &rollout, engine.now)?;
        }
        Ok(transaction.commit().await?)
    })
    .await?;
    engine.steps.send(&[RolloutStep::Advance { rollout: id }.of(tenant)]).await
}

/// A change that may start groups.
async fn group_command(
    engine: &Engine,
    tenant: &Tenant,
    id: i64,
    change: impl Fn(&mut Rollout, &mut [RolloutGroup], &GroupCounts) -> harrier_domain::Result<Started>,
) -> Result<()> {
    let mut steps = settled(|| async {
        let situation = Situation::load(engine, tenant, id).await?;
        let mut situation = situation.ok_or_else(|| Error::not_found(Entity::Rollout, id))?;
        let counts = engine.store.rollout_counts(tenant, id).await?;
        let started = change(&mut situation.rollout, &mut situation.groups, &counts)?;
        started.into_iter().for_each(|group| situation.begin(RolloutTask::Start(group)));
        if resumed(&situation) {
            situation.look_for_targets(engine.now);
        }
        let mut transaction = engine.store.transaction(tenant);
        situation.save(tenant, engine.now, &mut transaction)?;
        transaction.commit().await?;
        let mut steps = situation.first_steps();
        steps.extend(situation.present_steps());
        Ok(steps)
    })
    .await?;
    steps.push(RolloutStep::Remind { rollout: id });
    let steps: Vec<_> = steps.into_iter().map(|step| step.of(tenant)).collect();
    engine.steps.send(&steps).await
}

/// What changed during a pause was not noticed.
fn resumed(situation: &Situation) -> bool {
    let before = situation.rollout.as_stored().map(|stored: Rollout| stored.status);
    situation.rollout.status == RolloutStatus::Running && before.is_ok_and(|before| before == RolloutStatus::Paused)
}

/// How rollouts end whose set is invalid by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Stop,
    Delete,
}

/// Ends the rollouts of these sets that may be stopped (`domain-behaviour.md` §9.1). Who was over meanwhile is passed over.
///
/// # Errors
/// What the store or the queue fails with.
pub(super) async fn end_all_of_sets(
    engine: &Engine,
    tenant: &Tenant,
    sets: &[i64],
    ending: Ending,
    actor: &Actor,
) -> Result<()> {
    let rollouts = engine.store.rollouts(tenant).await?;
    for rollout in rollouts.iter().filter(|one| sets.contains(&one.distribution_set) && one.status.is_stoppable()) {
        let outcome = match ending {
            Ending::Stop => stop(engine, tenant, rollout.id, actor).await,
            Ending::Delete => delete(engine, tenant, rollout.id, actor).await,
        };
        match outcome {
            Err(EngineError::Store(StoreError::Refused(Error::RolloutIllegalState(_) | Error::NotFound { .. }))) => {}
            outcome => outcome?,
        }
    }
    Ok(())
}
