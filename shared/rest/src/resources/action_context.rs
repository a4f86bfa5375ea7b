//! The names that the full forms of actions carry in their links.

use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::software::DistributionSet;
use harrier_store::{Consistency, Result, Store};
use std::collections::{BTreeMap, BTreeSet};

use super::action::{ActionNames, ActionResource};
use crate::Origin;

/// Shows whole actions: [`ActionContext::load`] once for all that will be shown.
#[derive(Debug, Default)]
pub struct ActionContext {
    targets: BTreeMap<String, String>,
    /// Names and versions.
    sets: BTreeMap<i64, (String, String)>,
}

impl ActionContext {
    /// Reads the names of what these actions refer to: two batch reads.
    pub async fn load<'a>(
        store: &Store,
        tenant: &Tenant,
        actions: impl IntoIterator<Item = &'a Action>,
    ) -> Result<Self> {
        let (targets, sets): (BTreeSet<String>, BTreeSet<i64>) =
            actions.into_iter().map(|action| (action.controller_id.clone(), action.distribution_set)).unzip();
        let targets: Vec<String> = targets.into_iter().collect();
        let sets: Vec<i64> = sets.into_iter().collect();
        let targets = store.targets(tenant, &targets).await?;
        let sets = store.find_many::<DistributionSet>(tenant, &sets, Consistency::Eventual).await?;
        Ok(Self {
            targets: targets.iter().map(|target| (target.controller_id.clone(), target.name.clone())).collect(),
            sets: sets.iter().map(|set| (set.id, (set.name.clone(), set.version.clone()))).collect(),
        })
    }

    /// The full form. `now` is in epoch milliseconds.
    #[must_use]
    pub fn full(&self, action: &Action, now: i64, origin: &Origin) -> ActionResource {
        let set = self.sets.get(&action.distribution_set);
        let names = ActionNames {
            target: self.targets.get(&action.controller_id).map(String::as_str),
            distribution_set: set.map(|(name, version)| (name.as_str(), version.as_str())),
            rollout: None,
        };
        ActionResource::full(action, names, now, origin)
    }
}
