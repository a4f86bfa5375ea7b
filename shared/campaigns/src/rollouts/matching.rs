//! Which targets a rollout is for (`domain-behaviour.md` §11.4).

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::Tenant;
use harrier_domain::classification::TargetType;
use harrier_domain::rollout::sizes::Census;
use harrier_domain::software::DistributionSet;
use harrier_domain::target::Target;
use harrier_identity::TenantSnapshot;
use harrier_query::{Placeholders, Query, fields};
use harrier_store::search::{TargetScope, TargetSelection};
use harrier_store::{Loaded, TARGET_SHARDS, TargetDetails};
use std::collections::{BTreeMap, BTreeSet};

use crate::{Engine, Result};

/// Shards read at the same time.
const CONCURRENCY: usize = 8;

/// Targets read at once.
const PAGE: i32 = 500;

/// The rollout's filter and those of its groups, ready for use.
pub(super) struct Matcher {
    base: TargetSelection,
    groups: Vec<TargetSelection>,
    /// Only targets that were made no later, epoch milliseconds.
    made_until: Option<i64>,
}

impl Matcher {
    /// `group_filters` are distinct; an empty one restricts nothing.
    ///
    /// # Errors
    /// [`harrier_domain::Error::RsqlSyntax`] and [`harrier_domain::Error::RsqlField`] for filters that cannot be bound.
    pub async fn load(
        engine: &Engine,
        snapshot: &TenantSnapshot,
        set_type: i64,
        filter: &str,
        group_filters: &[String],
        made_until: Option<i64>,
    ) -> Result<Self> {
        let (store, tenant) = (&engine.store, &snapshot.tenant);
        let compatible = TargetScope::Compatible(compatible_types(engine, tenant, set_type).await?);
        let base = bind(engine, snapshot, filter)?;
        let base = store.select_targets(tenant, base, vec![compatible]).await?;
        let mut groups = Vec::with_capacity(group_filters.len());
        for filter in group_filters {
            let query = bind(engine, snapshot, filter)?;
            groups.push(store.select_targets(tenant, query, Vec::new()).await?);
        }
        Ok(Self { base, groups, made_until })
    }

    pub fn reads_details(&self) -> bool {
        self.base.reads_details() || self.groups.iter().any(TargetSelection::reads_details)
    }

    /// The positions of the group filters that match; `None` when the rollout is not for the target.
    pub fn filters_of(&self, target: &Target, details: Option<&TargetDetails>) -> Option<Vec<u16>> {
        let in_time = self.made_until.is_none_or(|until| target.audit.created_at <= until);
        if !in_time || !self.base.matches(target, details) {
            return None;
        }
        let matching = (0_u16..).zip(&self.groups).filter(|(_, group)| group.matches(target, details));
        Some(matching.map(|(position, _)| position).collect())
    }

    /// Counts the fleet by which filters match: one pass.
    pub async fn count(&self, engine: &Engine, tenant: &Tenant) -> Result<Population> {
        let shards = stream::iter(0..TARGET_SHARDS).map(|shard| self.count_shard(engine, tenant, shard));
        let counts: Vec<Population> = shards.buffer_unordered(CONCURRENCY).try_collect().await?;
        let mut sum = Population::default();
        counts.into_iter().for_each(|population| sum.add(population));
        Ok(sum)
    }

    async fn count_shard(&self, engine: &Engine, tenant: &Tenant, shard: u32) -> Result<Population> {
        let mut population = Population::default();
        let mut after = None;
        loop {
            let (store, details) = (&engine.store, self.reads_details());
            let page = store.targets_of_shard(tenant, details, shard, after.as_deref(), PAGE).await?;
            let matching =
                page.targets.iter().filter_map(|(target, details)| self.filters_of(target, details.as_ref()));
            matching.for_each(|filters| *population.0.entry(filters).or_default() += 1);
            after = page.next;
            if after.is_none() {
                return Ok(population);
            }
        }
    }
}

/// How many targets match which of the group filters.
#[derive(Debug, Default)]
pub(super) struct Population(BTreeMap<Vec<u16>, u64>);

impl Population {
    fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(filters, count)| *self.0.entry(filters).or_default() += count);
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// What groups with these filters, by position, find (`domain-behaviour.md` §11.5).
    pub fn census(&self, filters_of_groups: &[u16]) -> Vec<Census> {
        let census = |(position, filter): (usize, &u16)| {
            let in_filter = self.0.iter().filter(|(filters, _)| filters.contains(filter));
            let earlier = &filters_of_groups[..position];
            let overlapping = in_filter.clone().filter(|(filters, _)| filters.iter().any(|f| earlier.contains(f)));
            Census {
                in_filter: in_filter.map(|(_, count)| count).sum(),
                overlap: overlapping.map(|(_, count)| count).sum(),
            }
        };
        filters_of_groups.iter().enumerate().map(census).collect()
    }
}

fn bind(engine: &Engine, snapshot: &TenantSnapshot, filter: &str) -> harrier_domain::Result<Query> {
    if filter.is_empty() {
        return Ok(Query::everything(&fields::TARGET));
    }
    let overdue = snapshot.configuration.overdue_timestamp(engine.polling_limits, engine.now);
    Ok(Query::bind(filter, &fields::TARGET, &Placeholders { now: engine.now, overdue })?)
}

/// The target types whose targets take sets of this type.
async fn compatible_types(engine: &Engine, tenant: &Tenant, set_type: i64) -> Result<BTreeSet<i64>> {
    let types: Vec<Loaded<TargetType>> = engine.store.all(tenant).await?;
    let compatible = types.iter().filter(|one| one.compatible_set_types.contains(&set_type));
    Ok(compatible.map(|one| one.id).collect())
}

/// The set of a rollout.
pub(super) async fn set_of(engine: &Engine, tenant: &Tenant, id: i64) -> Result<DistributionSet> {
    Ok(engine.store.get::<DistributionSet>(tenant, id).await?.into_inner())
}
