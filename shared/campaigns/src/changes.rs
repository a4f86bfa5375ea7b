//! What the fleet did, as far as campaigns mind.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use harrier_store::{Changed, FleetChange};
use std::collections::BTreeSet;

use crate::{Engine, Result, auto_assignments, rollouts};

/// What a batch of changes means. Records that come twice or late change nothing in it that matters: whoever is named here
/// is looked at as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequences {
    /// Rollouts of which an action ended, or was removed.
    pub rollouts: BTreeSet<(Tenant, i64)>,
    /// Targets that were made or changed, or lost an action.
    pub targets: BTreeSet<(Tenant, String)>,
    /// Targets of which nothing changed but when they called last, or from where.
    pub contacts: BTreeSet<(Tenant, String)>,
}

impl Consequences {
    /// Reads them off the changes.
    #[must_use]
    pub fn of(changes: &[FleetChange]) -> Self {
        let mut consequences = Self::default();
        for change in changes {
            consequences.add(change);
        }
        consequences
    }

    fn add(&mut self, change: &FleetChange) {
        match &change.what {
            Changed::Action { controller_id, before, after } => {
                if rollouts::matters(before.as_deref(), after.as_deref()) {
                    let rollout = after.as_deref().or(before.as_deref()).and_then(|action| action.rollout);
                    self.rollouts.extend(rollout.map(|id| (change.tenant.clone(), id)));
                }
                if after.is_none() {
                    self.targets.insert((change.tenant.clone(), controller_id.clone()));
                }
            }
            Changed::Target { controller_id, before, after } => {
                let place = (change.tenant.clone(), controller_id.clone());
                match target_change(before.as_deref(), after.as_deref()) {
                    Some(TargetChange::Any) => drop(self.targets.insert(place)),
                    Some(TargetChange::Contact) => drop(self.contacts.insert(place)),
                    None => {}
                }
            }
            Changed::Details { controller_id, after, .. } => {
                if after.is_some() {
                    self.targets.insert((change.tenant.clone(), controller_id.clone()));
                }
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rollouts.is_empty() && self.targets.is_empty() && self.contacts.is_empty()
    }
}

/// What changed in a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TargetChange {
    /// The time of its last contact or the address it called from, nothing else.
    Contact,
    Any,
}

/// `None` when no query can match the target now that did not before: it is gone, or as it was.
fn target_change(before: Option<&Target>, after: Option<&Target>) -> Option<TargetChange> {
    let after = after?;
    let Some(before) = before else {
        return Some(TargetChange::Any);
    };
    if before == after {
        return None;
    }
    let mut without_contact = after.clone();
    without_contact.last_seen = before.last_seen;
    without_contact.address.clone_from(&before.address);
    Some(if without_contact == *before { TargetChange::Contact } else { TargetChange::Any })
}

/// Lets campaigns react to changes of the fleet.
///
/// # Errors
/// What the store or the queue fails with; the changes are then delivered again.
pub async fn react(engine: &Engine, changes: &[FleetChange]) -> Result<()> {
    let consequences = Consequences::of(changes);
    rollouts::progressed(engine, &consequences.rollouts).await?;
    Box::pin(auto_assignments::targets_changed(engine, &consequences.targets, &consequences.contacts)).await?;
    Box::pin(rollouts::targets_changed(engine, &consequences.targets)).await
}
