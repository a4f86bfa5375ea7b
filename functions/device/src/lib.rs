//! The device API (DDI): `/{tenant}/controller/v1/{controllerId}`.
#![forbid(unsafe_code)]

mod access;
mod artifacts;
mod cancel;
mod case;
mod config_data;
mod confirmation;
mod contact;
mod deployment;
mod documents;
mod download;
mod feedback;
mod history;
mod installed;
mod links;
mod openapi;
mod overrides;
mod poll;
mod software;
mod windows;

use axum::routing::{get, post, put};
use axum::{Extension, Router};
use harrier_openapi::Section;
use harrier_runtime::{App, device_surface};

use software::SoftwareLibrary;

/// All routes of the function.
pub fn router(app: App) -> Router {
    device_surface(device_routes().layer(Extension(SoftwareLibrary::default())), app)
}

/// The endpoints E1–E16 of DDI §2.
fn device_routes() -> Router<App> {
    Router::new()
        .route(&path(""), get(poll::get))
        .route(&path("/configData"), put(config_data::put))
        .route(&path("/deploymentBase/{action}"), get(deployment::get))
        .route(&path("/deploymentBase/{action}/feedback"), post(feedback::post))
        .route(&path("/cancelAction/{action}"), get(cancel::get))
        .route(&path("/cancelAction/{action}/feedback"), post(cancel::post))
        .route(&path("/installedBase"), put(installed::put))
        .route(&path("/installedBase/{action}"), get(installed::get))
        .route(&path("/softwaremodules/{module}/artifacts"), get(artifacts::list))
        .route(&path("/softwaremodules/{module}/artifacts/{file}"), get(artifacts::download))
        .route(&path("/confirmationBase"), get(confirmation::get_base))
        .route(&path("/confirmationBase/activateAutoConfirm"), post(confirmation::activate))
        .route(&path("/confirmationBase/deactivateAutoConfirm"), post(confirmation::deactivate))
        .route(&path("/confirmationBase/{action}"), get(confirmation::get_action))
        .route(&path("/confirmationBase/{action}/feedback"), post(confirmation::post))
}

/// The base path of DDI §1.1 with `rest` behind it.
fn path(rest: &str) -> String {
    format!("/{{tenant}}/controller/v1/{{controller}}{rest}")
}

/// The operations of the function, described.
#[must_use]
pub fn openapi() -> Vec<Section> {
    openapi::sections()
}
