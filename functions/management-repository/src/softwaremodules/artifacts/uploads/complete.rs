//! `POST /rest/v1/softwaremodules/{id}/artifacts/uploads/{upload}/complete`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_uploads::Uploads;
use http::StatusCode;

use super::representation::UploadResource;

pub(super) async fn complete(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((module, upload)): Path<(i64, i64)>,
) -> ApiResult<Hal<UploadResource>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let upload = Uploads::new(&app).complete(caller.tenant(), module, upload, app.now()).await?;
    Ok(Hal::with_status(StatusCode::ACCEPTED, UploadResource::new(&upload, &origin)))
}
