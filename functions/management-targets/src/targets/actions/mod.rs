//! `/rest/v1/targets/{id}/actions`

pub(super) mod cancel;
pub(super) mod confirmation;
pub(super) mod force;
pub(super) mod get;
pub(super) mod list;
pub(super) mod purge;
pub(super) mod status;

use harrier_domain::action::Action;
use harrier_domain::{Entity, Error};
use harrier_rest::{ApiError, ApiResult};
use harrier_runtime::{App, Caller};
use harrier_store::{Consistency, Loaded};

use super::load as load_target;

/// The action of this target.
///
/// # Errors
/// 404; with an empty body when the action is another target's (management §7 no. 38).
async fn load(app: &App, caller: &Caller, controller_id: &str, id: i64) -> ApiResult<Loaded<Action>> {
    if let Some(action) = app.store.action(caller.tenant(), controller_id, id, Consistency::Strong).await? {
        return Ok(action);
    }
    load_target(&app.store, caller.tenant(), controller_id).await?;
    match app.store.owner_of_action(caller.tenant(), id).await? {
        Some(other) if other != controller_id => Err(ApiError::not_found()),
        _ => Err(Error::not_found(Entity::Action, id).into()),
    }
}
