//! What scheduling and starting share.

use harrier_deployments::ActionRoom;
use harrier_domain::Tenant;
use harrier_domain::assignment::Policy;
use harrier_domain::audit::Actor;
use harrier_domain::rollout::advance::creator;
use harrier_domain::rollout::deployment::Delivery;
use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_identity::TenantSnapshot;
use harrier_store::{Loaded, StoreError, counter_shard};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::matching::set_of;
use crate::{Engine, Result};

/// Targets worked on at the same time.
pub(super) const CONCURRENCY: usize = 8;

/// A group on its way to its targets.
pub(super) struct Course<'a> {
    pub engine: &'a Engine,
    pub tenant: &'a Tenant,
    pub rollout: &'a Loaded<Rollout>,
    pub group: Loaded<RolloutGroup>,
    snapshot: Arc<TenantSnapshot>,
    policy: Policy,
    required_migration_step: bool,
    actor: Actor,
}

impl<'a> Course<'a> {
    /// `None` when the tenant or the group is gone.
    pub async fn load(
        engine: &'a Engine,
        tenant: &'a Tenant,
        rollout: &'a Loaded<Rollout>,
        group: i64,
    ) -> Result<Option<Self>> {
        let group = engine.store.find_rollout_group(tenant, rollout.id, group).await?;
        let (Some(snapshot), Some(group)) = (engine.tenant(tenant).await?, group) else {
            return Ok(None);
        };
        let set = set_of(engine, tenant, rollout.distribution_set).await?;
        let policy = Policy {
            autoclose: snapshot.configuration.autoclose(),
            confirmation_flow: snapshot.configuration.confirmation_flow(),
            quotas: engine.quotas,
        };
        let required_migration_step = set.required_migration_step;
        let actor = creator(rollout);
        Ok(Some(Self { engine, tenant, rollout, group, snapshot, policy, required_migration_step, actor }))
    }

    /// For the domain.
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery {
            rollout: self.rollout,
            group: &self.group,
            required_migration_step: self.required_migration_step,
            policy: &self.policy,
            actor: &self.actor,
            now: self.engine.now,
        }
    }

    /// How many actions a target may have, and what makes room for more.
    pub fn room(&self) -> ActionRoom<'_> {
        ActionRoom::of(&self.engine.quotas, &self.snapshot.configuration)
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// Cuts targets into chunks that one transaction can take, each counted in one counter item.
pub(super) fn chunks<T>(items: Vec<T>, size: usize, controller_id: impl Fn(&T) -> &str) -> Vec<Vec<T>> {
    let mut by_counter: BTreeMap<u32, Vec<T>> = BTreeMap::new();
    for item in items {
        by_counter.entry(counter_shard(controller_id(&item))).or_default().push(item);
    }
    let mut chunks = Vec::new();
    for items in by_counter.into_values() {
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            chunks.push(items.by_ref().take(size).collect());
        }
    }
    chunks
}

/// Somebody else was faster, or the database is busy: what was meant for many is done one by one.
pub(super) fn is_contended(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict)
}
