//! `/rest/v1/targets` (management §5.1).

mod actions;
mod assigned_ds;
mod attributes;
mod auto_confirm;
mod create;
mod delete;
mod get;
mod installed_ds;
mod list;
mod metadata;
pub(crate) mod openapi;
pub(crate) mod retype;
pub(crate) mod selection;
mod tags;
mod target_type;
mod update;

pub(crate) use assigned_ds::show as show_set;

use axum::Router;
use axum::routing::{get, post, put};
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error, Tenant};
use harrier_runtime::App;
use harrier_store::{Consistency, Loaded, Result, Store};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/targets", get(list::list).post(create::create))
        .route("/rest/v1/targets/{id}", get(get::get).put(update::update).delete(delete::delete))
        .route("/rest/v1/targets/{id}/targettype", post(target_type::assign).delete(target_type::unassign))
        .route("/rest/v1/targets/{id}/attributes", get(attributes::get))
        .route("/rest/v1/targets/{id}/tags", get(tags::get))
        .route("/rest/v1/targets/{id}/assignedDS", get(assigned_ds::get).post(assigned_ds::assign))
        .route("/rest/v1/targets/{id}/installedDS", get(installed_ds::get))
        .route("/rest/v1/targets/{id}/metadata", get(metadata::list).post(metadata::create))
        .route("/rest/v1/targets/{id}/metadata/{key}", get(metadata::get).put(metadata::put).delete(metadata::delete))
        .route("/rest/v1/targets/{id}/autoConfirm", get(auto_confirm::get))
        .route("/rest/v1/targets/{id}/autoConfirm/activate", post(auto_confirm::activate))
        .route("/rest/v1/targets/{id}/autoConfirm/deactivate", post(auto_confirm::deactivate))
        .route("/rest/v1/targets/{id}/actions", get(actions::list::list).delete(actions::purge::purge))
        .route(
            "/rest/v1/targets/{id}/actions/{action}",
            get(actions::get::get).put(actions::force::force).delete(actions::cancel::cancel),
        )
        .route("/rest/v1/targets/{id}/actions/{action}/confirmation", put(actions::confirmation::confirm))
        .route("/rest/v1/targets/{id}/actions/{action}/status", get(actions::status::list))
}

/// The target, read consistently.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(store: &Store, tenant: &Tenant, controller_id: &str) -> Result<Loaded<Target>> {
    let found = store.target(tenant, controller_id, Consistency::Strong).await?;
    found.ok_or_else(|| Error::not_found(Entity::Target, controller_id).into())
}
