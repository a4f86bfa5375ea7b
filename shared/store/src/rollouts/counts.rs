//! How many actions of each group are in which state. Exact: [`Transaction`](crate::Transaction) changes the counters in
//! the very transaction that makes, changes or removes an action.
//!
//! A group's counters are spread over 16 items by controller id, so that devices that finish at the same time rarely meet.

use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_domain::rollout::{Counts, Tally};
use std::collections::BTreeMap;

use super::{all_of, key};
use crate::Store;
use crate::error::Result;
use crate::item::{Item, Key};
use crate::keys::{padded, target_shard};
use crate::range::Range;
use crate::schema::SORT_KEY;

const SHARDS: u32 = 16;

fn counters_of(rollout: i64) -> String {
    format!("rollout-count#{rollout}")
}

/// The counter item that actions of this target are counted in, by number.
#[must_use]
pub fn counter_shard(controller_id: &str) -> u32 {
    target_shard(controller_id) % SHARDS
}

/// Where an action is counted; `None` for one of no rollout.
pub(crate) fn counted(tenant: &Tenant, action: &Action) -> Option<(Key, &'static str)> {
    let (rollout, group) = (action.rollout?, action.rollout_group?);
    let sort = format!("{}#{:02}", padded(group), counter_shard(&action.controller_id));
    Some((key(tenant, &counters_of(rollout), sort), attribute(Tally::of(action))))
}

fn attribute(tally: Tally) -> &'static str {
    match tally {
        Tally::Scheduled => "sch",
        Tally::Running => "run",
        Tally::Canceling => "can",
        Tally::Downloaded => "dl",
        Tally::Finished => "fin",
        Tally::Error => "err",
        Tally::Canceled => "cxl",
    }
}

impl Store {
    /// The counts of all groups of a rollout, by group id. Groups without any action are missing.
    pub async fn rollout_counts(&self, tenant: &Tenant, rollout: i64) -> Result<BTreeMap<i64, Counts>> {
        self.read_counts(&all_of(tenant, &counters_of(rollout))).await
    }

    /// The counts of one group.
    pub async fn group_counts(&self, tenant: &Tenant, rollout: i64, group: i64) -> Result<Counts> {
        let range = all_of(tenant, &counters_of(rollout)).starting_with(format!("{}#", padded(group)).as_str());
        Ok(self.read_counts(&range).await?.remove(&group).unwrap_or_default())
    }

    async fn read_counts(&self, range: &Range) -> Result<BTreeMap<i64, Counts>> {
        let mut counts: BTreeMap<i64, Counts> = BTreeMap::new();
        for item in self.database.query_all(range).await? {
            if let Some(group) = group_of(&item) {
                *counts.entry(group).or_default() += shares(&item);
            }
        }
        Ok(counts)
    }

    /// The keys of all counters of a rollout, for removal with it.
    pub(super) async fn counter_keys(&self, tenant: &Tenant, rollout: i64) -> Result<Vec<Key>> {
        self.database.keys(&all_of(tenant, &counters_of(rollout))).await
    }
}

fn group_of(item: &Item) -> Option<i64> {
    item.get(SORT_KEY)?.as_s().ok()?.split_once('#')?.0.parse().ok()
}

fn shares(item: &Item) -> Counts {
    let mut counts = Counts::default();
    for tally in Tally::ALL {
        let number = item.get(attribute(tally)).and_then(|value| value.as_n().ok()?.parse::<i64>().ok());
        *counts.of_mut(tally) = u64::try_from(number.unwrap_or(0)).unwrap_or(0);
    }
    counts
}
