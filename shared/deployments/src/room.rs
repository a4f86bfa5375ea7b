//! Room for new actions of targets that have nearly all they may have (`domain-behaviour.md` §5.10).

use harrier_domain::Tenant;
use harrier_domain::configuration::TenantConfiguration;
use harrier_domain::purge::{Room, room_for};
use harrier_domain::quota::Quotas;
use harrier_domain::target::Target;
use harrier_store::{Result, Store};

use crate::removal::purge_actions;

/// How many actions a target may have, and what a tenant gives up for new ones.
#[derive(Debug, Clone, Copy)]
pub struct ActionRoom<'a> {
    quotas: &'a Quotas,
    percent: Option<u8>,
}

impl<'a> ActionRoom<'a> {
    /// The rules of an installation and a tenant.
    #[must_use]
    pub fn of(quotas: &'a Quotas, configuration: &TenantConfiguration) -> Self {
        Self { quotas, percent: configuration.purge_on_quota_hit_percent() }
    }

    /// Whether the target can get `requested` more actions, perhaps after a purge. Changes nothing.
    ///
    /// # Errors
    /// [`harrier_domain::Error::QuotaExceeded`].
    pub fn check(&self, target: &Target, requested: u32) -> harrier_domain::Result<Room> {
        room_for(requested, &target.controller_id, target.actions, self.quotas, self.percent)
    }
}

/// Removes the target's oldest actions, open ones included, if `requested` new ones have no room otherwise. Returns whether
/// anything was removed: then the target must be loaded anew.
///
/// # Errors
/// [`harrier_domain::Error::QuotaExceeded`] when there is no room and none may be made.
pub async fn make_room(
    store: &Store,
    tenant: &Tenant,
    target: &Target,
    requested: u32,
    room: ActionRoom<'_>,
) -> Result<bool> {
    match room.check(target, requested)? {
        Room::Enough => Ok(false),
        Room::AfterPurge { keep } => {
            // Rare, and large: kept out of the futures of all who assign.
            Box::pin(purge_actions(store, tenant, &target.controller_id, keep)).await?;
            Ok(true)
        }
    }
}
