//! New rollouts (`domain-behaviour.md` §11.3).

use harrier_deployments::{deployable_set, lock_for_use};
use harrier_domain::audit::Actor;
use harrier_domain::rollout::creation::{self, NewRollout};
use harrier_domain::rollout::sizes::Census;
use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_domain::{Entity, Error};
use harrier_identity::TenantSnapshot;
use harrier_store::{NameGuard, Sequence, Store, StoreError};

use super::matching::Matcher;
use super::situation::watch;
use super::{KIND, RolloutStep};
use crate::{Engine, EngineError, Result};

/// Groups written in one transaction.
const CHUNK: usize = 90;

/// Makes a rollout, which the engine then fills with targets. Looks through the fleet once, to count.
///
/// # Errors
/// The refusals of management §5.10: for the set, for the shape of the groups, for what the filters match, for the name.
pub async fn create(engine: &Engine, snapshot: &TenantSnapshot, new: NewRollout, actor: &Actor) -> Result<Rollout> {
    let (store, tenant) = (&engine.store, &snapshot.tenant);
    let set = deployable_set(store, tenant, new.distribution_set).await?;
    new.check(&engine.quotas)?;
    let (total, census) = count(engine, snapshot, &new, set.type_id).await?;
    new.check_sizes(total, &census, &engine.quotas)?;
    let guard = NameGuard::new(KIND, &[&new.name], 0);
    if store.is_name_taken(tenant, &guard).await? {
        return Err(Error::AlreadyExists.into());
    }
    lock_for_use(store, snapshot, set, actor, engine.now).await?;
    let (rollout, groups) = build(engine, snapshot, new, total, actor).await?;
    write(engine, snapshot, &rollout, &groups).await?;
    engine.steps.send(&[RolloutStep::Advance { rollout: rollout.id }.of(tenant)]).await?;
    Ok(rollout)
}

/// Makes a rollout for the targets that failed in a finished one.
///
/// # Errors
/// [`Error::NotFound`] for an unknown or deleted rollout, [`Error::Validation`] unless it is finished and some target
/// failed, and the refusals of [`create`].
pub async fn retry(
    engine: &Engine,
    snapshot: &TenantSnapshot,
    id: i64,
    authorities: Vec<String>,
    actor: &Actor,
) -> Result<Rollout> {
    let old = engine.store.rollout(&snapshot.tenant, id).await?;
    if old.deleted {
        return Err(Error::not_found(Entity::Rollout, id).into());
    }
    create(engine, snapshot, creation::retry(&old, authorities)?, actor).await
}

/// How many targets match, and for each static group what it finds.
async fn count(
    engine: &Engine,
    snapshot: &TenantSnapshot,
    new: &NewRollout,
    set_type: i64,
) -> Result<(u64, Vec<Census>)> {
    if let Some(old) = new.retry_of {
        let counts = engine.store.rollout_counts(&snapshot.tenant, old).await?;
        return Ok((counts.values().map(|counts| counts.error).sum(), Vec::new()));
    }
    let filters = new.group_filters();
    let matcher = Matcher::load(engine, snapshot, set_type, &new.filter, &filters, Some(engine.now)).await;
    let population = matcher.map_err(as_syntax)?.count(engine, &snapshot.tenant).await?;
    let position = |filter: &String| (0_u16..).zip(&filters).find(|(_, known)| *known == filter).map(|(at, _)| at);
    let of_groups: Vec<u16> = new.portions().iter().filter_map(|portion| position(&portion.filter)).collect();
    Ok((population.total(), population.census(&of_groups)))
}

/// Whatever is wrong with a filter is a matter of its syntax here (management §5.10 "RolloutCreate").
fn as_syntax(error: EngineError) -> EngineError {
    match error {
        EngineError::Store(StoreError::Refused(Error::RsqlField(message))) => Error::RsqlSyntax(message).into(),
        other => other,
    }
}

async fn build(
    engine: &Engine,
    snapshot: &TenantSnapshot,
    new: NewRollout,
    total: u64,
    actor: &Actor,
) -> Result<(Rollout, Vec<RolloutGroup>)> {
    let (store, tenant) = (&engine.store, &snapshot.tenant);
    let id = store.next_id(tenant, Sequence::Rollout).await?;
    let count = u32::try_from(new.group_count()).unwrap_or(u32::MAX);
    let group_ids: Vec<i64> =
        if count > 0 { store.next_ids(tenant, Sequence::RolloutGroup, count).await?.collect() } else { Vec::new() };
    Ok(new.build(id, &group_ids, total, actor, engine.now))
}

/// The rollout is written last, with the first groups: before that, nobody knows the others.
async fn write(engine: &Engine, snapshot: &TenantSnapshot, rollout: &Rollout, groups: &[RolloutGroup]) -> Result<()> {
    let (store, tenant): (&Store, _) = (&engine.store, &snapshot.tenant);
    let (first, others) = groups.split_at(groups.len().min(CHUNK));
    for chunk in others.chunks(CHUNK) {
        let mut transaction = store.transaction(tenant);
        chunk.iter().for_each(|group| {
            transaction.create(group);
        });
        transaction.commit().await?;
    }
    let mut transaction = store.transaction(tenant);
    transaction.create(rollout);
    transaction.create_or_refuse(&NameGuard::new(KIND, &[&rollout.name], rollout.id), Error::AlreadyExists);
    first.iter().for_each(|group| {
        transaction.create(group);
    });
    watch(&mut transaction, tenant, rollout, engine.now)?;
    Ok(transaction.commit().await?)
}
