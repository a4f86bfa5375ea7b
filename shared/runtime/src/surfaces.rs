//! The conventions of the two HTTP APIs put around a function's routes.

use axum::{Router, middleware};
use harrier_rest::Surface;

use crate::{App, filtering, metering};

/// Routes of the Management API, ready to serve.
pub fn management_surface(routes: Router<App>, app: App) -> Router {
    surface(Surface::management(), routes, app)
}

/// Routes of the device API, ready to serve.
pub fn device_surface(routes: Router<App>, app: App) -> Router {
    surface(Surface::device(), routes, app)
}

fn surface(surface: Surface, routes: Router<App>, app: App) -> Router {
    let metered = routes.layer(middleware::from_fn_with_state(app.clone(), metering::measure));
    let filtered = metered.layer(middleware::from_fn_with_state(app.clone(), filtering::enforce));
    surface.origin(app.settings.origin.clone()).apply(filtered).with_state(app)
}
