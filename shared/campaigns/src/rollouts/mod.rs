//! Rollouts (`domain-behaviour.md` §11).

use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::{Engine, Result, Step, Work};

/// A step of a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RolloutStep {
    /// One decision about what happens next.
    Advance { rollout: i64 },
}

/// Performs a step.
pub(crate) async fn perform(_engine: &Engine, _tenant: &Tenant, _step: &RolloutStep) -> Result<()> {
    Ok(())
}

/// Actions of these rollouts were made, changed their status, or were removed.
pub(crate) async fn progressed(engine: &Engine, rollouts: &BTreeSet<(Tenant, i64)>) -> Result<()> {
    let advance = |(tenant, rollout): &(Tenant, i64)| {
        Step::new(tenant, Work::Rollout(RolloutStep::Advance { rollout: *rollout }))
    };
    engine.steps.send(&rollouts.iter().map(advance).collect::<Vec<_>>()).await
}

/// These targets were made or changed: dynamic groups may take them.
pub(crate) async fn targets_changed(_engine: &Engine, _targets: &BTreeSet<(Tenant, String)>) -> Result<()> {
    Ok(())
}

/// Stops the rollouts of these sets that can be stopped (`domain-behaviour.md` §9.1). Repeating it is harmless.
pub(crate) async fn stop_of_sets(_engine: &Engine, _tenant: &Tenant, _sets: &[i64], _actor: &Actor) -> Result<()> {
    Ok(())
}

/// Deletes the rollouts of these sets that could be stopped (`domain-behaviour.md` §9.1). Repeating it is harmless.
pub(crate) async fn delete_of_sets(_engine: &Engine, _tenant: &Tenant, _sets: &[i64], _actor: &Actor) -> Result<()> {
    Ok(())
}
