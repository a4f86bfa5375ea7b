//! Targets that match a rollout, before they are put into groups: in the order in which the targets were made, whatever
//! order the fleet is read in.
//!
//! They are spread over 8 partitions by number, so that a large fleet is written fast, and merged when read. They expire by
//! themselves; those of a dynamic rollout go as soon as they are dealt with.

use futures::future::try_join_all;
use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use super::all_of;
use crate::error::Result;
use crate::item::{Key, Record, encode};
use crate::keys::padded;
use crate::records::{decode_all, values};
use crate::schema::Table;
use crate::{MAX_PAGE, Store, keys};

const PARTITIONS: i64 = 8;

/// A target that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(rename = "ro")]
    pub rollout: i64,
    #[serde(rename = "no")]
    pub number: i64,
    #[serde(rename = "id")]
    pub controller_id: String,
    /// Which of the rollout's distinct group filters match, by position.
    #[serde(rename = "f")]
    pub filters: Vec<u16>,
    /// Waits for a place in a dynamic group; the others are for the static ones.
    #[serde(rename = "dyn", default)]
    pub dynamic: bool,
    /// When the item may go, epoch seconds: the table's time to live.
    #[serde(rename = "ttl")]
    pub expires: i64,
}

fn candidates_of(rollout: i64, dynamic: bool, part: i64) -> String {
    let kind = if dynamic { "rollout-waiting" } else { "rollout-candidate" };
    format!("{kind}#{rollout}#{part}")
}

impl Record for Candidate {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::campaign(
            tenant,
            &candidates_of(self.rollout, self.dynamic, self.number.rem_euclid(PARTITIONS)),
            self.number,
        )
    }
}

/// Where a walk through the candidates stands: the number of the last one it has seen.
pub type CandidateCursor = i64;

impl Store {
    /// Notes candidates. Plain writes: repeating them changes nothing.
    pub async fn put_candidates(&self, tenant: &Tenant, candidates: &[Candidate]) -> Result<()> {
        let items = candidates.iter().map(|candidate| encode(candidate, tenant)).collect::<Result<_>>()?;
        self.database.write_many(Table::Campaigns, items, Vec::new()).await
    }

    /// Forgets candidates.
    pub async fn remove_candidates(&self, tenant: &Tenant, candidates: &[Candidate]) -> Result<()> {
        let keys = candidates.iter().map(|candidate| candidate.key(tenant)).collect();
        self.database.write_many(Table::Campaigns, Vec::new(), keys).await
    }

    /// The next candidates for the static groups, or for the dynamic ones, after the number `after`, in the order of the
    /// numbers, and whether there may be more after them.
    pub async fn rollout_candidates(
        &self,
        tenant: &Tenant,
        rollout: i64,
        dynamic: bool,
        after: CandidateCursor,
        limit: i32,
    ) -> Result<(Vec<Candidate>, bool)> {
        let limit = limit.clamp(1, MAX_PAGE);
        let share = (limit / i32::try_from(PARTITIONS).unwrap_or(1) + 8).min(MAX_PAGE);
        let read = |part| async move {
            let waiting = all_of(tenant, &candidates_of(rollout, dynamic, part));
            self.database.query(&waiting.after(padded(after).as_str()).limit(share), None).await
        };
        let pages = try_join_all((0..PARTITIONS).map(read)).await?;
        // What lies behind the end of a page that goes on is not in order yet.
        let mut horizon = i64::MAX;
        let mut found: Vec<Candidate> = Vec::new();
        for page in pages {
            let goes_on = page.next.is_some();
            let items: Vec<Candidate> = values(decode_all(page.items)?);
            if let Some(last) = items.last().filter(|_| goes_on) {
                horizon = horizon.min(last.number);
            }
            found.extend(items);
        }
        found.retain(|candidate| candidate.number <= horizon);
        found.sort_by_key(|candidate| candidate.number);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = horizon < i64::MAX || found.len() > most;
        found.truncate(most);
        Ok((found, more))
    }

    /// The keys of all candidates and counters of a rollout, for removal with it.
    pub async fn forget_rollout(&self, tenant: &Tenant, rollout: i64) -> Result<()> {
        for (part, dynamic) in (0..PARTITIONS).flat_map(|part| [(part, false), (part, true)]) {
            let keys = self.database.keys(&all_of(tenant, &candidates_of(rollout, dynamic, part))).await?;
            self.database.write_many(Table::Campaigns, Vec::new(), keys).await?;
        }
        let counters = self.counter_keys(tenant, rollout).await?;
        self.database.write_many(Table::Campaigns, Vec::new(), counters).await
    }
}
