//! Metadata of software modules and distribution sets, as far as both agree (`domain-behaviour.md` §2.9).

use harrier_domain::software::Metadata;
use harrier_domain::text::{self, Violations};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{
    CatalogueRecord, Consistency, Loaded, MAX_TRANSACTION, MetadataOwner, OwnedMetadata, Record, Result, Store,
};
use std::collections::BTreeSet;

/// Entries per transaction, beside the check of their owner.
const CHUNK: usize = MAX_TRANSACTION - 1;

/// An entry as a request has it, checked. What is absent keeps its stored value.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    key: String,
    value: Option<String>,
    visible: Option<bool>,
}

impl Draft {
    /// # Errors
    /// [`Error::ConstraintViolation`] naming every rule that is broken.
    pub fn new(key: Option<&String>, value: Option<&String>, visible: Option<bool>) -> harrier_domain::Result<Self> {
        let mut violations = Violations::default();
        let key = violations.required(text::metadata_key, "key", key);
        let value = violations.optional(text::metadata_value, "value", value);
        violations.finish()?;
        Ok(Self { key, value, visible })
    }

    /// # Errors
    /// [`Error::ConstraintViolation`] when there is no value.
    pub fn with_value(self) -> harrier_domain::Result<Self> {
        text::required("value", self.value.as_ref())?;
        Ok(self)
    }
}

/// A list that creates: not empty, and no key twice (management §7 no. 50).
///
/// # Errors
/// [`Error::ConstraintViolation`], [`Error::Validation`].
pub(crate) fn check_list(drafts: &[Draft]) -> harrier_domain::Result<()> {
    if drafts.is_empty() {
        return Err(Error::violation("metadata", "must not be empty"));
    }
    let distinct: BTreeSet<&String> = drafts.iter().map(|draft| &draft.key).collect();
    if distinct.len() == drafts.len() {
        return Ok(());
    }
    Err(Error::Validation("A metadata key must not appear twice in one request.".to_owned()))
}

/// What shall be stored after the drafts have been applied.
pub(crate) struct Changes {
    /// Entries that differ from what is stored.
    pub entries: Vec<Metadata>,
    /// Keys that are not stored yet.
    pub new_keys: usize,
    pub stored_keys: usize,
    /// Any entry, changed or not, is for devices to see.
    pub any_visible: bool,
}

/// Applies drafts to the stored entries.
///
/// # Errors
/// [`Error::ConstraintViolation`] for a new entry without a value.
pub(crate) fn apply(stored: &[Loaded<OwnedMetadata>], drafts: &[Draft]) -> harrier_domain::Result<Changes> {
    let mut entries = Vec::new();
    let mut new_keys = 0;
    for draft in drafts {
        let known = stored.iter().find(|known| known.entry.key == draft.key).map(|known| &known.entry);
        let value = draft.value.as_ref().or(known.map(|known| &known.value));
        let entry = Metadata {
            key: draft.key.clone(),
            value: text::required("value", value)?.clone(),
            visible: draft.visible.or(known.map(|known| known.visible)).unwrap_or_default(),
        };
        new_keys += usize::from(known.is_none());
        if known != Some(&entry) {
            entries.push(entry);
        }
    }
    let changed = |key: &String| entries.iter().any(|entry| entry.key == *key);
    let kept = stored.iter().filter(|known| !changed(&known.entry.key)).any(|known| known.entry.visible);
    let any_visible = kept || entries.iter().any(|entry| entry.visible);
    Ok(Changes { entries, new_keys, stored_keys: stored.len(), any_visible })
}

/// Writes entries, and the owner if it changed, as long as nobody else changed the owner. A full hundred of entries does
/// not fit into one transaction with the owner; the owner is then written last, and repeating the request completes it.
pub(crate) async fn write<T: CatalogueRecord>(
    store: &Store,
    tenant: &Tenant,
    owner: &Loaded<T>,
    kind: MetadataOwner,
    entries: &[Metadata],
) -> Result<()> {
    let (first, last) = entries.split_at(entries.len().saturating_sub(CHUNK));
    for chunk in first.chunks(CHUNK) {
        let mut transaction = store.transaction(tenant);
        transaction.check_unchanged(owner);
        for entry in chunk {
            transaction.put(&OwnedMetadata { owner: kind, entry: entry.clone() });
        }
        transaction.commit().await?;
    }
    let mut transaction = store.transaction(tenant);
    transaction.save_or_check(owner);
    for entry in last {
        transaction.put(&OwnedMetadata { owner: kind, entry: entry.clone() });
    }
    transaction.commit().await
}

/// One entry. `entity` is what a not-found answer calls it.
///
/// # Errors
/// [`Error::NotFound`] with the id `<owner>:<key>`.
pub(crate) async fn find(
    store: &Store,
    tenant: &Tenant,
    kind: MetadataOwner,
    key: &str,
    entity: Entity,
) -> Result<Loaded<OwnedMetadata>> {
    let (MetadataOwner::Module(id) | MetadataOwner::Set(id)) = kind;
    let missing = || Error::not_found(entity, format!("{id}:{key}"));
    // What no entry can be called is not looked up: the database takes no such key.
    let checked = text::metadata_key("key", key).map_err(|_| missing())?;
    let found = store.metadata_entry(tenant, kind, &checked, Consistency::Strong).await?;
    Ok(found.ok_or_else(missing)?)
}

/// Removes all entries of an owner that is being removed.
pub(crate) async fn remove_all(store: &Store, tenant: &Tenant, kind: MetadataOwner) -> Result<()> {
    let stored = store.metadata(tenant, kind, Consistency::Strong).await?;
    for chunk in stored.chunks(MAX_TRANSACTION) {
        let mut transaction = store.transaction(tenant);
        for entry in chunk {
            transaction.delete_key(&entry.key(tenant));
        }
        transaction.commit().await?;
    }
    Ok(())
}
