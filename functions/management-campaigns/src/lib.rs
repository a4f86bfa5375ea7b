//! Work on many targets: `/rest/v1/actions`, `rollouts`, `autoassignments`.
#![forbid(unsafe_code)]

mod actions;
mod auto_assignments;
mod rollouts;

use axum::Router;
use harrier_openapi::Section;
use harrier_runtime::{App, management_surface};

/// All routes of the function.
pub fn router(app: App) -> Router {
    let routes = actions::routes().merge(auto_assignments::routes()).merge(rollouts::routes());
    management_surface(routes, app)
}

/// The operations of the function, described.
#[must_use]
pub fn openapi() -> Vec<Section> {
    let mut sections = Vec::from(rollouts::openapi::sections());
    sections.extend([auto_assignments::openapi::section(), actions::openapi::section()]);
    sections
}
