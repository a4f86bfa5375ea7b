//! Auto assignments (`domain-behaviour.md` §10).
//!
//! Nothing scans the fleet from time to time. A running auto assignment is put to a target when the stream tells that the
//! target was made or changed ([`changed_targets`]), and to the whole fleet, in steps, when it starts, resumes, or something
//! its query refers to changes ([`pass`], [`reconsider`]). Both may meet at a target, twice or late: assigning leaves out
//! whoever ever had the set, under the condition that nobody changed the target meanwhile.

mod assigning;
mod changed_targets;
mod compatibility;
mod creation;
mod ground;
mod lifecycle;
mod pass;
mod reconsider;

pub use creation::{add, create, prepare};
pub use ground::Ground;
pub use lifecycle::{add_removal, add_renaming, change, find_named, nudge, remove, remove_of_set};
pub use reconsider::{ReferredTo, add_reconsideration};

use harrier_domain::Tenant;
use harrier_domain::auto_assignment::FleetPass;
use harrier_store::until_settled;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::{Engine, Result, Step, Work};
use changed_targets::{ChangedTargets, find_concerned};

/// Changed targets of one step: enough to share what they have in common, few enough for a message.
const TARGETS_PER_STEP: usize = 50;

/// A step of an auto assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AutoAssignStep {
    /// Whatever is next: it starts if its time has come, and its pass goes on.
    Advance { auto_assignment: i64 },
    /// The part of a pass after this place.
    Pass { auto_assignment: i64, pass: FleetPass },
    /// These targets changed so that they get something.
    Targets { targets: BTreeSet<String> },
    /// Something that queries refer to changed.
    Reconsider { changed: ReferredTo },
}

fn step(tenant: &Tenant, work: AutoAssignStep) -> Step {
    Step::new(tenant, Work::AutoAssign(work))
}

/// Performs a step.
pub(crate) async fn perform(engine: &Engine, tenant: &Tenant, step: &AutoAssignStep) -> Result<()> {
    match step {
        AutoAssignStep::Advance { auto_assignment } => advance(engine, tenant, *auto_assignment).await,
        AutoAssignStep::Pass { auto_assignment, pass } => pass::perform(engine, tenant, *auto_assignment, pass).await,
        AutoAssignStep::Targets { targets } => evaluate(engine, tenant, targets).await,
        AutoAssignStep::Reconsider { changed } => reconsider::perform(engine, tenant, *changed).await,
    }
}

async fn advance(engine: &Engine, tenant: &Tenant, id: i64) -> Result<()> {
    let pass = until_settled(|| async {
        let Some(mut auto) = engine.store.find_auto_assignment(tenant, id).await? else {
            return Ok(None);
        };
        if auto.start_if_due(engine.now) || auto.repeat_if_driven_by_the_clock() {
            lifecycle::save(engine, tenant, &auto).await?;
        }
        Ok(auto.pass.clone())
    });
    match pass.await? {
        Some(pass) => pass::perform(engine, tenant, id, &pass).await,
        None => Ok(()),
    }
}

/// The first targets were made or changed, or lost an action; of the others only the last contact changed.
pub(crate) async fn targets_changed(
    engine: &Engine,
    targets: &BTreeSet<(Tenant, String)>,
    contacts: &BTreeSet<(Tenant, String)>,
) -> Result<()> {
    let mut by_tenant: BTreeMap<&Tenant, ChangedTargets> = BTreeMap::new();
    for (tenant, controller_id) in targets {
        by_tenant.entry(tenant).or_default().changed.insert(controller_id.clone());
    }
    for (tenant, controller_id) in contacts {
        by_tenant.entry(tenant).or_default().contacted.insert(controller_id.clone());
    }
    for (tenant, changed) in by_tenant {
        let Some(snapshot) = engine.tenant(tenant).await? else { continue };
        let concerned = find_concerned(&Ground { engine, snapshot: &snapshot }, &changed).await?;
        let concerned: Vec<String> = concerned.into_iter().collect();
        let steps = concerned
            .chunks(TARGETS_PER_STEP)
            .map(|chunk| step(tenant, AutoAssignStep::Targets { targets: chunk.iter().cloned().collect() }));
        engine.steps.send(&steps.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

async fn evaluate(engine: &Engine, tenant: &Tenant, targets: &BTreeSet<String>) -> Result<()> {
    if let Some(snapshot) = engine.tenant(tenant).await? {
        changed_targets::evaluate(&Ground { engine, snapshot: &snapshot }, targets).await?;
    }
    Ok(())
}

/// Removes the automatic assignments of these sets (`domain-behaviour.md` §9.1). Repeating it is harmless.
pub(crate) async fn remove_of_sets(engine: &Engine, tenant: &Tenant, sets: &[i64]) -> Result<()> {
    for set in sets {
        remove_of_set(&engine.store, tenant, *set).await?;
    }
    Ok(())
}
