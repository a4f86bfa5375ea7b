//! `/rest/v1/distributionsettypes` (management §5.7).

mod create;
mod delete;
mod get;
mod list;
mod module_types;
pub(crate) mod openapi;
mod update;

use axum::Router;
use axum::routing::get;
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/distributionsettypes", get(list::list).post(create::create))
        .route("/rest/v1/distributionsettypes/{id}", get(get::get).put(update::update).delete(delete::delete))
        .merge(module_types::routes())
}
