//! Dynamic groups take targets that match by now (`domain-behaviour.md` §11.10).

use harrier_domain::Tenant;
use std::collections::BTreeSet;

use super::RolloutStep;
use crate::{Engine, Result};

/// Notes the changed targets that dynamic rollouts want.
pub(super) async fn consider(_engine: &Engine, _targets: &BTreeSet<(Tenant, String)>) -> Result<()> {
    Ok(())
}

/// Puts waiting targets into the last group.
pub(super) async fn place(_engine: &Engine, _tenant: &Tenant, _rollout: i64, _step: &RolloutStep) -> Result<()> {
    Ok(())
}
