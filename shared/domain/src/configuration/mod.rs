//! The configuration of a tenant: what is stored over what is the default (domain §13, management §5.16).

mod key;
mod rules;
mod settings;
mod value;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use key::{DEFAULT_DISTRIBUTION_SET_TYPE, Key};
pub use rules::{ACTION_STATUSES, MAX_VALUE_LENGTH, Rules};
pub use settings::ActionCleanup;
pub use value::{Kind, RawValue, Value};

use crate::{Error, Result};

/// A value the tenant stored, and who did when (epoch milliseconds).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub value: Value,
    pub created_by: String,
    pub created_at: i64,
    pub last_modified_by: String,
    pub last_modified_at: i64,
}

/// Leaves the value out: it may be the gateway token.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("last_modified_by", &self.last_modified_by).finish_non_exhaustive()
    }
}

/// A snapshot of a tenant's configuration. Serialized as its stored entries, by the wire names of their keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Entry>", into = "BTreeMap<String, Entry>")]
pub struct TenantConfiguration {
    entries: BTreeMap<Key, Entry>,
    presets: Presets,
}

/// The defaults a deployment sets for all its tenants; other keys keep their own default.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Presets(BTreeMap<Key, Value>);

impl Presets {
    /// Takes defaults that obey their rules.
    ///
    /// # Errors
    /// [`Error::ConfigurationKeyInvalid`] or [`Error::ConfigurationValueInvalid`].
    pub fn new<'a>(values: impl IntoIterator<Item = (&'a str, &'a RawValue)>, rules: &Rules<'_>) -> Result<Self> {
        let accept = |(name, raw)| Key::parse(name).and_then(|key| Ok((key, rules.accept(key, raw)?)));
        values.into_iter().map(accept).collect::<Result<_>>().map(Self)
    }
}

/// Names the keys only: a value may be the gateway token.
impl fmt::Debug for Presets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl TenantConfiguration {
    /// The same stored entries over the defaults of the deployment.
    #[must_use]
    pub fn with_presets(self, presets: Presets) -> Self {
        Self { presets, ..self }
    }

    /// The value in force.
    #[must_use]
    pub fn value(&self, key: Key) -> Value {
        let stored = self.entries.get(&key).map(|entry| &entry.value);
        stored.or_else(|| self.presets.0.get(&key)).cloned().unwrap_or_else(|| key.default_value())
    }

    /// What the tenant stored for a key; `None` means that the value in force is `global`.
    #[must_use]
    pub fn entry(&self, key: Key) -> Option<&Entry> {
        self.entries.get(&key)
    }

    /// Decides a batch of changes, by wire names, all or nothing. A value that is stored already is no change.
    ///
    /// # Errors
    /// [`Error::ConfigurationKeyInvalid`] for an unknown key, [`Error::ConfigurationValueInvalid`] for a value that its
    /// key does not take. `default.ds.type` is unknown here: the caller takes it out first.
    pub fn decide<'a>(
        &self,
        requested: impl IntoIterator<Item = (&'a str, &'a RawValue)>,
        rules: &Rules<'_>,
        actor: &str,
        now: i64,
    ) -> Result<Vec<(Key, Entry)>> {
        let mut changes = Vec::new();
        for (name, raw) in requested {
            let key = Key::parse(name)?;
            let value = rules.accept(key, raw)?;
            changes.extend(self.changed(key, value, actor, now).map(|entry| (key, entry)));
        }
        Ok(changes)
    }

    fn changed(&self, key: Key, value: Value, actor: &str, now: i64) -> Option<Entry> {
        let (created_by, created_at) = match self.entries.get(&key) {
            Some(entry) if entry.value == value => return None,
            Some(entry) => (entry.created_by.clone(), entry.created_at),
            None => (actor.to_owned(), now),
        };
        Some(Entry { value, created_by, created_at, last_modified_by: actor.to_owned(), last_modified_at: now })
    }

    /// Stores an entry in the snapshot.
    ///
    /// # Errors
    /// [`Error::ConfigurationValueInvalid`] when the value has not the type of the key.
    pub fn insert(&mut self, key: Key, entry: Entry) -> Result<()> {
        let wrong_type = || Error::ConfigurationValueInvalid(format!("{} has another type.", key.name()));
        let value = entry.value.of_kind(key.kind()).ok_or_else(wrong_type)?;
        self.entries.insert(key, Entry { value, ..entry });
        Ok(())
    }

    /// Removes the stored entry, so that the default applies again; tells whether there was one.
    pub fn remove(&mut self, key: Key) -> bool {
        self.entries.remove(&key).is_some()
    }
}

/// Entries of keys that no longer exist are left out, and so are values that no longer have the type of their key.
impl From<BTreeMap<String, Entry>> for TenantConfiguration {
    fn from(stored: BTreeMap<String, Entry>) -> Self {
        let mut configuration = Self::default();
        for (name, entry) in stored {
            if let Ok(key) = Key::parse(&name) {
                // The default applies where a stored value cannot be used.
                let _ = configuration.insert(key, entry);
            }
        }
        configuration
    }
}

impl From<TenantConfiguration> for BTreeMap<String, Entry> {
    fn from(configuration: TenantConfiguration) -> Self {
        configuration.entries.into_iter().map(|(key, entry)| (key.name().to_owned(), entry)).collect()
    }
}

#[cfg(test)]
mod tests;
