//! Where the actions of a tenant are: the by-id index.
//!
//! It holds keys only and is a moment old; the actions themselves are read consistently.

use futures::future::try_join_all;
use harrier_domain::Tenant;
use harrier_domain::action::Action;

use crate::Store;
use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Item, Key, Loaded};
use crate::keys::{self, ACTION_SHARDS};
use crate::range::Range;
use crate::schema::{INDEX_SORT_KEY, PARTITION_KEY, Table};

/// An action's id and its target's controller id: enough to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionReference {
    pub controller_id: String,
    pub id: i64,
}

impl Store {
    /// The controller id of an action's target, wherever in the tenant it is: from the index, a moment old.
    pub async fn owner_of_action(&self, tenant: &Tenant, id: i64) -> Result<Option<String>> {
        let range = index(tenant, id).with_id(id).limit(1);
        let found = references(tenant, &self.database.query(&range, None).await?.items).pop();
        Ok(found.map(|reference| reference.controller_id))
    }

    /// Actions of one partition of the index, 0 to [`ACTION_SHARDS`], in the order of their ids, starting after `after`.
    pub async fn action_page(
        &self,
        tenant: &Tenant,
        shard: i64,
        after: i64,
        limit: i32,
    ) -> Result<Vec<ActionReference>> {
        let range = index(tenant, shard).after_id(after).limit(limit);
        Ok(references(tenant, &self.database.query(&range, None).await?.items))
    }

    /// The actions referred to, in that order; those gone meanwhile are left out.
    pub async fn actions_at(&self, tenant: &Tenant, references: &[ActionReference]) -> Result<Vec<Loaded<Action>>> {
        let key = |reference: &ActionReference| keys::action(tenant, &reference.controller_id, reference.id);
        let keys: Vec<Key> = references.iter().map(key).collect();
        let mut actions: Vec<Loaded<Action>> =
            self.database.find_many(Table::Fleet, &keys, Consistency::Strong).await?;
        let mut places: Vec<(i64, usize)> = references.iter().enumerate().map(|(at, r)| (r.id, at)).collect();
        places.sort_unstable();
        let place = |id: i64| places.binary_search_by_key(&id, |(id, _)| *id).map(|found| places[found].1);
        actions.sort_by_key(|action| place(action.id).unwrap_or(usize::MAX));
        Ok(actions)
    }

    /// How many actions the tenant has: counts the keys of the index.
    pub async fn action_count(&self, tenant: &Tenant) -> Result<u64> {
        let count = |shard| async move { self.database.count(&index(tenant, shard)).await };
        Ok(try_join_all((0..ACTION_SHARDS).map(count)).await?.into_iter().sum())
    }
}

/// The partition of the index that holds this id.
pub(super) fn index(tenant: &Tenant, id: i64) -> Range {
    Range::of_index(keys::action_index(tenant, id))
}

/// What items of the index refer to.
pub(super) fn references(tenant: &Tenant, items: &[Item]) -> Vec<ActionReference> {
    let prefix = keys::actions(tenant, "");
    let reference = |item: &Item| {
        let partition = item.get(PARTITION_KEY)?.as_s().ok()?;
        let id = item.get(INDEX_SORT_KEY)?.as_n().ok()?.parse().ok()?;
        Some(ActionReference { controller_id: partition.strip_prefix(&prefix)?.to_owned(), id })
    };
    items.iter().filter_map(reference).collect()
}
