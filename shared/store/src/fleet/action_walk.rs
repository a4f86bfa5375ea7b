//! All actions of a tenant in the order of their ids: a merge over the partitions of the by-id index.

use futures::future::try_join_all;
use harrier_domain::Tenant;
use std::collections::VecDeque;

use super::action_index::{ActionReference, index, references};
use crate::Store;
use crate::error::Result;
use crate::keys::ACTION_SHARDS;
use crate::pages::Pages;

/// Which action comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkOrder {
    OldestFirst,
    NewestFirst,
}

/// Goes through the actions of a tenant.
#[derive(Debug)]
pub struct ActionWalk<'a> {
    tenant: &'a Tenant,
    order: WalkOrder,
    partitions: Vec<Cursor>,
}

/// Where the walk stands in one partition.
#[derive(Debug)]
struct Cursor {
    pages: Pages,
    waiting: VecDeque<ActionReference>,
}

impl Store {
    /// Starts a walk; `expected` is how many references will be asked for altogether, as far as that is known.
    #[must_use]
    pub fn walk_actions<'a>(&self, tenant: &'a Tenant, order: WalkOrder, expected: usize) -> ActionWalk<'a> {
        let page = expected / usize::try_from(ACTION_SHARDS).unwrap_or(1) + 8;
        let cursor = |shard| {
            let range = index(tenant, shard).backward(order == WalkOrder::NewestFirst).limit(page);
            Cursor { pages: Pages::new(&self.database, range), waiting: VecDeque::new() }
        };
        ActionWalk { tenant, order, partitions: (0..ACTION_SHARDS).map(cursor).collect() }
    }
}

impl ActionWalk<'_> {
    /// The next references, at most `count`; fewer only at the end.
    pub async fn next(&mut self, count: usize) -> Result<Vec<ActionReference>> {
        let mut taken = Vec::with_capacity(count.min(1024));
        while taken.len() < count {
            self.fill().await?;
            let Some(first) = self.first_partition() else {
                break;
            };
            taken.extend(self.partitions[first].waiting.pop_front());
        }
        Ok(taken)
    }

    /// The partition whose first waiting reference is next. All that are not at their end have one.
    fn first_partition(&self) -> Option<usize> {
        let heads = self.partitions.iter().enumerate();
        let heads = heads.filter_map(|(at, cursor)| Some((cursor.waiting.front()?.id, at)));
        match self.order {
            WalkOrder::OldestFirst => heads.min(),
            WalkOrder::NewestFirst => heads.max(),
        }
        .map(|(_, at)| at)
    }

    /// Reads on in every partition that has nothing waiting, all at once.
    async fn fill(&mut self) -> Result<()> {
        let dry = self.partitions.iter_mut().filter(|cursor| cursor.is_dry());
        try_join_all(dry.map(|cursor| cursor.read_on(self.tenant))).await?;
        Ok(())
    }
}

impl Cursor {
    fn is_dry(&self) -> bool {
        self.waiting.is_empty() && !self.pages.is_at_end()
    }

    async fn read_on(&mut self, tenant: &Tenant) -> Result<()> {
        self.waiting.extend(references(tenant, &self.pages.next().await?));
        Ok(())
    }
}
