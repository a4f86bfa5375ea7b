//! Software: `/rest/v1/softwaremodules`, `distributionsets`, their types and tags.
#![forbid(unsafe_code)]

use axum::Router;
use harrier_runtime::{App, management_surface};

/// All routes of the function.
pub fn router(app: App) -> Router {
    management_surface(Router::new(), app)
}
