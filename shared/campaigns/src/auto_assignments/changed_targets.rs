//! Targets that were made or changed: every running auto assignment is put to them, in the order of ids.
//!
//! Whoever hears of the changes only reads, and finds out which targets get something at all, which are few. For those a step
//! goes to the worker: so what cannot be assigned for now holds up no stream.

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::target::Target;
use harrier_store::{Consistency, Loaded, Result, StoreError};
use std::collections::BTreeSet;

use super::assigning::{Subject, assign_to_matching, eligible};
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

/// Those of the targets to which some running auto assignment has something to give.
pub(super) async fn find_concerned(ground: &Ground<'_>, targets: &ChangedTargets) -> Result<BTreeSet<String>> {
    let definitions = running_definitions(ground).await?;
    let mut ids = targets.changed.clone();
    if definitions.iter().any(|definition| definition.selection.reads_contact()) {
        ids.extend(targets.contacted.iter().cloned());
    }
    let mut subjects = load(ground, &definitions, &ids).await?;
    let mut concerned = BTreeSet::new();
    for definition in &definitions {
        let heard =
            |target: &Target| definition.selection.reads_contact() || targets.changed.contains(&target.controller_id);
        let mut matching = definition.matching(&mut subjects);
        matching.retain(|subject| heard(&subject.target) && !concerned.contains(&subject.target.controller_id));
        concerned.extend(eligible(ground, &definition.auto, matching).await?);
    }
    Ok(concerned)
}

/// Puts all running auto assignments to the targets. Each target is looked at as it is now, so that it does not matter how
/// often and how late one hears of a change.
///
/// # Errors
/// The first failure of the database, after everything else was done. Refusals are logged: an auto assignment that cannot
/// assign keeps no other from it (surprise 64).
pub(super) async fn evaluate(ground: &Ground<'_>, targets: &BTreeSet<String>) -> Result<()> {
    let definitions = running_definitions(ground).await?;
    let mut subjects = load(ground, &definitions, targets).await?;
    let mut outcome = Ok(());
    for definition in &definitions {
        let done = apply(ground, definition, &mut subjects).await;
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

async fn load(ground: &Ground<'_>, definitions: &[Definition], ids: &BTreeSet<String>) -> Result<Vec<Subject>> {
    if definitions.is_empty() || ids.is_empty() {
        return Ok(Vec::new());
    }
    let with_details = definitions.iter().any(|definition| definition.selection.reads_details());
    let ids: Vec<String> = ids.iter().cloned().collect();
    let targets = ground.store().targets(ground.tenant(), &ids).await?;
    let joined: Vec<_> = targets.into_iter().map(|target| join(ground, target.into_inner(), with_details)).collect();
    stream::iter(joined).buffered(CONCURRENCY).try_collect().await
}

async fn join(ground: &Ground<'_>, target: Target, with_details: bool) -> Result<Subject> {
    let details =
        if with_details { ground.store().details(ground.tenant(), &target.controller_id).await? } else { None };
    Ok(Subject::new(target, details.map(Loaded::into_inner)))
}

impl Definition {
    fn matching<'s>(&self, subjects: &'s mut [Subject]) -> Vec<&'s mut Subject> {
        let matches = |subject: &Subject| self.selection.matches(&subject.target, subject.details.as_ref());
        subjects.iter_mut().filter(|subject| matches(subject)).collect()
    }
}

/// One auto assignment for all the targets; the next one sees what it did.
async fn apply(ground: &Ground<'_>, definition: &Definition, subjects: &mut [Subject]) -> Result<()> {
    let matching = definition.matching(subjects);
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
