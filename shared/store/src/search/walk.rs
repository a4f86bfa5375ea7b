//! Through one shard in the order of controller ids, details joined as they come along in the same order.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use std::collections::VecDeque;

use crate::database::{Consistency, Range, SortRange};
use crate::error::Result;
use crate::item::{Item, Key, Loaded, Record, decode};
use crate::schema::Table;
use crate::{Store, TargetDetails, keys};

/// Targets read at once. Enough that rounding up to whole read units does not matter, few enough that several shards
/// at a time stay small in memory.
pub(super) const WALK_PAGE: i32 = 250;

/// A target as the evaluator sees it.
#[derive(Debug)]
pub(super) struct JoinedTarget {
    pub target: Loaded<Target>,
    pub details: Option<TargetDetails>,
}

/// What part of a shard is read.
#[derive(Debug, Clone, Default)]
pub(super) struct WalkRange {
    /// Only controller ids that start so.
    pub prefix: Option<String>,
    /// Only controller ids after this one.
    pub after: Option<String>,
    /// Whether details are joined, and how fresh they are.
    pub details: Option<Consistency>,
}

/// Reads a range page by page.
#[derive(Debug)]
pub(super) struct Pages {
    store: Store,
    range: Range,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Start,
    After(Item),
    End,
}

impl Pages {
    pub fn new(store: &Store, range: Range) -> Self {
        Self { store: store.clone(), range, next: Next::Start }
    }

    fn starting_after(mut self, sort: Option<&str>) -> Self {
        let (table, partition) = (self.range.table, self.range.partition.clone());
        if let Some(sort) = sort {
            self.next = Next::After(Key { table, partition, sort: sort.to_owned() }.attributes());
        }
        self
    }

    pub fn is_at_end(&self) -> bool {
        matches!(self.next, Next::End)
    }

    /// The next items; may be empty before the end.
    pub async fn next(&mut self) -> Result<Vec<Item>> {
        let start = match std::mem::replace(&mut self.next, Next::End) {
            Next::Start => None,
            Next::After(key) => Some(key),
            Next::End => return Ok(Vec::new()),
        };
        let page = self.store.database.query(&self.range, start).await?;
        self.next = page.next.map_or(Next::End, Next::After);
        Ok(page.items)
    }
}

/// A strongly consistent range of targets: who changed one finds it changed.
pub(super) fn targets_range(partition: String, prefix: Option<&str>, forward: bool, limit: i32) -> Range {
    fleet_range(partition, prefix, forward, limit, Consistency::Strong)
}

fn fleet_range(partition: String, prefix: Option<&str>, forward: bool, limit: i32, consistency: Consistency) -> Range {
    let sort = prefix.map_or(SortRange::All, |prefix| SortRange::Prefix(prefix.to_owned()));
    Range { table: Table::Fleet, partition, sort, forward, limit, consistency }
}

/// A walk through one shard.
#[derive(Debug)]
pub(super) struct ShardWalk {
    targets: Pages,
    details: Option<DetailsAlongside>,
}

impl ShardWalk {
    pub fn new(store: &Store, tenant: &Tenant, shard: u32, range: &WalkRange, page: i32) -> Self {
        let pages = |partition, consistency| {
            let read = fleet_range(partition, range.prefix.as_deref(), true, page, consistency);
            Pages::new(store, read).starting_after(range.after.as_deref())
        };
        let alongside = |consistency| DetailsAlongside::new(pages(keys::all_details(tenant, shard), consistency));
        Self {
            targets: pages(keys::targets(tenant, shard), Consistency::Strong),
            details: range.details.map(alongside),
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.targets.is_at_end()
    }

    /// The next targets; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<JoinedTarget>>> {
        if self.targets.is_at_end() {
            return Ok(None);
        }
        let targets: Vec<Loaded<Target>> = decode_all(self.targets.next().await?)?;
        let mut joined = Vec::with_capacity(targets.len());
        for target in targets {
            let details = match &mut self.details {
                Some(details) => details.of(&target.controller_id).await?,
                None => None,
            };
            joined.push(JoinedTarget { target, details });
        }
        Ok(Some(joined))
    }
}

pub(super) fn decode_all<T: Record>(items: Vec<Item>) -> Result<Vec<Loaded<T>>> {
    items.into_iter().map(decode).collect()
}

/// The other side of the merge join.
#[derive(Debug)]
struct DetailsAlongside {
    pages: Pages,
    ready: VecDeque<TargetDetails>,
}

impl DetailsAlongside {
    fn new(pages: Pages) -> Self {
        Self { pages, ready: VecDeque::new() }
    }

    /// The details of a target. Ids must be asked for in ascending order.
    async fn of(&mut self, controller_id: &str) -> Result<Option<TargetDetails>> {
        loop {
            while self.ready.front().is_some_and(|first| first.controller_id.as_str() < controller_id) {
                self.ready.pop_front();
            }
            if !self.ready.is_empty() || self.pages.is_at_end() {
                break;
            }
            let page = decode_all(self.pages.next().await?)?;
            self.ready.extend(page.into_iter().map(Loaded::into_inner));
        }
        Ok(self.ready.pop_front_if(|first| first.controller_id == controller_id))
    }
}
