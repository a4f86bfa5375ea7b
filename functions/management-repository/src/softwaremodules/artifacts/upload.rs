//! `POST /rest/v1/softwaremodules/{id}/artifacts`
//!
//! The file is staged and hashed as it comes in, encrypted where the module asks for it, then registered. Whatever fails
//! takes the staged file back.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use harrier_domain::authority::Authority;
use harrier_domain::software::{Artifact, SoftwareModule};
use harrier_domain::text;
use harrier_rest::resources::ArtifactResource;
use harrier_rest::{ApiError, ApiResult, Hal, Origin, Path, QueryParams};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Sequence};
use harrier_uploads::{Registration, Uploads, check_module};
use http::StatusCode;

use super::form::{Destination, Form};

pub(super) async fn upload(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    query: QueryParams,
    parts: Result<Multipart, MultipartRejection>,
) -> ApiResult<Hal<ArtifactResource>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let (tenant, uploads) = (caller.tenant(), Uploads::new(&app));
    let module: Loaded<SoftwareModule> = app.store.get(tenant, id).await?;
    check_module(&module, &app.settings.quotas)?;
    let parts = parts.map_err(|_| ApiError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
    let artifact_id = app.store.next_id(tenant, Sequence::Catalogue).await?;
    let destination = Destination {
        artifacts: &app.artifacts,
        tenant: tenant.as_str(),
        // Nobody can guess where the bytes of an encrypted file lie, or has used the name before.
        upload_id: &format!("{artifact_id}-{:016x}", rand::random::<u64>()),
        limits: uploads.limits(tenant, &module).await?,
        encrypted: module.encrypted,
    };
    let mut form = Form::with_query(&query);
    let outcome = match form.read(parts, &destination).await {
        Ok(()) => register(&app, &caller, (id, artifact_id), &form).await,
        Err(error) => Err(error),
    };
    if let (Err(_), Some(staged)) = (&outcome, &form.staged) {
        app.artifacts.discard(staged).await;
    }
    Ok(Hal::created(ArtifactResource::new(id, &outcome?, true, &origin)))
}

async fn register(app: &App, caller: &Caller, (module, id): (i64, i64), form: &Form) -> ApiResult<Artifact> {
    let Some(staged) = &form.staged else {
        return Err(ApiError::multipart_failed("the part 'file' is missing"));
    };
    if staged.size == 0 {
        return Err(ApiError::bad_request());
    }
    let filename = text::filename("filename", form.filename())?;
    let (expected, actor) = (form.expected(), caller.actor());
    let registration = Registration { module, id, filename, expected, actor, now: app.now() };
    Ok(Uploads::new(app).register(caller.tenant(), staged, &registration).await?)
}
