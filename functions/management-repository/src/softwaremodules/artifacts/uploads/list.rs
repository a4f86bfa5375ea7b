//! `GET /rest/v1/softwaremodules/{id}/artifacts/uploads`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModule;
use harrier_rest::{ApiResult, Hal, Origin, Page, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_uploads::Uploads;

use super::representation::UploadResource;

/// Those under way, and for two days those that ended.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(module): Path<i64>,
) -> ApiResult<Hal<Page<UploadResource>>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let module: Loaded<SoftwareModule> = app.store.get(caller.tenant(), module).await?;
    let uploads = Uploads::new(&app).all(caller.tenant(), module.id, app.now()).await?;
    Ok(Hal::ok(Page::complete(uploads.iter().map(|upload| UploadResource::new(upload, &origin)).collect())))
}
