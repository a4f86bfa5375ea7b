//! Collections that fit into memory.

use harrier_query::{Query, Row, Sort};

use super::best::Best;

/// One page of what was found, and how much was found over all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub items: Vec<T>,
    pub total: u64,
}

impl<T> Found<T> {
    pub(super) fn nothing() -> Self {
        Self { items: Vec::new(), total: 0 }
    }
}

/// Filters, sorts and pages rows. Rows that sort alike keep the order they came in (by id, as the catalogue lists them).
///
/// [`Query::completeness`] is left to the caller, who applies it to the page (management §3.6).
pub fn list<R: Row>(
    rows: impl IntoIterator<Item = R>,
    query: &Query,
    sort: &Sort,
    offset: usize,
    limit: usize,
) -> Found<R> {
    let mut best = Best::new(offset, limit);
    let matching = rows.into_iter().filter(|row| query.matches(row));
    for (position, row) in matching.enumerate() {
        best.offer((sort.key(&row), position), row);
    }
    let total = best.total();
    Found { items: best.page().map(|(_, row)| row).collect(), total }
}
