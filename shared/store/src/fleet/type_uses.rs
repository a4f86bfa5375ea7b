//! How many targets have a type: exact counters, so that a type in use cannot be removed, whatever happens at the same
//! time. Making a target counts and checks that the type is there; removing a type checks that nothing is counted. Both
//! are transactions, so one of the two is first.

use harrier_domain::{Error, Tenant};

use super::targets::COUNT;
use crate::error::Result;
use crate::item::Key;
use crate::keys::{TARGET_SHARDS, target_shard};
use crate::schema::Table;
use crate::{Store, Transaction};

/// The counters are spread like the targets.
fn counter(tenant: &Tenant, target_type: i64, shard: u32) -> Key {
    let partition = format!("{tenant}#count#target-type#{target_type}");
    Key { table: Table::Fleet, partition, sort: format!("{shard:02}") }
}

impl Transaction<'_> {
    /// Counts targets of a shard that get (positive) or lose (negative) the type. Whoever gives a type also checks that
    /// it is there ([`Transaction::check_unchanged`]).
    pub fn count_targets_of_type(&mut self, tenant: &Tenant, target_type: i64, shard: u32, amount: i64) -> &mut Self {
        self.count(&counter(tenant, target_type, shard), COUNT, amount)
    }

    /// The same for one target.
    pub fn count_target_of_type(
        &mut self,
        tenant: &Tenant,
        target_type: i64,
        controller_id: &str,
        amount: i64,
    ) -> &mut Self {
        self.count_targets_of_type(tenant, target_type, target_shard(controller_id), amount)
    }

    /// Holds the transaction to no target having the type; `refusal` otherwise.
    pub fn require_type_unused(&mut self, tenant: &Tenant, target_type: i64, refusal: &Error) -> &mut Self {
        for shard in 0..TARGET_SHARDS {
            self.require_zero(&counter(tenant, target_type, shard), COUNT, refusal.clone());
        }
        self
    }
}

impl Store {
    /// The counter of one shard.
    pub(crate) async fn type_uses_in_shard(&self, tenant: &Tenant, target_type: i64, shard: u32) -> Result<i64> {
        self.database.number(&counter(tenant, target_type, shard), COUNT).await
    }

    /// Removes the counters of a type that is gone. They are all zero, so this only tidies up.
    pub async fn forget_type_uses(&self, tenant: &Tenant, target_type: i64) -> Result<()> {
        let mut transaction = self.transaction(tenant);
        for shard in 0..TARGET_SHARDS {
            transaction.delete_key(&counter(tenant, target_type, shard));
        }
        transaction.commit().await
    }
}
