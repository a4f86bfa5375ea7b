//! Software: `/rest/v1/softwaremodules`, `distributionsets`, their types and tags.
#![forbid(unsafe_code)]

use axum::Router;
use harrier_runtime::{App, management_surface};

mod distributionsets;
mod distributionsettags;
mod distributionsettypes;
mod softwaremodules;
mod softwaremoduletypes;

mod creation;
mod edits;
mod listing;
mod memberships;
mod metadata;
mod names;
mod references;

/// All routes of the function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .merge(softwaremoduletypes::routes())
        .merge(softwaremodules::routes())
        .merge(distributionsettypes::routes())
        .merge(distributionsettags::routes())
        .merge(distributionsets::routes());
    management_surface(routes, app)
}
