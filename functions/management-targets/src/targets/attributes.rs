//! `GET /rest/v1/targets/{id}/attributes`

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Hal, Path, no_content};
use harrier_runtime::{App, Caller};

pub(super) async fn get(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Response> {
    caller.require(Authority::ReadTarget)?;
    super::load(&app.store, caller.tenant(), &id).await?;
    let details = app.store.details(caller.tenant(), &id).await?;
    match details.filter(|details| !details.attributes.is_empty()) {
        Some(details) => Ok(Hal::ok(details.into_inner().attributes).into_response()),
        None => Ok(no_content().into_response()),
    }
}
