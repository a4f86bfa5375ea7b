//! The rollouts of a tenant and the groups of a rollout. Both are few: a listing reads their one partition.

use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_domain::{Entity, Error, Tenant};

use serde::{Deserialize, Serialize};

use super::all_of;
use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Key, Loaded, Record};
use crate::schema::Table;
use crate::{Store, keys};

const ROLLOUTS: &str = "rollout";

fn groups_of(rollout: i64) -> String {
    format!("rollout-group#{rollout}")
}

impl Record for Rollout {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::campaign(tenant, ROLLOUTS, self.id)
    }
}

impl Record for RolloutGroup {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::campaign(tenant, &groups_of(self.rollout), self.id)
    }
}

/// A dynamic rollout runs: changed targets are offered to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicRollout {
    pub id: i64,
}

const DYNAMIC: &str = "rollout-dynamic";

impl Record for DynamicRollout {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::campaign(tenant, DYNAMIC, self.id)
    }
}

impl Store {
    /// The dynamic rollouts that run.
    pub async fn dynamic_rollouts(&self, tenant: &Tenant) -> Result<Vec<i64>> {
        let running: Vec<Loaded<DynamicRollout>> = self.database.all(&all_of(tenant, DYNAMIC)).await?;
        Ok(running.iter().map(|rollout| rollout.id).collect())
    }

    /// One rollout, or `None`.
    pub async fn find_rollout(&self, tenant: &Tenant, id: i64) -> Result<Option<Loaded<Rollout>>> {
        self.database.find(&keys::campaign(tenant, ROLLOUTS, id), Consistency::Strong).await
    }

    /// One rollout, soft-deleted ones included.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn rollout(&self, tenant: &Tenant, id: i64) -> Result<Loaded<Rollout>> {
        let found = self.find_rollout(tenant, id).await?;
        found.ok_or_else(|| StoreError::Refused(Error::not_found(Entity::Rollout, id)))
    }

    /// Many rollouts, in no order; unknown ones are left out.
    pub async fn rollouts_with(&self, tenant: &Tenant, ids: &[i64]) -> Result<Vec<Loaded<Rollout>>> {
        let keys: Vec<Key> = ids.iter().map(|id| keys::campaign(tenant, ROLLOUTS, *id)).collect();
        self.database.find_many(Table::Campaigns, &keys, Consistency::Eventual).await
    }

    /// All rollouts of the tenant, soft-deleted ones included, in the order of their ids.
    pub async fn rollouts(&self, tenant: &Tenant) -> Result<Vec<Loaded<Rollout>>> {
        self.database.all(&all_of(tenant, ROLLOUTS)).await
    }

    /// The groups of a rollout in the order of their ids, which is their order.
    pub async fn rollout_groups(&self, tenant: &Tenant, rollout: i64) -> Result<Vec<Loaded<RolloutGroup>>> {
        self.database.all(&all_of(tenant, &groups_of(rollout))).await
    }

    /// One group of a rollout, or `None`.
    pub async fn find_rollout_group(
        &self,
        tenant: &Tenant,
        rollout: i64,
        id: i64,
    ) -> Result<Option<Loaded<RolloutGroup>>> {
        self.database.find(&keys::campaign(tenant, &groups_of(rollout), id), Consistency::Strong).await
    }
}
