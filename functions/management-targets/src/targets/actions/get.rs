//! `GET /rest/v1/targets/{id}/actions/{action}`

use axum::extract::State;
use harrier_domain::action::Action;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_rest::resources::{ActionNames, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Result};

pub(in crate::targets) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, action)): Path<(String, i64)>,
) -> ApiResult<Hal<ActionResource>> {
    caller.require(Authority::ReadTarget)?;
    let action = super::load(&app, &caller, &id, action).await?;
    Ok(Hal::ok(full(&app, &caller, &origin, &action).await?))
}

/// The full form of an action, with the names its links carry.
pub(super) async fn full(app: &App, caller: &Caller, origin: &Origin, action: &Action) -> Result<ActionResource> {
    let tenant = caller.tenant();
    let target = app.store.target(tenant, &action.controller_id, Consistency::Strong).await?;
    let set = app.store.find::<DistributionSet>(tenant, action.distribution_set, Consistency::Strong).await?;
    let names = ActionNames {
        target: target.as_ref().map(|target| target.name.as_str()),
        distribution_set: set.as_ref().map(|set| (set.name.as_str(), set.version.as_str())),
        rollout: None,
    };
    Ok(ActionResource::full(action, names, app.now(), origin))
}
