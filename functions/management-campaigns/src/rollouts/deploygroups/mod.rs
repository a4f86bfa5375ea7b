//! `/rest/v1/rollouts/{id}/deploygroups` (management §5.10).

mod get;
mod list;
mod targets;

use axum::Router;
use axum::routing::get;
use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_domain::{Entity, Error};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/rollouts/{id}/deploygroups", get(list::list))
        .route("/rest/v1/rollouts/{id}/deploygroups/{group}", get(get::get))
        .route("/rest/v1/rollouts/{id}/deploygroups/{group}/targets", get(targets::list))
}

/// A rollout and one of its groups.
///
/// # Errors
/// [`Error::NotFound`] for an unknown rollout, and for a group that is not the rollout's.
async fn find(app: &App, caller: &Caller, id: i64, group: i64) -> Result<(Loaded<Rollout>, Loaded<RolloutGroup>)> {
    let rollout = app.store.rollout(caller.tenant(), id).await?;
    let found = app.store.find_rollout_group(caller.tenant(), id, group).await?;
    let group = found.ok_or_else(|| Error::not_found(Entity::RolloutGroup, group))?;
    Ok((rollout, group))
}
