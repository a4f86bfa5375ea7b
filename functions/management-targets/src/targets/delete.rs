//! `DELETE /rest/v1/targets/{id}`

use axum::extract::State;
use harrier_deployments::remove_target;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use http::StatusCode;

pub(super) async fn delete(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<StatusCode> {
    caller.require(Authority::DeleteTarget)?;
    remove_target(&app.store, caller.tenant(), &id).await?;
    Ok(no_content())
}
