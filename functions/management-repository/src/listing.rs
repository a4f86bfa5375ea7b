//! What the list parameters of a request ask for, applied to rows that are held in memory.

use harrier_query::{EntityFields, Field, Query, Row, Sort};
use harrier_rest::{ApiResult, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::search::{Found, list};

/// A bound query, an order and a page.
pub(crate) struct Listing {
    pub query: Query,
    pub sort: Sort,
    pub page: PageRequest,
    /// The request has a query.
    pub is_filtered: bool,
}

impl Listing {
    /// Binds `q` and `sort` to the fields of the listed entity.
    ///
    /// # Errors
    /// The refusals of management §1.7 and §3.1.
    pub fn new(app: &App, caller: &Caller, page: PageRequest, fields: &'static EntityFields) -> ApiResult<Self> {
        let sort = Sort::parse(page.sort.as_deref(), fields).map_err(harrier_domain::Error::from)?;
        Self::with_sort(app, caller, page, fields, sort)
    }

    /// As [`Listing::new`], for a listing below another resource, whose fields it sorts by (management §1.7).
    ///
    /// # Errors
    /// As [`Listing::new`].
    pub fn below(
        app: &App,
        caller: &Caller,
        page: PageRequest,
        parent: &'static EntityFields,
        listed: &'static EntityFields,
    ) -> ApiResult<Self> {
        let sort = Sort::parse_listing(page.sort.as_deref(), parent, listed).map_err(harrier_domain::Error::from)?;
        Self::with_sort(app, caller, page, listed, sort)
    }

    fn with_sort(
        app: &App,
        caller: &Caller,
        page: PageRequest,
        fields: &'static EntityFields,
        sort: Sort,
    ) -> ApiResult<Self> {
        let query = caller.query(app, page.q.as_deref(), fields)?;
        Ok(Self { is_filtered: page.q.is_some(), query, sort, page })
    }

    /// Whether the query asks for this field, so that it must be joined.
    pub fn reads(&self, field: Field) -> bool {
        self.query.reads(field)
    }

    /// The page of the rows that match.
    pub fn page_of<R: Row>(&self, rows: impl IntoIterator<Item = R>) -> Found<R> {
        list(rows, &self.query, &self.sort, self.page.offset, self.page.limit)
    }
}
