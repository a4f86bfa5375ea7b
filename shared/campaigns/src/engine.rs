//! What a unit of work has at hand.

use harrier_domain::Tenant;
use harrier_domain::polling::Limits;
use harrier_domain::quota::Quotas;
use harrier_identity::{TenantDirectory, TenantSnapshot};
use harrier_store::Store;
use std::sync::Arc;

use crate::{Result, StepQueue};

/// The stores, the queue and the time of one unit of work. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    pub tenants: TenantDirectory,
    pub steps: StepQueue,
    pub quotas: Quotas,
    pub polling_limits: Limits,
    /// Epoch milliseconds; the same for all that one step or one batch of records does.
    pub now: i64,
}

impl Engine {
    /// The tenant with its settings; `None` for a tenant that is gone, whose steps have nothing to do any more.
    pub async fn tenant(&self, tenant: &Tenant) -> Result<Option<Arc<TenantSnapshot>>> {
        Ok(self.tenants.snapshot(tenant, self.now).await?)
    }
}
