//! `/rest/v1/softwaremodules` (management §5.11).

mod artifacts;
mod create;
mod delete;
mod get;
mod list;
mod metadata;
pub(crate) mod openapi;
mod update;

use axum::Router;
use axum::routing::get;
use harrier_runtime::App;

pub(crate) use list::metadata_of;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/softwaremodules", get(list::list).post(create::create))
        .route("/rest/v1/softwaremodules/{id}", get(get::get).put(update::update).delete(delete::delete))
        .merge(metadata::routes())
        .merge(artifacts::routes())
}
