//! The tenant itself: `/rest/v1/system/configs`, `userinfo`. And the documentation of all functions: `/v3/api-docs`, `/docs`.
#![forbid(unsafe_code)]

mod documentation;
mod system;
mod userinfo;

use axum::Router;
use axum::routing::get;
use harrier_openapi::Section;
use harrier_runtime::{App, management_surface};

use system::configs;

/// All routes of the function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/rest/v1/userinfo", get(userinfo::show))
        .route("/rest/v1/system/configs", get(configs::list::all).put(configs::update::many))
        .route(
            "/rest/v1/system/configs/{key}",
            get(configs::list::one).put(configs::update::one).delete(configs::delete::one),
        )
        .merge(documentation::routes());
    management_surface(routes, app)
}

/// The operations of the function, described.
#[must_use]
pub fn openapi() -> Vec<Section> {
    vec![system::openapi::section(), userinfo::section()]
}
