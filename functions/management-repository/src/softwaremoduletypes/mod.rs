//! `/rest/v1/softwaremoduletypes` (management §5.13).

mod create;
mod delete;
mod get;
mod list;
pub(crate) mod openapi;
mod update;

use axum::Router;
use axum::routing::get;
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/softwaremoduletypes", get(list::list).post(create::create))
        .route("/rest/v1/softwaremoduletypes/{id}", get(get::get).put(update::update).delete(delete::delete))
}
