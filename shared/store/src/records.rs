//! Reading records.

use crate::database::{Consistency, Database};
use crate::error::Result;
use crate::item::{Item, Key, Loaded, Record, decode};
use crate::range::Range;
use crate::schema::{SORT_KEY, Table};

impl Database {
    /// One record, or `None`.
    pub(crate) async fn find<T: Record>(&self, key: &Key, consistency: Consistency) -> Result<Option<Loaded<T>>> {
        self.get(key, consistency).await?.map(decode).transpose()
    }

    /// Many records of one table, in no order; missing ones are left out.
    pub(crate) async fn find_many<T: Record>(
        &self,
        table: Table,
        keys: &[Key],
        consistency: Consistency,
    ) -> Result<Vec<Loaded<T>>> {
        decode_all(self.get_many(table, keys, consistency).await?)
    }

    /// The records of a range's first page.
    pub(crate) async fn first_page<T: Record>(&self, range: &Range) -> Result<Vec<Loaded<T>>> {
        decode_all(self.query(range, None).await?.items)
    }

    /// All records of a range, read page by page.
    pub(crate) async fn all<T: Record>(&self, range: &Range) -> Result<Vec<Loaded<T>>> {
        decode_all(self.query_all(range).await?)
    }

    /// The keys of all items of a range.
    pub(crate) async fn keys(&self, range: &Range) -> Result<Vec<Key>> {
        let items = self.query_all(range).await?;
        let sorts = items.iter().filter_map(|item| item.get(SORT_KEY)?.as_s().ok());
        let key = |sort: &String| Key { table: range.table, partition: range.partition.clone(), sort: sort.clone() };
        Ok(sorts.map(key).collect())
    }
}

pub(crate) fn decode_all<T: Record>(items: Vec<Item>) -> Result<Vec<Loaded<T>>> {
    items.into_iter().map(decode).collect()
}

/// The records alone, for who will not write them.
pub(crate) fn values<T: Record>(records: Vec<Loaded<T>>) -> Vec<T> {
    records.into_iter().map(Loaded::into_inner).collect()
}
