//! How many distribution sets use a distribution set type: a counter beside the type, changed in the transactions that
//! make and remove sets, so that "unused" can be a condition of a transaction instead of a guess.

use harrier_domain::{Error, Tenant};

use crate::error::{Result, StoreError};
use crate::item::Key;
use crate::{Store, Transaction, keys};

const SETS: &str = "sets";

fn usage_key(tenant: &Tenant, set_type: i64) -> Key {
    keys::catalogue(tenant, "usage-of-set-type", set_type)
}

impl Transaction<'_> {
    /// Counts sets of a type made (positive) or removed (negative).
    pub fn count_sets_of_type(&mut self, tenant: &Tenant, set_type: i64, amount: i64) -> &mut Self {
        self.count(&usage_key(tenant, set_type), SETS, amount)
    }

    /// No set uses the type; `refusal` otherwise.
    pub fn require_no_sets_of_type(&mut self, tenant: &Tenant, set_type: i64, refusal: Error) -> &mut Self {
        self.require_zero(&usage_key(tenant, set_type), SETS, refusal)
    }

    /// Removes the counter of a type that is removed itself.
    pub fn forget_sets_of_type(&mut self, tenant: &Tenant, set_type: i64) -> &mut Self {
        self.delete_key(&usage_key(tenant, set_type))
    }
}

impl Store {
    /// How many sets, soft-deleted ones included, use the type.
    pub async fn count_of_sets_of_type(&self, tenant: &Tenant, set_type: i64) -> Result<u64> {
        let count = self.database.number(&usage_key(tenant, set_type), SETS).await?;
        u64::try_from(count).map_err(StoreError::broken_item)
    }
}
