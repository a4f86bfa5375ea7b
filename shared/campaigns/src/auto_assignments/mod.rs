//! Automatic assignments (`domain-behaviour.md` §10).

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::{Engine, Result};

/// A step of an automatic assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AutoAssignStep {
    /// One decision about what happens next.
    Advance { auto_assignment: i64 },
}

/// Performs a step.
pub(crate) async fn perform(_engine: &Engine, _tenant: &Tenant, _step: &AutoAssignStep) -> Result<()> {
    Ok(())
}

/// Whether a change of a target can make a query match it that did not before.
pub(crate) fn matters(before: Option<&Target>, after: Option<&Target>) -> bool {
    after.is_some() && before != after
}

/// These targets were made or changed, or lost an action.
pub(crate) async fn targets_changed(_engine: &Engine, _targets: &BTreeSet<(Tenant, String)>) -> Result<()> {
    Ok(())
}
