//! Making auto assignments (`domain-behaviour.md` §10.4).
//!
//! The transaction that makes one checks that its set is still the one that was checked. A set that is deleted or invalidated
//! is marked first and loses its auto assignments then: so none is left behind, whoever is faster.

use futures::TryStreamExt;
use harrier_deployments::{deployable_set, lock_for_plan};
use harrier_domain::auto_assignment::{AutoAssignment, AutoAssignmentDraft, CreationPolicy, Creator};
use harrier_domain::quota::NEW_PARENT;
use harrier_store::{Loaded, Result, Sequence, Transaction, until_settled};

use super::compatibility::Compatibility;
use super::ground::Ground;
use super::lifecycle;

/// Makes an auto assignment.
///
/// # Errors
/// As [`prepare`], and [`harrier_domain::Error::AlreadyExists`] for a name in use.
pub async fn create(ground: &Ground<'_>, creator: &Creator<'_>, draft: AutoAssignmentDraft) -> Result<AutoAssignment> {
    let auto = prepare(ground, creator, draft).await?;
    until_settled(|| async {
        let mut transaction = ground.store().transaction(ground.tenant());
        add(ground, &mut transaction, None, &auto).await?;
        transaction.commit().await
    })
    .await?;
    lifecycle::nudge(ground.engine, ground.tenant(), &auto).await;
    Ok(auto)
}

/// Checks all that can be checked before it is made, and locks the set.
///
/// # Errors
/// Broken rules of texts and weight, the refusals of [`deployable_set`], a time-forced type, a query that is not understood,
/// and [`harrier_domain::Error::QuotaExceeded`] when more targets match than one auto assignment may have (surprise 69).
pub async fn prepare(ground: &Ground<'_>, creator: &Creator<'_>, draft: AutoAssignmentDraft) -> Result<AutoAssignment> {
    let draft = draft.checked()?;
    let (engine, tenant, store) = (ground.engine, ground.tenant(), ground.store());
    let set = deployable_set(store, tenant, draft.distribution_set).await?;
    draft.check_action_type()?;
    check_quota(ground, draft.query.as_deref().unwrap_or_default(), set.type_id).await?;
    let set = lock_for_plan(store, ground.snapshot, set, creator.actor, engine.now).await?;
    let configuration = &ground.snapshot.configuration;
    let policy = CreationPolicy {
        approval: configuration.auto_assignment_approval(),
        confirmation_flow: configuration.confirmation_flow(),
    };
    let id = store.next_id(tenant, Sequence::Catalogue).await?;
    Ok(draft.create(id, set.type_id, policy, creator, engine.now))
}

/// Adds a [prepared](prepare) auto assignment to the transaction, in the place of another one if wanted.
///
/// # Errors
/// The refusals of [`deployable_set`].
pub async fn add(
    ground: &Ground<'_>,
    transaction: &mut Transaction<'_>,
    replaced: Option<&Loaded<AutoAssignment>>,
    auto: &AutoAssignment,
) -> Result<()> {
    let (tenant, now) = (ground.tenant(), ground.engine.now);
    let set = deployable_set(ground.store(), tenant, auto.distribution_set).await?;
    transaction.check_unchanged(&set);
    match replaced {
        Some(old) => lifecycle::add_replacement(transaction, tenant, old, auto, now),
        None => lifecycle::add_new(transaction, tenant, auto, now),
    }
}

/// Counts no further than it must.
async fn check_quota(ground: &Ground<'_>, query: &str, set_type: i64) -> Result<()> {
    let (store, tenant, quotas) = (ground.store(), ground.tenant(), &ground.engine.quotas);
    let selection = ground.select(query).await?;
    let Some(limit) = u64::try_from(quotas.targets_per_auto_assignment).ok().filter(|limit| *limit > 0) else {
        return Ok(());
    };
    let compatibility = Compatibility::of_all(store, tenant).await?;
    let mut pages = store.matching_targets(tenant, selection).await?;
    let mut count = 0;
    while let Some(page) = pages.try_next().await? {
        count += page.iter().filter(|target| compatibility.allows(target, set_type)).count() as u64;
        if count > limit {
            break;
        }
    }
    Ok(quotas.targets_per_auto_assignment(NEW_PARENT, 0, count)?)
}
