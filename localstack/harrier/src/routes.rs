//! Every HTTP function behind one router, as an API gateway would put them behind one address.

use axum::Router;
use harrier_runtime::App;
use http::StatusCode;

/// All routes of all functions. A path nobody knows is 404 with an empty body.
pub fn routes(app: &App) -> Router {
    Router::new()
        .merge(device::router(app.clone()))
        .merge(management_targets::router(app.clone()))
        .merge(management_repository::router(app.clone()))
        .merge(management_campaigns::router(app.clone()))
        .merge(management_system::router(app.clone()))
        .fallback(async || StatusCode::NOT_FOUND)
}
