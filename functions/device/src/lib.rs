//! The device API (DDI): `/{tenant}/controller/v1/{controllerId}`.
#![forbid(unsafe_code)]

use axum::Router;
use harrier_runtime::{App, device_surface};

/// All routes of the function.
pub fn router(app: App) -> Router {
    device_surface(Router::new(), app)
}
