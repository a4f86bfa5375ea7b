//! Through one shard in the order of controller ids, details joined as they come along in the same order.

use harrier_domain::Tenant;
use harrier_domain::target::Target;
use std::collections::VecDeque;

use crate::database::Consistency;
use crate::error::Result;
use crate::item::Loaded;
use crate::pages::Pages;
use crate::range::Range;
use crate::records::{decode_all, values};
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

/// A walk through one shard.
#[derive(Debug)]
pub(super) struct ShardWalk {
    targets: Pages,
    details: Option<DetailsAlongside>,
}

impl ShardWalk {
    pub fn new(store: &Store, tenant: &Tenant, shard: u32, range: &WalkRange, page: i32) -> Self {
        let pages = |partition, consistency| {
            let read = Range::of(Table::Fleet, partition).starting_with(range.prefix.as_deref()).limit(page);
            Pages::new(&store.database, read.consistency(consistency)).starting_after(range.after.as_deref())
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
            self.ready.extend(values(decode_all(self.pages.next().await?)?));
        }
        Ok(self.ready.pop_front_if(|first| first.controller_id == controller_id))
    }
}
