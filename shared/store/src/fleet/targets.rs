//! Target records.

use harrier_domain::Tenant;
use harrier_domain::target::Target;

use crate::database::Consistency;
use crate::error::Result;
use crate::expression::{Expression, exists, number, text};
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::schema::Table;
use crate::{Store, Transaction, keys};

impl Record for Target {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::target(tenant, &self.controller_id)
    }
}

/// The attribute of a counter item.
pub(super) const COUNT: &str = "n";

impl Store {
    /// One target, or `None`.
    pub async fn target(
        &self,
        tenant: &Tenant,
        controller_id: &str,
        consistency: Consistency,
    ) -> Result<Option<Loaded<Target>>> {
        self.database.find(&keys::target(tenant, controller_id), consistency).await
    }

    /// Many targets, in no order; unknown ids are left out.
    pub async fn targets(&self, tenant: &Tenant, controller_ids: &[String]) -> Result<Vec<Loaded<Target>>> {
        let keys: Vec<Key> = controller_ids.iter().map(|id| keys::target(tenant, id)).collect();
        self.database.find_many(Table::Fleet, &keys, Consistency::Strong).await
    }

    /// One page of a shard, in the order of controller ids, starting after `after`.
    pub async fn target_page(
        &self,
        tenant: &Tenant,
        shard: u32,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<Loaded<Target>>> {
        let shard = Range::of(Table::Fleet, keys::targets(tenant, shard)).limit(limit);
        self.database.first_page(&shard.after(after)).await
    }

    /// How many targets the tenant has: exact, from the counters.
    pub async fn target_count(&self, tenant: &Tenant) -> Result<u64> {
        let items = self.database.query_all(&Range::of(Table::Fleet, keys::target_counts(tenant))).await?;
        let counts = items.iter().filter_map(|item| item.get(COUNT)?.as_n().ok()?.parse::<i64>().ok());
        Ok(u64::try_from(counts.sum::<i64>()).unwrap_or(0))
    }

    /// The counter of one shard.
    pub(crate) async fn target_count_of_shard(&self, tenant: &Tenant, shard: u32) -> Result<i64> {
        self.database.number(&keys::target_count(tenant, shard), COUNT).await
    }

    /// Notes a contact: its time, and the address if it changed. Not a decision, hence no revision and no transaction;
    /// a target deleted meanwhile stays deleted.
    pub async fn note_contact(
        &self,
        tenant: &Tenant,
        controller_id: &str,
        now: i64,
        address: Option<&str>,
    ) -> Result<()> {
        let mut update = Expression::default();
        update.set("seen", number(now));
        if let Some(address) = address {
            update.set("addr", text(address));
        }
        self.database.update_if(&keys::target(tenant, controller_id), update, exists()).await?;
        Ok(())
    }
}

impl Transaction<'_> {
    /// Counts targets made (positive) or removed (negative) in the shard of `controller_id`.
    pub fn count_target(&mut self, tenant: &Tenant, controller_id: &str, amount: i64) -> &mut Self {
        self.count_targets_of_shard(tenant, keys::target_shard(controller_id), amount)
    }

    /// The same for a whole shard at once.
    pub fn count_targets_of_shard(&mut self, tenant: &Tenant, shard: u32, amount: i64) -> &mut Self {
        self.count(&keys::target_count(tenant, shard), COUNT, amount)
    }
}
