//! `/rest/v1/targetfilters` (management §5.9).

mod auto_assign_ds;
mod create;
mod delete;
mod links;
pub(crate) mod openapi;
mod read;
mod update;

use axum::Router;
use axum::routing::get;
use harrier_domain::text;
use harrier_query::fields;
use harrier_runtime::{App, Caller};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where names of target filters are unique.
const NAMES: &str = "target-filter-name";

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/targetfilters", get(read::list).post(create::create))
        .route("/rest/v1/targetfilters/{id}", get(read::get).put(update::update).delete(delete::delete))
        .route(
            "/rest/v1/targetfilters/{id}/autoAssignDS",
            get(auto_assign_ds::get).post(auto_assign_ds::post).delete(auto_assign_ds::delete),
        )
}

/// A filter to be made or changed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
struct FilterRequest {
    name: Option<String>,
    query: Option<String>,
}

impl FilterRequest {
    /// The same with trimmed texts, if they obey their rules and the query can be understood.
    fn checked(self, app: &App, caller: &Caller) -> harrier_domain::Result<Self> {
        let mut violations = text::Violations::default();
        let name = violations.optional(text::name, "name", self.name);
        let query = violations.optional(text::query, "query", self.query);
        violations.finish()?;
        caller.query(app, query.as_deref(), &fields::TARGET)?;
        Ok(Self { name, query })
    }
}
