//! The configuration as it is stored, to be changed.

use harrier_domain::configuration::{Entry, Key, TenantConfiguration};
use harrier_domain::{Error, Tenant};
use harrier_store::{Consistency, Loaded, Result, Store, StoredSetting, TenantRecord, Transaction};

/// A tenant and its stored values, read consistently.
pub(super) struct Stored {
    pub tenant: Loaded<TenantRecord>,
    settings: Vec<Loaded<StoredSetting>>,
}

impl Stored {
    pub(super) async fn load(store: &Store, tenant: &Tenant) -> Result<Self> {
        let found = store.tenant(tenant, Consistency::Strong).await?;
        let (tenant, settings) = found.ok_or(Error::TenantNotExists)?;
        Ok(Self { tenant, settings })
    }

    /// What decisions are made on. Values this version cannot read are left out: the default is in force instead.
    pub(super) fn configuration(&self) -> TenantConfiguration {
        let mut configuration = TenantConfiguration::default();
        for setting in &self.settings {
            if let Ok(key) = Key::parse(&setting.key) {
                let _unreadable = configuration.insert(key, setting.entry.clone());
            }
        }
        configuration
    }

    pub(super) fn setting(&self, key: Key) -> Option<&Loaded<StoredSetting>> {
        self.settings.iter().find(|setting| setting.key == key.name())
    }

    /// Writes one changed entry.
    pub(super) fn write(&self, transaction: &mut Transaction<'_>, key: Key, entry: Entry) {
        match self.setting(key) {
            Some(known) => {
                let mut changed = known.clone();
                changed.entry = entry;
                transaction.save(&changed);
            }
            None => {
                transaction.create(&StoredSetting { key: key.name().to_owned(), entry, revision: 1 });
            }
        }
    }
}

/// Whether a change of the key changes when old actions go.
pub(super) fn is_of_clean_up(key: Key) -> bool {
    matches!(key, Key::CleanupExpiry | Key::CleanupStatuses)
}
