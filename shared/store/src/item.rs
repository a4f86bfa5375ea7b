//! Records and the items they are stored as.

use aws_sdk_dynamodb::types::AttributeValue;
use harrier_domain::Tenant;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use crate::error::{Result, StoreError};
use crate::schema::{INDEX_PARTITION_KEY, INDEX_SORT_KEY, PARTITION_KEY, SORT_KEY, Table};

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute that holds the schema version of an item.
pub const SCHEMA_VERSION: &str = "v";

/// The attribute that counts an item's effective changes.
pub const REVISION: &str = "rev";

/// Where an item lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub table: Table,
    pub partition: String,
    pub sort: String,
}

impl Key {
    pub(crate) fn attributes(&self) -> Item {
        HashMap::from([
            (PARTITION_KEY.to_owned(), AttributeValue::S(self.partition.clone())),
            (SORT_KEY.to_owned(), AttributeValue::S(self.sort.clone())),
        ])
    }
}

/// Something that is stored as one item.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync {
    /// The version new items are written with. [`Record::upgrade`] reads older ones.
    const VERSION: u32 = 1;

    fn key(&self, tenant: &Tenant) -> Key;

    /// The place in the by-id index, for records that are in it.
    fn index(&self, _tenant: &Tenant) -> Option<(String, i64)> {
        None
    }

    /// The counter items that this record counts in, each with an attribute: [`crate::Transaction`] keeps them exact.
    fn counted(&self, _tenant: &Tenant) -> Vec<(Key, &'static str)> {
        Vec::new()
    }

    /// Whether [`Record::counted`] ever says anything.
    const IS_COUNTED: bool = false;

    /// Brings an item of an older schema version up to the present one.
    fn upgrade(_item: &mut Item, _from: u32) {}
}

/// A record together with what the database holds for it: saving writes the difference.
#[derive(Debug, Clone)]
pub struct Loaded<T> {
    pub(crate) stored: Item,
    value: T,
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Loaded<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Record> Loaded<T> {
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The record as it was loaded, whatever has been done to it since.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the item cannot be read, which it could when it was loaded.
    pub fn as_stored(&self) -> Result<T> {
        serde_dynamo::from_item(self.stored.clone()).map_err(StoreError::broken_item)
    }

    /// How often the stored item has been changed: what others can check it by.
    pub fn stored_revision(&self) -> u64 {
        self.revision().and_then(|revision| revision.as_n().ok()?.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn revision(&self) -> Option<&AttributeValue> {
        self.stored.get(REVISION)
    }

    /// Attributes to set and to remove so that the stored item becomes this record. Empty when nothing changed.
    pub(crate) fn difference(&self) -> Result<Difference> {
        let wanted = body(&self.value)?;
        let set = wanted
            .iter()
            .filter(|(name, value)| name.as_str() != REVISION && self.stored.get(*name) != Some(*value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let remove =
            self.stored.keys().filter(|name| !is_envelope(name) && !wanted.contains_key(*name)).cloned().collect();
        Ok(Difference { set, remove })
    }
}

/// How an item differs from what shall be.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    pub set: Vec<(String, AttributeValue)>,
    pub remove: Vec<String>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }
}

fn is_envelope(name: &str) -> bool {
    [PARTITION_KEY, SORT_KEY, INDEX_PARTITION_KEY, INDEX_SORT_KEY, SCHEMA_VERSION, REVISION].contains(&name)
}

fn body<T: Serialize>(record: &T) -> Result<Item> {
    serde_dynamo::to_item(record).map_err(|error| StoreError::Backend(format!("record cannot be stored: {error}")))
}

/// The whole item of a new record.
pub(crate) fn encode<T: Record>(record: &T, tenant: &Tenant) -> Result<Item> {
    let mut item = body(record)?;
    item.extend(record.key(tenant).attributes());
    item.insert(SCHEMA_VERSION.to_owned(), AttributeValue::N(T::VERSION.to_string()));
    if let Some((partition, sort)) = record.index(tenant) {
        item.insert(INDEX_PARTITION_KEY.to_owned(), AttributeValue::S(partition));
        item.insert(INDEX_SORT_KEY.to_owned(), AttributeValue::N(sort.to_string()));
    }
    Ok(item)
}

/// Reads an item of any schema version.
pub(crate) fn decode<T: Record>(mut stored: Item) -> Result<Loaded<T>> {
    let version = match stored.get(SCHEMA_VERSION) {
        Some(AttributeValue::N(number)) => number.parse::<u32>().map_err(StoreError::broken_item)?,
        _ => return Err(StoreError::broken_item("no schema version")),
    };
    if version > T::VERSION {
        return Err(StoreError::broken_item(format!("schema version {version} is newer than this program")));
    }
    if version < T::VERSION {
        T::upgrade(&mut stored, version);
    }
    let value = serde_dynamo::from_item(stored.clone()).map_err(StoreError::broken_item)?;
    Ok(Loaded { stored, value })
}
