//! All actions of a tenant in the order of their ids: a merge over the partitions of the by-id index.
//!
//! The index holds keys only and is a moment old; the actions themselves are read consistently.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, Select};
use futures::future::try_join_all;
use harrier_domain::Tenant;
use harrier_domain::action::Action;
use std::collections::VecDeque;

use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Item, Key, Loaded, decode};
use crate::keys::{self, ACTION_SHARDS};
use crate::meter::{self, Kind};
use crate::schema::{INDEX_BY_ID, INDEX_PARTITION_KEY, INDEX_SORT_KEY, PARTITION_KEY, Table};
use crate::{MAX_PAGE, Store};

/// Which action comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkOrder {
    OldestFirst,
    NewestFirst,
}

/// An action's id and its target's controller id: enough to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionReference {
    pub controller_id: String,
    pub id: i64,
}

/// Goes through the actions of a tenant.
#[derive(Debug)]
pub struct ActionWalk<'a> {
    store: &'a Store,
    tenant: &'a Tenant,
    order: WalkOrder,
    /// How many references one read of a partition asks for.
    page: i32,
    partitions: Vec<Cursor>,
}

/// Where the walk stands in one partition.
#[derive(Debug)]
struct Cursor {
    partition: String,
    waiting: VecDeque<ActionReference>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    First,
    After(Item),
    Nothing,
}

impl Store {
    /// Starts a walk; `expected` is how many references will be asked for altogether, as far as that is known.
    #[must_use]
    pub fn walk_actions<'a>(&'a self, tenant: &'a Tenant, order: WalkOrder, expected: usize) -> ActionWalk<'a> {
        let shards = usize::try_from(ACTION_SHARDS).unwrap_or(1);
        let page = i32::try_from(expected / shards + 8).unwrap_or(MAX_PAGE).min(MAX_PAGE);
        let cursor = |shard| Cursor {
            partition: keys::action_index(tenant, shard),
            waiting: VecDeque::new(),
            next: Next::First,
        };
        ActionWalk { store: self, tenant, order, page, partitions: (0..ACTION_SHARDS).map(cursor).collect() }
    }

    /// Actions of one partition of the index, 0 to [`ACTION_SHARDS`], in the order of their ids, starting after `after`.
    pub async fn action_page(
        &self,
        tenant: &Tenant,
        shard: i64,
        after: i64,
        limit: i32,
    ) -> Result<Vec<ActionReference>> {
        let answer = self
            .database
            .client
            .query()
            .table_name(self.database.table_name(Table::Fleet))
            .index_name(INDEX_BY_ID)
            .key_condition_expression(format!("{INDEX_PARTITION_KEY} = :pk AND {INDEX_SORT_KEY} > :after"))
            .expression_attribute_values(":pk", AttributeValue::S(keys::action_index(tenant, shard)))
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .limit(limit.clamp(1, MAX_PAGE))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        let prefix = keys::actions(tenant, "");
        Ok(answer.items().iter().filter_map(|item| reference(item, &prefix)).collect())
    }

    /// The actions referred to, in that order; those gone meanwhile are left out.
    pub async fn actions_at(&self, tenant: &Tenant, references: &[ActionReference]) -> Result<Vec<Loaded<Action>>> {
        let key = |reference: &ActionReference| keys::action(tenant, &reference.controller_id, reference.id);
        let keys: Vec<Key> = references.iter().map(key).collect();
        let items = self.database.get_many(Table::Fleet, &keys, Consistency::Strong).await?;
        let mut actions: Vec<Loaded<Action>> = items.into_iter().map(decode).collect::<Result<_>>()?;
        let mut places: Vec<(i64, usize)> = references.iter().enumerate().map(|(at, r)| (r.id, at)).collect();
        places.sort_unstable();
        let place = |id: i64| places.binary_search_by_key(&id, |(id, _)| *id).map(|found| places[found].1);
        actions.sort_by_key(|action| place(action.id).unwrap_or(usize::MAX));
        Ok(actions)
    }

    /// How many actions the tenant has: counts the keys of the index.
    pub async fn action_count(&self, tenant: &Tenant) -> Result<u64> {
        let counts = try_join_all((0..ACTION_SHARDS).map(|shard| self.count_actions(tenant, shard))).await?;
        Ok(counts.into_iter().sum())
    }

    async fn count_actions(&self, tenant: &Tenant, shard: i64) -> Result<u64> {
        let mut count = 0;
        let mut start = None;
        loop {
            let answer = self
                .database
                .client
                .query()
                .table_name(self.database.table_name(Table::Fleet))
                .index_name(INDEX_BY_ID)
                .key_condition_expression(format!("{INDEX_PARTITION_KEY} = :pk"))
                .expression_attribute_values(":pk", AttributeValue::S(keys::action_index(tenant, shard)))
                .select(Select::Count)
                .limit(MAX_PAGE)
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(StoreError::backend)?;
            meter::record(Kind::Read, answer.consumed_capacity());
            count += u64::try_from(answer.count).unwrap_or(0);
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
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
        let (store, tenant, order, page) = (self.store, self.tenant, self.order, self.page);
        let dry = self.partitions.iter_mut().filter(|cursor| cursor.is_dry());
        try_join_all(dry.map(|cursor| cursor.read(store, tenant, order, page))).await?;
        Ok(())
    }
}

impl Cursor {
    fn is_dry(&self) -> bool {
        self.waiting.is_empty() && !matches!(self.next, Next::Nothing)
    }

    async fn read(&mut self, store: &Store, tenant: &Tenant, order: WalkOrder, page: i32) -> Result<()> {
        let start = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::First => None,
            Next::After(key) => Some(key),
            Next::Nothing => return Ok(()),
        };
        let answer = store
            .database
            .client
            .query()
            .table_name(store.database.table_name(Table::Fleet))
            .index_name(INDEX_BY_ID)
            .key_condition_expression(format!("{INDEX_PARTITION_KEY} = :pk"))
            .expression_attribute_values(":pk", AttributeValue::S(self.partition.clone()))
            .scan_index_forward(order == WalkOrder::OldestFirst)
            .limit(page)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        self.next = answer.last_evaluated_key.map_or(Next::Nothing, Next::After);
        let prefix = keys::actions(tenant, "");
        let found = answer.items.unwrap_or_default();
        self.waiting.extend(found.iter().filter_map(|item| reference(item, &prefix)));
        Ok(())
    }
}

fn reference(item: &Item, prefix: &str) -> Option<ActionReference> {
    let partition = item.get(PARTITION_KEY)?.as_s().ok()?;
    let id = item.get(INDEX_SORT_KEY)?.as_n().ok()?.parse().ok()?;
    Some(ActionReference { controller_id: partition.strip_prefix(prefix)?.to_owned(), id })
}
