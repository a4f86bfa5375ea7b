//! Work on many targets: `/rest/v1/actions`, `rollouts`, `autoassignments`.
#![forbid(unsafe_code)]

mod actions;
mod auto_assignments;
mod query;

use axum::Router;
use harrier_openapi::Section;
use harrier_runtime::{App, management_surface};

/// All routes of the function.
pub fn router(app: App) -> Router {
    management_surface(actions::routes().merge(auto_assignments::routes()), app)
}

/// The operations of the function, described.
#[must_use]
pub fn openapi() -> Vec<Section> {
    vec![auto_assignments::openapi::section(), actions::openapi::section()]
}
