//! `POST /rest/v1/softwaremodules/{id}/artifacts`
//!
//! The file is staged and hashed as it comes in, checked, published as a blob, and only then recorded. Whatever fails
//! takes the staged file and the claim on the blob back.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use harrier_artifacts::{Staged, StorageRoom, UploadLimits};
use harrier_domain::audit::Audit;
use harrier_domain::authority::Authority;
use harrier_domain::error::LockedOperation;
use harrier_domain::quota::Quotas;
use harrier_domain::software::{Artifact, SoftwareModule};
use harrier_domain::{Entity, Error, Tenant, text};
use harrier_rest::resources::ArtifactResource;
use harrier_rest::{ApiError, ApiResult, Hal, Origin, Path, QueryParams};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, Result, Sequence, StoreError, until_settled};
use http::StatusCode;

use super::form::{Destination, Form};
use crate::binaries;
use crate::edits::{Editor, require_alive};

pub(super) async fn upload(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    query: QueryParams,
    parts: Result<Multipart, MultipartRejection>,
) -> ApiResult<Hal<ArtifactResource>> {
    caller.require(Authority::CreateSoftwareModule)?;
    let tenant = caller.tenant();
    let module: Loaded<SoftwareModule> = app.store.get(tenant, id).await?;
    check_module(&module, &app.settings.quotas)?;
    let parts = parts.map_err(|_| ApiError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
    let artifact_id = app.store.next_id(tenant, Sequence::Catalogue).await?;
    let upload_id = format!("{id}-{artifact_id}");
    let limits = limits(&app, tenant).await?;
    let destination = Destination { artifacts: &app.artifacts, tenant: tenant.as_str(), upload_id: &upload_id, limits };
    let mut form = Form::with_query(&query);
    let outcome = match form.read(parts, &destination).await {
        Ok(()) => register(&app, &caller, id, artifact_id, &form).await,
        Err(error) => Err(error),
    };
    if let (Err(_), Some(staged)) = (&outcome, &form.staged) {
        app.artifacts.discard(staged).await;
    }
    Ok(Hal::created(ArtifactResource::new(id, &outcome?, true, &origin)))
}

/// What can be told before the file is read, and is told again when it is recorded.
fn check_module(module: &SoftwareModule, quotas: &Quotas) -> harrier_domain::Result<()> {
    quotas.artifacts_per_software_module(module.id, module.artifacts.len() as u64, 1)?;
    require_alive(module.deleted, Entity::SoftwareModule, module.id)?;
    if module.locked {
        let operation = LockedOperation::AddArtifact;
        return Err(Error::Locked { entity: Entity::SoftwareModule, id: module.id.into(), operation });
    }
    Ok(())
}

/// The limits while the file streams. What other uploads store meanwhile is looked at when the file is recorded.
async fn limits(app: &App, tenant: &Tenant) -> Result<UploadLimits> {
    let quotas = &app.settings.quotas;
    let limit = |quota: i64| u64::try_from(quota).ok().filter(|limit| *limit > 0);
    let storage = match limit(quotas.artifact_storage) {
        Some(limit) => Some(StorageRoom { limit, used: app.store.stored_bytes(tenant).await? }),
        None => None,
    };
    Ok(UploadLimits { max_file_size: limit(quotas.artifact_size), storage })
}

async fn register(app: &App, caller: &Caller, module: i64, id: i64, form: &Form) -> ApiResult<Artifact> {
    let Some(staged) = &form.staged else {
        return Err(ApiError::multipart_failed("the part 'file' is missing"));
    };
    if staged.size == 0 {
        return Err(ApiError::bad_request());
    }
    let filename = text::filename("filename", form.filename())?;
    form.expected().verify(&staged.digests)?;
    let editor = Editor::new(app, caller);
    let artifact = Artifact {
        id,
        filename,
        size: staged.size,
        sha1: staged.digests.sha1.clone(),
        md5: staged.digests.md5.clone(),
        sha256: staged.digests.sha256.clone(),
        audit: Audit::created(&editor.actor, editor.now),
    };
    let tenant = caller.tenant();
    app.store.claim_blob(tenant, &artifact.sha256, app.now()).await?;
    let recorded = publish_and_record(app, tenant, module, staged, &artifact, &editor).await;
    // After a failure of the database nobody knows whether the artifact was recorded: better bytes that nobody uses than an
    // artifact without bytes.
    if recorded.as_ref().is_err_and(|error| !matches!(error, StoreError::Backend(_))) {
        binaries::release(app, tenant, &artifact.sha256).await;
    }
    recorded?;
    Ok(artifact)
}

async fn publish_and_record(
    app: &App,
    tenant: &Tenant,
    module: i64,
    staged: &Staged,
    artifact: &Artifact,
    editor: &Editor,
) -> Result<()> {
    app.artifacts.publish(staged).await?;
    until_settled(|| record(app, tenant, module, artifact, editor)).await
}

async fn record(app: &App, tenant: &Tenant, module: i64, artifact: &Artifact, editor: &Editor) -> Result<()> {
    let mut module: Loaded<SoftwareModule> = app.store.get(tenant, module).await?;
    check_module(&module, &app.settings.quotas)?;
    if module.artifact_named(&artifact.filename).is_some() {
        return Err(Error::AlreadyExists.into());
    }
    module.artifacts.push(artifact.clone());
    module.audit.touch(&editor.actor, editor.now);
    let mut transaction = app.store.transaction(tenant);
    transaction.save(&module);
    let bytes = i64::try_from(artifact.size).unwrap_or(i64::MAX);
    match app.settings.quotas.artifact_storage {
        limit if limit > 0 => transaction.count_stored_bytes_within(tenant, bytes, limit),
        _unlimited => transaction.count_stored_bytes(tenant, bytes),
    };
    transaction.commit().await
}
