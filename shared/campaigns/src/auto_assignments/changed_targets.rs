//! Targets that were made or changed: every running auto assignment is put to them, in the order of ids.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::target::Target;
use harrier_store::{Consistency, Loaded, Result, StoreError};
use std::collections::BTreeSet;

use super::assigning::{Subject, assign_to_matching};
use super::ground::{Definition, Ground};
use super::lifecycle;

/// Details read at the same time.
const CONCURRENCY: usize = 16;

/// Targets of one tenant to look at, by controller id.
#[derive(Debug, Default)]
pub(super) struct ChangedTargets {
    /// Anything may have changed.
    pub changed: BTreeSet<String>,
    /// Only the time of the last contact changed, or the address.
    pub contacted: BTreeSet<String>,
}

/// Puts all running auto assignments to the targets. Each target is looked at as it is now, so that it does not matter how
/// often and how late one hears of a change.
///
/// # Errors
/// The first failure of the database, after everything else was done. Refusals are logged: an auto assignment that cannot
/// assign keeps no other from it (surprise 64).
pub(super) async fn evaluate(ground: &Ground<'_>, targets: &ChangedTargets) -> Result<()> {
    let definitions = running_definitions(ground).await?;
    let mut ids = targets.changed.clone();
    if definitions.iter().any(|definition| definition.selection.reads_contact()) {
        ids.extend(targets.contacted.iter().cloned());
    }
    if definitions.is_empty() || ids.is_empty() {
        return Ok(());
    }
    let with_details = definitions.iter().any(|definition| definition.selection.reads_details());
    let ids: Vec<String> = ids.into_iter().collect();
    let mut subjects = load(ground, &ids, with_details).await?;
    let mut outcome = Ok(());
    for definition in &definitions {
        let done = apply(ground, definition, &mut subjects, &targets.changed).await;
        outcome = outcome.and(done);
    }
    outcome
}

async fn running_definitions(ground: &Ground<'_>) -> Result<Vec<Definition>> {
    let all = ground.store().auto_assignments(ground.tenant()).await?;
    let mut definitions = Vec::new();
    for auto in all.into_iter().map(Loaded::into_inner).filter(|auto| auto.is_running()) {
        let id = auto.id;
        match Definition::bind(ground, auto).await {
            Ok(definition) => definitions.push(definition),
            Err(StoreError::Refused(refusal)) => {
                tracing::warn!(tenant = %ground.tenant(), auto_assignment = id, %refusal, "a query is not understood");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(definitions)
}

async fn load(ground: &Ground<'_>, ids: &[String], with_details: bool) -> Result<Vec<Subject>> {
    let targets = ground.store().targets(ground.tenant(), ids).await?;
    let joined: Vec<_> = targets.into_iter().map(|target| join(ground, target.into_inner(), with_details)).collect();
    stream::iter(joined).buffered(CONCURRENCY).try_collect().await
}

async fn join(ground: &Ground<'_>, target: Target, with_details: bool) -> Result<Subject> {
    let details =
        if with_details { ground.store().details(ground.tenant(), &target.controller_id).await? } else { None };
    Ok(Subject::new(target, details.map(Loaded::into_inner)))
}

/// One auto assignment for all the targets; the next one sees what it did.
async fn apply(
    ground: &Ground<'_>,
    definition: &Definition,
    subjects: &mut [Subject],
    changed: &BTreeSet<String>,
) -> Result<()> {
    let concerned = |target: &Target| definition.selection.reads_contact() || changed.contains(&target.controller_id);
    let matching: Vec<&mut Subject> = subjects
        .iter_mut()
        .filter(|subject| {
            concerned(&subject.target) && definition.selection.matches(&subject.target, subject.details.as_ref())
        })
        .collect();
    match assign_to_matching(ground, &definition.auto, matching).await {
        Ok(assigned) => refresh(ground, subjects, &assigned).await,
        Err(StoreError::Refused(refusal)) => {
            let (tenant, id) = (ground.tenant(), definition.auto.id);
            tracing::warn!(%tenant, auto_assignment = id, %refusal, "an auto assignment cannot assign now");
            lifecycle::repeat_later(ground, id).await
        }
        Err(error) => Err(error),
    }
}

async fn refresh(ground: &Ground<'_>, subjects: &mut [Subject], assigned: &[String]) -> Result<()> {
    for subject in subjects.iter_mut().filter(|subject| assigned.contains(&subject.target.controller_id)) {
        let target = ground.store().target(ground.tenant(), &subject.target.controller_id, Consistency::Strong).await?;
        if let Some(target) = target {
            *subject = Subject::new(target.into_inner(), subject.details.take());
        }
    }
    Ok(())
}
