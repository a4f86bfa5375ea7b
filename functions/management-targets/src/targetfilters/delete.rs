//! `DELETE /rest/v1/targetfilters/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments::add_removal;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetFilter;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, until_settled};
use http::StatusCode;

use super::NAMES;
use super::links::linked;
use crate::catalogue::release_name;

/// The linked auto assignment goes too, if the caller may delete such.
pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteTarget)?;
    until_settled(|| async {
        let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
        let mut transaction = app.store.transaction(caller.tenant());
        transaction.delete(&filter);
        release_name(&mut transaction, &caller, NAMES, &filter.name);
        if let Some(auto) = linked(&app, &caller, &filter).await? {
            caller.authorities().require(Authority::DeleteAutoAssignment)?;
            add_removal(&mut transaction, caller.tenant(), &auto);
        }
        transaction.commit().await
    })
    .await?;
    Ok(no_content())
}
