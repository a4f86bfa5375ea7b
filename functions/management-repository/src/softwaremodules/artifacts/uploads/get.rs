//! `GET /rest/v1/softwaremodules/{id}/artifacts/uploads/{upload}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_uploads::Uploads;

use super::representation::UploadResource;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((module, upload)): Path<(i64, i64)>,
) -> ApiResult<Hal<UploadResource>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let upload = Uploads::new(&app).get(caller.tenant(), module, upload, app.now()).await?;
    Ok(Hal::ok(UploadResource::new(&upload, &origin)))
}
