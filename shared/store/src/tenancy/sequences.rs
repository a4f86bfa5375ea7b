//! Ascending ids.

use harrier_domain::{Tenant, named};
use std::ops::Range;

use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys;

named! {
    /// What gets numbered. Each counts from 1 within its tenant.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Sequence {
        Action = "action",
        Target = "target",
        /// Everything in the catalogue shares one sequence.
        Catalogue = "catalogue",
        Rollout = "rollout",
        RolloutGroup = "rollout-group",
        /// Invalidations.
        Job = "job",
    }
}

/// Devices parse action ids as 32-bit integers (DDI §1.1).
const MAX_ACTION_ID: i64 = i32::MAX as i64;

impl Store {
    /// Takes `count` fresh ids at once. Ids may be skipped, never given twice.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the tenant ran out of action ids.
    pub async fn next_ids(&self, tenant: &Tenant, sequence: Sequence, count: u32) -> Result<Range<i64>> {
        let key = keys::tenancy(tenant, "sequence", sequence.name());
        let last = self.database.add(&key, "n", i64::from(count)).await?;
        if sequence == Sequence::Action && last > MAX_ACTION_ID {
            return Err(StoreError::Backend(format!("tenant {tenant} has used all action ids")));
        }
        Ok(last - i64::from(count) + 1..last + 1)
    }

    /// One fresh id.
    pub async fn next_id(&self, tenant: &Tenant, sequence: Sequence) -> Result<i64> {
        Ok(self.next_ids(tenant, sequence, 1).await?.start)
    }
}
