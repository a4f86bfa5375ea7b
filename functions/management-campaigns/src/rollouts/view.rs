//! The full forms of rollouts, with what they are counted by and the names of their sets.

use futures::future::try_join_all;
use harrier_domain::rollout::Rollout;
use harrier_domain::software::DistributionSet;
use harrier_rest::Origin;
use harrier_rest::resources::RolloutResource;
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Result};
use std::collections::BTreeMap;

pub(super) async fn full(app: &App, caller: &Caller, rollout: &Rollout, origin: &Origin) -> Result<RolloutResource> {
    let shown = full_of_all(app, caller, std::slice::from_ref(rollout), origin).await?;
    Ok(shown.into_iter().next().unwrap_or_else(|| RolloutResource::compact(rollout, origin)))
}

/// One query for each rollout, and one batch read of their sets.
pub(super) async fn full_of_all(
    app: &App,
    caller: &Caller,
    rollouts: &[Rollout],
    origin: &Origin,
) -> Result<Vec<RolloutResource>> {
    let (store, tenant) = (&app.store, caller.tenant());
    let sets: Vec<i64> = rollouts.iter().map(|rollout| rollout.distribution_set).collect();
    let sets = store.find_many::<DistributionSet>(tenant, &sets, Consistency::Eventual).await?;
    let sets: BTreeMap<i64, (&str, &str)> =
        sets.iter().map(|set| (set.id, (set.name.as_str(), set.version.as_str()))).collect();
    let counts = try_join_all(rollouts.iter().map(|rollout| store.rollout_counts(tenant, rollout.id))).await?;
    let counted = rollouts.iter().zip(counts);
    let shown = counted.map(|(rollout, counts)| {
        let set = sets.get(&rollout.distribution_set).copied();
        RolloutResource::full(rollout, &counts.into_values().sum(), set, origin)
    });
    Ok(shown.collect())
}
