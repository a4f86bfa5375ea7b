//! `/rest/v1/rollouts` (management §5.10).

mod commands;
mod create;
mod deploygroups;
mod get;
mod list;
mod request;
mod update;
mod view;

use axum::Router;
use axum::routing::{get, post};
use harrier_runtime::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/rollouts", get(list::list).post(create::create))
        .route("/rest/v1/rollouts/{id}", get(get::get).put(update::update).delete(commands::delete))
        .route("/rest/v1/rollouts/{id}/approve", post(commands::approve))
        .route("/rest/v1/rollouts/{id}/deny", post(commands::deny))
        .route("/rest/v1/rollouts/{id}/start", post(commands::start))
        .route("/rest/v1/rollouts/{id}/pause", post(commands::pause))
        .route("/rest/v1/rollouts/{id}/resume", post(commands::resume))
        .route("/rest/v1/rollouts/{id}/stop", post(commands::stop))
        .route("/rest/v1/rollouts/{id}/triggerNextGroup", post(commands::trigger_next_group))
        .route("/rest/v1/rollouts/{id}/retry", post(create::retry))
        .merge(deploygroups::routes())
}
