//! `/rest/v1/targetfilters/{id}/autoAssignDS` (deprecated, management §5.9). No filter has an automatic assignment yet.

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetFilter;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use http::StatusCode;

pub(super) async fn get(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::ReadTarget)?;
    let _known: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    Ok(no_content())
}

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::UpdateTarget)?;
    let _known: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    Ok(no_content())
}
