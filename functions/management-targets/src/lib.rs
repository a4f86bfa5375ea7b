//! Targets and what hangs on them: `/rest/v1/targets`, `targettypes`, `targettags`, `targetgroups`, `targetfilters`.
//!
//! One module per resource, one file below it per address; the tests have the same layout.
#![forbid(unsafe_code)]

mod catalogue;
mod targetfilters;
mod targetgroups;
mod targets;
mod targettags;
mod targettypes;

use axum::Router;
use harrier_openapi::Section;
use harrier_runtime::{App, management_surface};

/// All routes of the function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .merge(targets::routes())
        .merge(targettypes::routes())
        .merge(targettags::routes())
        .merge(targetgroups::routes())
        .merge(targetfilters::routes());
    management_surface(routes, app)
}

/// The operations of the function, described.
#[must_use]
pub fn openapi() -> Vec<Section> {
    let mut sections = Vec::from(targets::openapi::sections());
    sections.extend([
        targettypes::openapi::section(),
        targettags::openapi::section(),
        targetgroups::openapi::section(),
        targetfilters::openapi::section(),
    ]);
    sections
}
