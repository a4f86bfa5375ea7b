//! `/rest/v1/targetgroups` (management §5.4). A group is a text that targets carry; `/` makes a hierarchy.

mod assigned;
mod grouping;
mod list;
mod matching;
pub(crate) mod openapi;

use axum::Router;
use axum::routing::{get, put};
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/targetgroups", get(list::list).put(matching::assign).delete(matching::unassign))
        .route("/rest/v1/targetgroups/assigned", get(assigned::list).put(assigned::assign).delete(assigned::unassign))
        .route("/rest/v1/targetgroups/{group}", put(matching::assign_named))
        .route("/rest/v1/targetgroups/{group}/assigned", get(assigned::list_named).put(assigned::assign_named))
}
