//! `DELETE /rest/v1/softwaremodules/{id}/artifacts/uploads/{upload}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Path, no_content};
use harrier_runtime::{App, Caller};
use harrier_uploads::Uploads;
use http::StatusCode;

/// Nothing is left of the upload. The artifact it has become, if it has, stays.
pub(super) async fn abort(
    State(app): State<App>,
    caller: Caller,
    Path((module, upload)): Path<(i64, i64)>,
) -> ApiResult<StatusCode> {
    caller.require(Authority::CreateSoftwareModule)?;
    Uploads::new(&app).abort(caller.tenant(), module, upload, app.now()).await?;
    Ok(no_content())
}
