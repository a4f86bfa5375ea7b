//! A range, read page by page.

use crate::database::Database;
use crate::error::Result;
use crate::item::{Item, Key};
use crate::range::Range;

/// Reads a range page by page.
#[derive(Debug)]
pub(crate) struct Pages {
    database: Database,
    range: Range,
    next: Next,
}

#[derive(Debug)]
enum Next {
    Start,
    After(Item),
    End,
}

impl Pages {
    pub fn new(database: &Database, range: Range) -> Self {
        Self { database: database.clone(), range, next: Next::Start }
    }

    /// Begins behind this sort key, whatever else narrows the range.
    pub fn starting_after(mut self, sort: Option<&str>) -> Self {
        let (table, partition) = (self.range.table, self.range.partition.clone());
        if let Some(sort) = sort {
            self.next = Next::After(Key { table, partition, sort: sort.to_owned() }.attributes());
        }
        self
    }

    pub fn is_at_end(&self) -> bool {
        matches!(self.next, Next::End)
    }

    /// The next items; may be empty before the end.
    pub async fn next(&mut self) -> Result<Vec<Item>> {
        let start = match std::mem::replace(&mut self.next, Next::End) {
            Next::Start => None,
            Next::After(key) => Some(key),
            Next::End => return Ok(Vec::new()),
        };
        let page = self.database.query(&self.range, start).await?;
        self.next = page.next.map_or(Next::End, Next::After);
        Ok(page.items)
    }
}
