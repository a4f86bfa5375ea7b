//! All targets in the order of their controller ids: the shards are ordered, so merging them is enough.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use std::cmp::Ordering;
use std::collections::VecDeque;

use futures::{StreamExt, TryStreamExt, stream};

use super::walk::WALK_PAGE;
use crate::error::Result;
use crate::item::{Item, Loaded, decode};
use crate::pages::Pages;
use crate::range::Range;
use crate::schema::{SORT_KEY, Table};
use crate::{Store, TARGET_SHARDS, keys};

/// Shards read at the same time.
pub(super) const CONCURRENCY: usize = 8;

/// The merged shards.
#[derive(Debug)]
pub(super) struct MergedShards {
    shards: Vec<OrderedShard>,
    forward: bool,
    page: usize,
}

#[derive(Debug)]
struct OrderedShard {
    pages: Pages,
    /// Undecoded: most are skipped.
    ready: VecDeque<Item>,
}

impl MergedShards {
    /// `wanted` is how many targets will be taken, about.
    pub fn new(store: &Store, tenant: &Tenant, forward: bool, wanted: usize) -> Self {
        let page = page_size(wanted);
        let shard = |shard| {
            let targets = Range::of(Table::Fleet, keys::targets(tenant, shard)).backward(!forward).limit(page);
            OrderedShard { pages: Pages::new(&store.database, targets), ready: VecDeque::new() }
        };
        Self { shards: (0..TARGET_SHARDS).map(shard).collect(), forward, page }
    }

    /// The part of the order from `offset` on.
    pub async fn slice(mut self, offset: usize, limit: usize) -> Result<Vec<Target>> {
        let mut targets = Vec::with_capacity(limit);
        for position in 0..offset.saturating_add(limit) {
            self.make_ready().await?;
            let Some(item) = self.take_first() else { break };
            if position >= offset {
                targets.push(decode(item).map(Loaded::into_inner)?);
            }
        }
        Ok(targets)
    }

    /// Reads on where nothing is left, and at the same time where little is.
    async fn make_ready(&mut self) -> Result<()> {
        while self.shards.iter().any(OrderedShard::is_unknown) {
            let low = self.page / 2;
            let running_low = self.shards.iter_mut().filter(|shard| shard.ready.len() <= low);
            let reads = running_low.map(OrderedShard::read_on).collect::<Vec<_>>();
            stream::iter(reads).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
        }
        Ok(())
    }

    fn take_first(&mut self) -> Option<Item> {
        let forward = self.forward;
        let with_items = self.shards.iter_mut().filter(|shard| !shard.ready.is_empty());
        let first = with_items.min_by(|left, right| order(left.first(), right.first(), forward))?;
        first.ready.pop_front()
    }
}

fn order(left: Option<&str>, right: Option<&str>, forward: bool) -> Ordering {
    if forward { left.cmp(&right) } else { right.cmp(&left) }
}

impl OrderedShard {
    /// Nobody knows what comes next.
    fn is_unknown(&self) -> bool {
        self.ready.is_empty() && !self.pages.is_at_end()
    }

    async fn read_on(&mut self) -> Result<()> {
        let items = self.pages.next().await?;
        self.ready.extend(items);
        Ok(())
    }

    fn first(&self) -> Option<&str> {
        self.ready.front()?.get(SORT_KEY)?.as_s().ok().map(String::as_str)
    }
}

/// A shard's share of what is wanted, and a bit more, because shards differ.
fn page_size(wanted: usize) -> usize {
    let share = wanted / TARGET_SHARDS as usize;
    let most = usize::try_from(WALK_PAGE).unwrap_or(usize::MAX);
    (share + 2 * share.isqrt() + 4).min(most)
}
