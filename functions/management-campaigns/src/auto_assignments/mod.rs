//! `/rest/v1/autoassignments` (management §5.5).

mod create;
mod delete;
mod list;
pub(crate) mod openapi;
mod read;
mod status;
mod update;

use axum::Router;
use axum::routing::{get, post};
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::software::DistributionSet;
use harrier_rest::Origin;
use harrier_rest::resources::AutoAssignmentResource;
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Result};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/autoassignments", get(list::list).post(create::create))
        .route("/rest/v1/autoassignments/{id}", get(read::get).put(update::update).delete(delete::delete))
        .route("/rest/v1/autoassignments/{id}/approve", post(status::approve))
        .route("/rest/v1/autoassignments/{id}/deny", post(status::deny))
        .route("/rest/v1/autoassignments/{id}/start", post(status::start))
        .route("/rest/v1/autoassignments/{id}/pause", post(status::pause))
        .route("/rest/v1/autoassignments/{id}/resume", post(status::resume))
}

async fn show(app: &App, caller: &Caller, origin: &Origin, auto: &AutoAssignment) -> Result<AutoAssignmentResource> {
    let set = app.store.find::<DistributionSet>(caller.tenant(), auto.distribution_set, Consistency::Strong).await?;
    Ok(AutoAssignmentResource::new(auto, set.as_deref(), origin))
}
