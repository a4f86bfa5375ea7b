//! Actions and their history.

use harrier_domain::Tenant;
use harrier_domain::action::{Action, StatusEntry};

use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::expression::{Expression, number, text};
use crate::item::{Key, Loaded, Record, encode};
use crate::pages::Pages;
use crate::range::Range;
use crate::records::{decode_all, values};
use crate::rollouts::counted;
use crate::schema::Table;
use crate::{Store, keys};

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
        self.database.find(&keys::action(tenant, controller_id, id), consistency).await
    }

    /// Many actions of one target, in no order.
    pub async fn actions(&self, tenant: &Tenant, controller_id: &str, ids: &[i64]) -> Result<Vec<Loaded<Action>>> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::action(tenant, controller_id, *id)).collect();
        self.database.find_many(Table::Fleet, &keys, Consistency::Strong).await
    }

    /// All actions of a target, oldest first.
    pub async fn actions_of(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<Loaded<Action>>> {
        self.database.all(&range_of(tenant, controller_id, keys::ACTION_PREFIX)).await
    }

    /// The ids of a target's oldest actions, at most `count`, oldest first.
    pub async fn oldest_actions(&self, tenant: &Tenant, controller_id: &str, count: usize) -> Result<Vec<i64>> {
        let range = range_of(tenant, controller_id, keys::ACTION_PREFIX).limit(count);
        let oldest: Vec<Loaded<Action>> = self.database.first_page(&range).await?;
        Ok(oldest.iter().take(count).map(|action| action.id).collect())
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
        let range = range_of(tenant, &action.controller_id, &keys::entry_prefix(action.id))
            .backward(order == HistoryOrder::NewestFirst)
            .limit(wanted);
        let mut pages = Pages::new(&self.database, range);
        let mut items = Vec::new();
        while items.len() < wanted && !pages.is_at_end() {
            items.extend(pages.next().await?);
        }
        Ok(values(decode_all(items.into_iter().skip(offset).take(limit).collect())?))
    }

    /// The histories of all actions of a target, in the order of the actions, oldest entry first.
    pub async fn entries_of(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<StatusEntry>> {
        Ok(values(self.database.all(&range_of(tenant, controller_id, keys::ENTRY_PREFIX)).await?))
    }

    /// The keys of all history entries of a target's actions, oldest action first, for removal with the target.
    pub async fn entry_keys(&self, tenant: &Tenant, controller_id: &str) -> Result<Vec<Key>> {
        self.database.keys(&range_of(tenant, controller_id, keys::ENTRY_PREFIX)).await
    }

    /// The keys of all history entries of one action, for removal with it.
    pub async fn entry_keys_of(&self, tenant: &Tenant, action: &Action) -> Result<Vec<Key>> {
        self.database.keys(&range_of(tenant, &action.controller_id, &keys::entry_prefix(action.id))).await
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

/// A target's actions, or entries, or the entries of one action: as the prefix says.
fn range_of(tenant: &Tenant, controller_id: &str, prefix: &str) -> Range {
    Range::of(Table::Fleet, keys::actions(tenant, controller_id)).starting_with(prefix)
}
