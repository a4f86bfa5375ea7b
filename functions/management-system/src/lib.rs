//! The tenant itself: `/rest/v1/system/configs`, `userinfo`.
#![forbid(unsafe_code)]

mod system;
mod userinfo;

use axum::Router;
use axum::routing::get;
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
        );
    management_surface(routes, app)
}
