//! `/rest/v1/actions`: the actions of all targets (management §5.14).

mod delete;
mod get;
mod list;
pub(crate) mod openapi;
mod pass;

use axum::Router;
use axum::routing::get;
use harrier_domain::action::{Action, ActionStatus};
use harrier_runtime::{App, Caller};
use harrier_store::{ActionReference, Loaded, Result, StoreError};

use futures::stream::{self, StreamExt, TryStreamExt};

/// Look-ups under way at the same time.
const CONCURRENCY: usize = 16;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/rest/v1/actions", get(list::list).delete(delete::delete_many))
        .route("/rest/v1/actions/{id}", get(get::get).delete(delete::delete))
}

/// The actions with these ids, in that order; unknown ones are left out. The index that knows their targets is a moment
/// old, so an action that was made just now may be missing.
async fn find(app: &App, caller: &Caller, ids: &[i64]) -> Result<Vec<Loaded<Action>>> {
    let owner = |id: i64| async move {
        let owner = app.store.owner_of_action(caller.tenant(), id).await?;
        Ok::<_, StoreError>(owner.map(|controller_id| ActionReference { controller_id, id }))
    };
    let found: Vec<Option<ActionReference>> =
        stream::iter(ids.to_vec()).map(owner).buffered(CONCURRENCY).try_collect().await?;
    let references: Vec<ActionReference> = found.into_iter().flatten().collect();
    app.store.actions_at(caller.tenant(), &references).await
}

/// The statuses that the tenant lets operators delete (`domain-behaviour.md` §5.7).
fn deletable(caller: &Caller) -> impl Fn(ActionStatus) -> bool + use<> {
    let allowed = caller.tenant.configuration.delete_allowed_statuses();
    move |status| allowed.iter().any(|name| name == status.name())
}
