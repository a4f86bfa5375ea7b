//! `/rest/v1/distributionsets` (management §5.6).

mod assign;
mod assigned_software_modules;
mod auto_assignments;
mod create;
mod delete;
mod get;
mod invalidate;
mod list;
mod metadata;
pub(crate) mod openapi;
mod statistics;
mod targets;
mod update;

use axum::Router;
use axum::routing::{delete, get, post};
use harrier_domain::software::DistributionSet;
use harrier_domain::{Entity, Error};
use harrier_runtime::App;

use crate::edits::require_alive;

pub(crate) use list::show_page;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/distributionsets", get(list::list).post(create::create))
        .route("/rest/v1/distributionsets/{id}", get(get::get).put(update::update).delete(delete::delete))
        .route(
            "/rest/v1/distributionsets/{id}/assignedSM",
            get(assigned_software_modules::list).post(assigned_software_modules::add),
        )
        .route("/rest/v1/distributionsets/{id}/assignedSM/{module}", delete(assigned_software_modules::remove))
        .route("/rest/v1/distributionsets/{id}/assignedTargets", get(targets::assigned).post(assign::assign))
        .route("/rest/v1/distributionsets/{id}/installedTargets", get(targets::installed))
        .route("/rest/v1/distributionsets/{id}/autoAssignments", get(auto_assignments::list))
        .route("/rest/v1/distributionsets/{id}/autoAssignTargetFilters", get(auto_assignments::list_target_filters))
        .route("/rest/v1/distributionsets/{id}/statistics", get(statistics::all))
        .route("/rest/v1/distributionsets/{id}/statistics/rollouts", get(statistics::rollouts))
        .route("/rest/v1/distributionsets/{id}/statistics/actions", get(statistics::actions))
        .route("/rest/v1/distributionsets/{id}/statistics/autoassignments", get(statistics::auto_assignments))
        .route("/rest/v1/distributionsets/{id}/invalidate", post(invalidate::invalidate))
        .merge(metadata::routes())
}

/// Refuses functional changes of a set that is soft-deleted or invalid.
fn require_changeable(set: &DistributionSet) -> harrier_domain::Result<()> {
    require_alive(set.deleted, Entity::DistributionSet, set.id)?;
    if set.valid { Ok(()) } else { Err(Error::InvalidDistributionSet(set.id)) }
}
