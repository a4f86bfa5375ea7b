//! What requests need to know of their tenant, remembered for a moment.
//!
//! A snapshot may be a few seconds old. Whoever is about to refuse somebody asks for a fresh one first, so that a tenant
//! or a setting that was just made works at once; whoever changes a setting here forgets the snapshot.

use harrier_domain::Tenant;
use harrier_domain::configuration::{Key, Presets, TenantConfiguration};
use harrier_store::{Consistency, Result, Store};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::device::DeviceLogins;

/// How long a snapshot serves, milliseconds.
const REMEMBERED_FOR: i64 = 10_000;

/// How old a snapshot may be to refuse somebody, milliseconds: a flood of bad logins does not become a flood of reads.
const FRESH_FOR: i64 = 500;

/// Most tenants remembered at once.
const MAX_REMEMBERED: usize = 10_000;

/// A tenant and its configuration at some moment.
#[derive(Debug)]
pub struct TenantSnapshot {
    pub tenant: Tenant,
    pub default_set_type: i64,
    pub configuration: TenantConfiguration,
    read_at: i64,
}

impl TenantSnapshot {
    /// How the tenant lets devices log in.
    #[must_use]
    pub fn device_logins(&self) -> DeviceLogins {
        let configuration = &self.configuration;
        let authorities = configuration.header_authentication_enabled().then(|| configuration.trusted_authorities());
        DeviceLogins {
            target_token: configuration.target_token_enabled(),
            gateway_token: configuration.gateway_token().filter(|_| configuration.gateway_token_enabled()),
            certificate_authorities: authorities.unwrap_or_default(),
        }
    }
}

/// Looks tenants up.
#[derive(Clone)]
pub struct TenantDirectory {
    store: Store,
    presets: Presets,
    remembered: Arc<Mutex<Remembered>>,
}

#[derive(Default)]
struct Remembered {
    snapshots: HashMap<Tenant, Arc<TenantSnapshot>>,
    /// Counts what was forgotten: a read that began before must not bring the old settings back.
    forgotten: u64,
}

impl TenantDirectory {
    /// `presets` are this installation's defaults of configuration keys.
    #[must_use]
    pub fn new(store: Store, presets: Presets) -> Self {
        Self { store, presets, remembered: Arc::default() }
    }

    /// The tenant as of a few seconds ago at most; `None` for one that does not exist.
    pub async fn snapshot(&self, tenant: &Tenant, now: i64) -> Result<Option<Arc<TenantSnapshot>>> {
        match self.recall(tenant, now - REMEMBERED_FOR) {
            Some(snapshot) => Ok(Some(snapshot)),
            None => self.load(tenant, now).await,
        }
    }

    /// The tenant as of now, for whoever would refuse otherwise.
    pub async fn fresh(&self, tenant: &Tenant, now: i64) -> Result<Option<Arc<TenantSnapshot>>> {
        match self.recall(tenant, now - FRESH_FOR) {
            Some(snapshot) => Ok(Some(snapshot)),
            None => self.load(tenant, now).await,
        }
    }

    /// The tenant's configuration changed: read it anew next time.
    pub fn forget(&self, tenant: &Tenant) {
        let mut remembered = self.remembered();
        remembered.snapshots.remove(tenant);
        remembered.forgotten += 1;
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, tenant: &Tenant, not_before: i64) -> Option<Arc<TenantSnapshot>> {
        self.remembered().snapshots.get(tenant).filter(|snapshot| snapshot.read_at > not_before).cloned()
    }

    async fn load(&self, tenant: &Tenant, now: i64) -> Result<Option<Arc<TenantSnapshot>>> {
        let forgotten = self.remembered().forgotten;
        let Some((record, settings)) = self.store.tenant(tenant, Consistency::Strong).await? else {
            self.forget(tenant);
            return Ok(None);
        };
        let mut configuration = TenantConfiguration::default().with_presets(self.presets.clone());
        for setting in settings {
            // A key that this version no longer knows is left alone.
            if let Ok(key) = Key::parse(&setting.key) {
                configuration.insert(key, setting.entry.clone())?;
            }
        }
        let default_set_type = record.default_set_type;
        let snapshot =
            Arc::new(TenantSnapshot { tenant: tenant.clone(), default_set_type, configuration, read_at: now });
        self.remember(&snapshot, forgotten);
        Ok(Some(snapshot))
    }

    fn remember(&self, snapshot: &Arc<TenantSnapshot>, forgotten: u64) {
        let mut remembered = self.remembered();
        if remembered.forgotten != forgotten {
            return;
        }
        let snapshots = &mut remembered.snapshots;
        if snapshots.len() >= MAX_REMEMBERED && !snapshots.contains_key(&snapshot.tenant) {
            snapshots.retain(|_, known| known.read_at > snapshot.read_at - REMEMBERED_FOR);
        }
        if snapshots.len() < MAX_REMEMBERED || snapshots.contains_key(&snapshot.tenant) {
            snapshots.insert(snapshot.tenant.clone(), Arc::clone(snapshot));
        }
    }
}
