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
    rollouts: BTreeMap<i64, String>,
}

impl ActionContext {
    /// Reads the names that even the short form shows, those of rollouts: one batch read if there are any.
    pub async fn load_short<'a>(
        store: &Store,
        tenant: &Tenant,
        actions: impl IntoIterator<Item = &'a Action>,
    ) -> Result<Self> {
        let ids: BTreeSet<i64> = actions.into_iter().filter_map(|action| action.rollout).collect();
        let rollouts = store.rollouts_with(tenant, &ids.into_iter().collect::<Vec<_>>()).await?;
        let rollouts = rollouts.iter().map(|rollout| (rollout.id, rollout.name.clone())).collect();
        Ok(Self { rollouts, ..Self::default() })
    }

    /// Reads the names of what these actions refer to: two batch reads, or three.
    pub async fn load<'a>(
        store: &Store,
        tenant: &Tenant,
        actions: impl IntoIterator<Item = &'a Action>,
    ) -> Result<Self> {
        let actions: Vec<&Action> = actions.into_iter().collect();
        let short = Self::load_short(store, tenant, actions.iter().copied()).await?;
        let (targets, sets): (BTreeSet<String>, BTreeSet<i64>) =
            actions.into_iter().map(|action| (action.controller_id.clone(), action.distribution_set)).unzip();
        let targets: Vec<String> = targets.into_iter().collect();
        let sets: Vec<i64> = sets.into_iter().collect();
        let targets = store.targets(tenant, &targets).await?;
        let sets = store.find_many::<DistributionSet>(tenant, &sets, Consistency::Eventual).await?;
        Ok(Self {
            targets: targets.iter().map(|target| (target.controller_id.clone(), target.name.clone())).collect(),
            sets: sets.iter().map(|set| (set.id, (set.name.clone(), set.version.clone()))).collect(),
            ..short
        })
    }

    /// The full form. `now` is in epoch milliseconds.
    #[must_use]
    pub fn full(&self, action: &Action, now: i64, origin: &Origin) -> ActionResource {
        let set = self.sets.get(&action.distribution_set);
        let names = ActionNames {
            target: self.targets.get(&action.controller_id).map(String::as_str),
            distribution_set: set.map(|(name, version)| (name.as_str(), version.as_str())),
            rollout: self.rollout_name(action),
        };
        ActionResource::full(action, names, now, origin)
    }

    /// The form inside lists. `now` is in epoch milliseconds.
    #[must_use]
    pub fn item(&self, action: &Action, now: i64, origin: &Origin) -> ActionResource {
        let names = ActionNames { rollout: self.rollout_name(action), ..ActionNames::default() };
        ActionResource::item(action, names, now, origin)
    }

    fn rollout_name(&self, action: &Action) -> Option<&str> {
        self.rollouts.get(&action.rollout?).map(String::as_str)
    }
}
