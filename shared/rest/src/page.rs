//! Paging and the other list parameters (management §1.6 to §1.8).

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::Serialize;

use crate::error::{ApiError, ApiResult};
use crate::query::QueryParams;

const DEFAULT_LIMIT: i32 = 50;
const MAXIMUM_LIMIT: i32 = 500;

/// `offset`, `limit`, `sort` and `q` of a list request, clamped. `sort` and `q` are raw and absent when blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    pub offset: usize,
    /// 1 to 500.
    pub limit: usize,
    pub sort: Option<String>,
    pub q: Option<String>,
}

impl PageRequest {
    /// Reads the list parameters.
    ///
    /// # Errors
    /// `rest.body.notReadable` when `offset` or `limit` is not a 32-bit number.
    pub fn from_query(query: &QueryParams) -> ApiResult<Self> {
        let offset = query.number::<i32>("offset")?.unwrap_or(0).max(0);
        let limit = match query.number::<i32>("limit")? {
            Some(limit) if limit >= 1 => limit.min(MAXIMUM_LIMIT),
            _ => DEFAULT_LIMIT,
        };
        Ok(Self {
            offset: as_size(offset),
            limit: as_size(limit),
            sort: not_blank(query, "sort"),
            q: not_blank(query, "q"),
        })
    }

    /// The part of a complete, ordered result that this page shows.
    pub fn slice<T>(&self, all: impl IntoIterator<Item = T>) -> Vec<T> {
        all.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { offset: 0, limit: as_size(DEFAULT_LIMIT), sort: None, q: None }
    }
}

fn as_size(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn not_blank(query: &QueryParams, name: &str) -> Option<String> {
    query.text(name).filter(|text| !text.trim().is_empty())
}

impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::from_query(&QueryParams::parse(parts.uri.query().unwrap_or_default()))
    }
}

/// How much of each element a list shows. An extractor that never refuses: what it does not know is compact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Representation {
    #[default]
    Compact,
    Full,
}

impl<S: Send + Sync> FromRequestParts<S> for Representation {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let query = QueryParams::parse(parts.uri.query().unwrap_or_default());
        let full = query.text("representation").is_some_and(|text| text.trim().eq_ignore_ascii_case("full"));
        Ok(if full { Self::Full } else { Self::Compact })
    }
}

/// Whether a list shows soft-deleted entities. Only for the lists of management §1.8; others ignore the parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoftDeletedMode {
    #[default]
    Exclude,
    Include,
    Only,
}

impl SoftDeletedMode {
    /// Whether an entity with this flag is shown.
    #[must_use]
    pub fn shows(self, deleted: bool) -> bool {
        match self {
            Self::Exclude => !deleted,
            Self::Include => true,
            Self::Only => deleted,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SoftDeletedMode {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let query = QueryParams::parse(parts.uri.query().unwrap_or_default());
        match query.text("soft_deleted_mode").as_deref() {
            None | Some("" | "EXCLUDE_SOFT_DELETED") => Ok(Self::Exclude),
            Some("INCLUDE_SOFT_DELETED") => Ok(Self::Include),
            Some("ONLY_SOFT_DELETED") => Ok(Self::Only),
            Some(_) => Err(ApiError::not_readable("unknown soft_deleted_mode")),
        }
    }
}

/// A page as the wire has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    pub content: Vec<T>,
    pub total: u64,
    pub size: usize,
}

impl<T> Page<T> {
    /// `total` counts the matches over all pages.
    #[must_use]
    pub fn new(content: Vec<T>, total: u64) -> Self {
        let size = content.len();
        Self { content, total, size }
    }

    /// A collection that is always shown whole (metadata).
    #[must_use]
    pub fn complete(content: Vec<T>) -> Self {
        let total = content.len() as u64;
        Self::new(content, total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str) -> Option<(usize, usize)> {
        let page = PageRequest::from_query(&QueryParams::parse(query)).ok()?;
        Some((page.offset, page.limit))
    }

    #[test]
    fn the_clamping_table() {
        let table = [
            ("", Some((0, 50))),
            ("limit=1000", Some((0, 500))),
            ("limit=500", Some((0, 500))),
            ("limit=1", Some((0, 1))),
            ("limit=0", Some((0, 50))),
            ("limit=-5", Some((0, 50))),
            ("limit=", Some((0, 50))),
            ("offset=-1", Some((0, 50))),
            ("offset=2147483647", Some((2_147_483_647, 50))),
            ("limit=abc", None),
            ("offset=1.5", None),
            ("limit=99999999999", None),
        ];
        for (query, expected) in table {
            assert_eq!(page(query), expected, "{query}");
        }
    }

    #[test]
    fn blank_sort_and_query_are_absent() {
        let page = PageRequest::from_query(&QueryParams::parse("sort=&q=%20")).unwrap();
        assert_eq!(page, PageRequest::default());
        let page = PageRequest::from_query(&QueryParams::parse("sort=name:asc&q=name==a")).unwrap();
        assert_eq!((page.sort.as_deref(), page.q.as_deref()), (Some("name:asc"), Some("name==a")));
    }

    #[test]
    fn an_offset_beyond_the_end_is_an_empty_page() {
        let request = PageRequest { offset: 100, ..PageRequest::default() };
        let page = Page::new(request.slice([1, 2, 3]), 3);
        assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"content":[],"total":3,"size":0}"#);
    }

    async fn extract<T: FromRequestParts<()>>(query: &str) -> Result<T, T::Rejection> {
        let request = http::Request::get(format!("/x?{query}")).body(()).unwrap();
        T::from_request_parts(&mut request.into_parts().0, &()).await
    }

    #[tokio::test]
    async fn representation_is_forgiving_and_soft_deleted_mode_is_not() {
        for (query, expected) in [
            ("", Representation::Compact),
            ("representation=FULL", Representation::Full),
            ("representation=bogus", Representation::Compact),
        ] {
            assert_eq!(extract::<Representation>(query).await, Ok(expected), "{query}");
        }
        for (query, expected) in [
            ("", Some(SoftDeletedMode::Exclude)),
            ("soft_deleted_mode=INCLUDE_SOFT_DELETED", Some(SoftDeletedMode::Include)),
            ("soft_deleted_mode=ONLY_SOFT_DELETED", Some(SoftDeletedMode::Only)),
            ("soft_deleted_mode=only_soft_deleted", None),
            ("soft_deleted_mode=foo", None),
        ] {
            assert_eq!(extract::<SoftDeletedMode>(query).await.ok(), expected, "{query}");
        }
        assert!(SoftDeletedMode::Only.shows(true) && !SoftDeletedMode::Only.shows(false));
    }
}
