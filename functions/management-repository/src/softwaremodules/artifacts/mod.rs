//! `/rest/v1/softwaremodules/{id}/artifacts` (management §5.11, §5.12; `domain-behaviour.md` §12).

mod delete;
mod download;
mod form;
mod get;
mod list;
mod upload;
mod uploads;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use harrier_domain::software::{Artifact, SoftwareModule};
use harrier_domain::{Entity, Error};
use harrier_runtime::App;

pub(super) fn routes() -> Router<App> {
    let upload = post(upload::upload).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/rest/v1/softwaremodules/{id}/artifacts", get(list::list).merge(upload))
        .route("/rest/v1/softwaremodules/{id}/artifacts/{artifact}", get(get::get).delete(delete::delete))
        .route("/rest/v1/softwaremodules/{id}/artifacts/{artifact}/download", get(download::download))
        .merge(uploads::routes())
}

/// The artifact with this id.
fn artifact_of(module: &SoftwareModule, id: i64) -> harrier_domain::Result<&Artifact> {
    let found = module.artifacts.iter().find(|artifact| artifact.id == id);
    found.ok_or_else(|| Error::not_found(Entity::Artifact, id))
}
