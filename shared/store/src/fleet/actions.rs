//! Actions and their history.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use harrier_domain::Tenant;
use harrier_domain::action::{Action, StatusEntry};

use crate::database::{Consistency, Page, Range, SortRange};
use crate::error::{Result, StoreError};
use crate::expression::{Expression, number, text};
use crate::item::{Key, Loaded, Record, decode, encode};
use crate::keys;
use crate::meter::{self, Kind};
use crate::rollouts::counted;
use crate::schema::{INDEX_BY_ID, INDEX_PARTITION_KEY, INDEX_SORT_KEY, PARTITION_KEY, SORT_KEY, Table};
use crate::{MAX_PAGE, Store};

impl Record for Action {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::action(tenant, &self.controller_id, self.id)
    }

    fn index(&self, tenant: &Tenant) -> Option<(String, i64)> {
        Some((keys::action_index(tenant, self.id), self.id))
    }

    fn counted(&self, tenant: &Tenant) -> Vec<(Key, &'static str)> {
        counted(tenant, self).into_iter().collect()
    }

    const IS_COUNTED: bool = true;
}

impl Record for StatusEntry {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::entry(tenant, &self.controller_id, self.action, self.id)
    }
}

/// The order of a history listing: by id, which is the order of the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryOrder {
    OldestFirst,
    NewestFirst,
}

impl Store {
    /// One action of a target, or `None`.
    pub async fn action(
        &self,
        tenant: &Tenant,
        controller_id: &str,
        id: i64,
        consistency: Consistency,
    ) -> Result<Option<Loaded<Action>>> {
        let item = self.database.get(&keys::action(tenant, controller_id, id), consistency).await?;
        item.map(decode).transpose()
    }

    /// Many actions of one target, in no order.
    pub async fn actions(&self, tenant: &Tenant, controller_id: &str, ids: &[i64]) -> Result<Vec<Loaded<Action>>> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::action(tenant, controller_id, *id)).collect();
        let items = self.database.get_many(Table::Fleet, &keys, Consistency::Strong).await?;
        items.into_iter().map(decode).collect()
    }

    /// All actions of a target, oldest first.
    pub async fn actions_of(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<Loaded<Action>>> {
        let range = Range {
            table: Table::Fleet,
            partition: keys::actions(tenant, controller_id),
            sort: SortRange::Prefix(keys::ACTION_PREFIX.to_owned()),
            forward: true,
            limit: MAX_PAGE,
            consistency: Consistency::Strong,
        };
        self.database.query_all(&range).await?.into_iter().map(decode).collect()
    }

    /// The ids of a target's oldest actions, at most `count`, oldest first.
    pub async fn oldest_actions(&self, tenant: &Tenant, controller_id: &str, count: usize) -> Result<Vec<i64>> {
        let range = Range {
            table: Table::Fleet,
            partition: keys::actions(tenant, controller_id),
            sort: SortRange::Prefix(keys::ACTION_PREFIX.to_owned()),
            forward: true,
            limit: i32::try_from(count).unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE),
            consistency: Consistency::Strong,
        };
        let page = self.database.query(&range, None).await?;
        let actions = page.items.into_iter().take(count);
        actions.map(|item| decode::<Action>(item).map(|action| action.id)).collect()
    }

    /// The controller id of an action's target, wherever in the tenant it is: from the index, a moment old.
    pub async fn owner_of_action(&self, tenant: &Tenant, id: i64) -> Result<Option<String>> {
        let answer = self
            .database
            .client
            .query()
            .table_name(self.database.table_name(Table::Fleet))
            .index_name(INDEX_BY_ID)
            .key_condition_expression(format!("{INDEX_PARTITION_KEY} = :pk AND {INDEX_SORT_KEY} = :id"))
            .expression_attribute_values(":pk", AttributeValue::S(keys::action_index(tenant, id)))
            .expression_attribute_values(":id", AttributeValue::N(id.to_string()))
            .limit(1)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        let prefix = keys::actions(tenant, "");
        let partition = answer.items().first().and_then(|item| item.get(PARTITION_KEY)?.as_s().ok());
        Ok(partition.and_then(|partition| partition.strip_prefix(&prefix)).map(ToOwned::to_owned))
    }

    /// Part of an action's history: at most `limit` entries after skipping `offset`.
    pub async fn history(
        &self,
        tenant: &Tenant,
        action: &Action,
        order: HistoryOrder,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<StatusEntry>> {
        let wanted = offset.saturating_add(limit);
        let range = Range {
            table: Table::Fleet,
            partition: keys::actions(tenant, &action.controller_id),
            sort: SortRange::Prefix(keys::entry_prefix(action.id)),
            forward: order == HistoryOrder::OldestFirst,
            limit: i32::try_from(wanted).unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE),
            consistency: Consistency::Strong,
        };
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let Page { items: page, next } = self.database.query(&range, start).await?;
            items.extend(page);
            start = next;
            if start.is_none() || items.len() >= wanted {
                break;
            }
        }
        let entries = items.into_iter().skip(offset).take(limit);
        entries.map(|item| decode(item).map(Loaded::into_inner)).collect()
    }

    /// The histories of all actions of a target, in the order of the actions, oldest entry first.
    pub async fn entries_of(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<StatusEntry>> {
        let items = self.database.query_all(&entry_range(tenant, controller_id, keys::ENTRY_PREFIX.to_owned())).await?;
        items.into_iter().map(|item| decode(item).map(Loaded::into_inner)).collect()
    }

    /// The keys of all history entries of a target's actions, oldest action first, for removal with the target.
    pub async fn entry_keys(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<Key>> {
        self.keys_of_entries(tenant, controller_id, keys::ENTRY_PREFIX.to_owned()).await
    }

    /// The keys of all history entries of one action, for removal with it.
    pub async fn entry_keys_of(&self, tenant: &Tenant, action: &Action) -> Result<Vec<Key>> {
        self.keys_of_entries(tenant, &action.controller_id, keys::entry_prefix(action.id)).await
    }

    async fn keys_of_entries(&self, tenant: &Tenant, controller_id: &str, prefix: String) -> Result<Vec<Key>> {
        let range = entry_range(tenant, controller_id, prefix);
        let items = self.database.query_all(&range).await?;
        let sorts = items.iter().filter_map(|item| item.get(SORT_KEY)?.as_s().ok());
        let key = |sort: &String| Key { table: Table::Fleet, partition: range.partition.clone(), sort: sort.clone() };
        Ok(sorts.map(key).collect())
    }

    /// Counts one more entry and then writes it, for entries that accompany a download: two plain writes, not a
    /// transaction. A crash in between leaves the count one too high, which is harmless.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the action was closed or its history filled up meanwhile.
    pub async fn append_plainly(
        &self,
        tenant: &Tenant,
        action: &Loaded<Action>,
        entry: &StatusEntry,
        limit: i64,
    ) -> Result<()> {
        let mut update = counting(entry);
        let open = update.open_in(action.status, limit);
        self.append_if(tenant, entry, update, open).await
    }

    /// As [`Store::append_plainly`], for an action that was not read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the action is gone, closed or full, or has an entry of this millisecond or a later
    /// one: to tell which, it must be read.
    pub async fn append_unseen(&self, tenant: &Tenant, entry: &StatusEntry, limit: i64) -> Result<()> {
        let mut update = counting(entry);
        let (open, newer) = (update.open(limit), update.compare("le", "<", number(entry.id)));
        self.append_if(tenant, entry, update, format!("{open} AND {newer}")).await
    }

    async fn append_if(
        &self,
        tenant: &Tenant,
        entry: &StatusEntry,
        update: Expression,
        condition: String,
    ) -> Result<()> {
        let action = keys::action(tenant, &entry.controller_id, entry.action);
        let appended = self.database.update_if(&action, update, condition).await?
            && self.database.put_new(Table::Fleet, encode(entry, tenant)?).await?;
        if appended { Ok(()) } else { Err(StoreError::Conflict) }
    }
}

/// The change of an action that gets the entry.
fn counting(entry: &StatusEntry) -> Expression {
    let mut update = Expression::default();
    update.set("le", number(entry.id));
    update.set("ls", text(entry.status.name()));
    update.add("n", 1);
    update.count_revision();
    update
}

fn entry_range(tenant: &Tenant, controller_id: &str, prefix: String) -> Range {
    Range {
        table: Table::Fleet,
        partition: keys::actions(tenant, controller_id),
        sort: SortRange::Prefix(prefix),
        forward: true,
        limit: MAX_PAGE,
        consistency: Consistency::Strong,
    }
}
