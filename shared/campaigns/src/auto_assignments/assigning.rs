//! Giving targets that match what they never had (`domain-behaviour.md` §10.5, §10.6).

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_deployments::{AssignmentOrder, TargetOrder, assign};
use harrier_domain::Error;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::target::Target;
use harrier_store::{Result, StoreError, TargetDetails};
use std::collections::BTreeSet;

use super::compatibility::Compatibility;
use super::ground::Ground;

/// Histories read at the same time.
const CONCURRENCY: usize = 16;

/// A target to which auto assignments are put, one after the other.
pub(super) struct Subject {
    pub target: Target,
    pub details: Option<TargetDetails>,
    /// The sets of all its actions, once they were asked for.
    had: Option<BTreeSet<i64>>,
}

impl Subject {
    pub fn new(target: Target, details: Option<TargetDetails>) -> Self {
        Self { target, details, had: None }
    }

    async fn has_had(&mut self, ground: &Ground<'_>, set: i64) -> Result<bool> {
        if let Some(had) = &self.had {
            return Ok(had.contains(&set));
        }
        let mut had = BTreeSet::new();
        if self.target.actions > 0 {
            let actions = ground.store().actions_of(ground.tenant(), &self.target.controller_id).await?;
            had.extend(actions.iter().map(|action| action.distribution_set));
        }
        let answer = had.contains(&set);
        self.had = Some(had);
        Ok(answer)
    }
}

/// Assigns to those of the matching targets that may have the set and never had it; says to which.
///
/// # Errors
/// Refusals that concern the set: nobody gets it for now. What concerns one target is logged, and the target left out.
pub(super) async fn assign_to_matching(
    ground: &Ground<'_>,
    auto: &AutoAssignment,
    matching: Vec<&mut Subject>,
) -> Result<Vec<String>> {
    let eligible = eligible(ground, auto, matching).await?;
    assign_to(ground, auto, eligible).await
}

/// Those of the matching targets that may have the set and never had it.
pub(super) async fn eligible(
    ground: &Ground<'_>,
    auto: &AutoAssignment,
    matching: Vec<&mut Subject>,
) -> Result<Vec<String>> {
    let set = auto.distribution_set;
    let mut open = matching;
    open.retain(|subject| subject.target.assigned_set != Some(set));
    let types: BTreeSet<i64> = open.iter().filter_map(|subject| subject.target.target_type).collect();
    let compatibility = Compatibility::of(ground.store(), ground.tenant(), types).await?;
    open.retain(|subject| compatibility.allows(&subject.target, auto.set_type));
    let questions: Vec<_> = open.into_iter().map(|subject| eligible_id(ground, subject, set)).collect();
    let eligible: Vec<Option<String>> = stream::iter(questions).buffered(CONCURRENCY).try_collect().await?;
    Ok(eligible.into_iter().flatten().collect())
}

/// The controller id of a target that never had the set.
async fn eligible_id(ground: &Ground<'_>, subject: &mut Subject, set: i64) -> Result<Option<String>> {
    let had = subject.has_had(ground, set).await?;
    Ok((!had).then(|| subject.target.controller_id.clone()))
}

async fn assign_to(ground: &Ground<'_>, auto: &AutoAssignment, targets: Vec<String>) -> Result<Vec<String>> {
    match assign_at_once(ground, auto, &targets).await {
        Err(StoreError::Refused(refusal)) if is_about_one_target(&refusal) => {
            assign_singly(ground, auto, targets).await
        }
        assigned => assigned,
    }
}

/// One target that cannot take it must not keep it from the others.
async fn assign_singly(ground: &Ground<'_>, auto: &AutoAssignment, targets: Vec<String>) -> Result<Vec<String>> {
    let mut assigned = Vec::new();
    for target in targets {
        match assign_at_once(ground, auto, std::slice::from_ref(&target)).await {
            Ok(one) => assigned.extend(one),
            Err(StoreError::Refused(refusal)) if is_about_one_target(&refusal) => {
                let tenant = ground.tenant();
                tracing::warn!(%tenant, auto_assignment = auto.id, target, %refusal, "a target cannot be assigned to");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(assigned)
}

fn is_about_one_target(refusal: &Error) -> bool {
    matches!(refusal, Error::QuotaExceeded { .. } | Error::IncompatibleTargetType(_) | Error::ConcurrentModification)
}

async fn assign_at_once(ground: &Ground<'_>, auto: &AutoAssignment, targets: &[String]) -> Result<Vec<String>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let order = AssignmentOrder {
        snapshot: ground.snapshot,
        actor: &auto.actor(),
        quotas: &ground.engine.quotas,
        distribution_set: auto.distribution_set,
        targets: targets.iter().map(|target| target_order(auto, target)).collect(),
        offline: false,
        refuse_unknown: false,
        unless_in_history: true,
        message: Some(auto.message()),
        now: ground.engine.now,
    };
    let outcome = assign(ground.store(), &order).await?;
    Ok(outcome.assigned.into_iter().map(|made| made.controller_id).collect())
}

fn target_order(auto: &AutoAssignment, controller_id: &str) -> TargetOrder {
    TargetOrder {
        controller_id: controller_id.to_owned(),
        action_type: auto.action_type,
        forced_time: None,
        weight: Some(auto.weight),
        window: None,
        confirmation_required: Some(auto.confirmation_required),
    }
}
