//! The documentation of both HTTP APIs: `/v3/api-docs` for programs, `/docs` for people.
//!
//! Anybody may read it. It is made ahead (`make openapi`), because a function knows the descriptions of its own operations
//! only, and this one serves those of all.

mod documents;
mod page;

use axum::Router;
use axum::routing::get;
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v3/api-docs", get(documents::whole))
        .route("/v3/api-docs/management", get(documents::management))
        .route("/v3/api-docs/device", get(documents::device))
        .route("/docs", get(page::html))
        .route("/docs/page.css", get(page::css))
        .route("/docs/page.js", get(page::js))
}
