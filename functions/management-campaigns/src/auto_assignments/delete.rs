//! `DELETE /rest/v1/autoassignments/{id}`

use axum::extract::State;
use harrier_campaigns::auto_assignments;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteAutoAssignment)?;
    auto_assignments::remove(&app.store, caller.tenant(), id).await?;
    Ok(no_content())
}
