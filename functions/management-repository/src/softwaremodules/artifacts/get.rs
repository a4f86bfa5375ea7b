//! `GET /rest/v1/softwaremodules/{id}/artifacts/{artifactId}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModule;
use harrier_rest::resources::ArtifactResource;
use harrier_rest::{ApiResult, Hal, Origin, Path, QueryParams};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

use super::artifact_of;

/// With `useartifacturlhandler` the link to the bytes comes from URL patterns for the Management API, and there are none.
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, artifact)): Path<(i64, i64)>,
    query: QueryParams,
) -> ApiResult<Hal<ArtifactResource>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let elsewhere = query.flag("useartifacturlhandler")?.unwrap_or(false);
    let module: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let artifact = artifact_of(&module, artifact)?;
    Ok(Hal::ok(ArtifactResource::new(id, artifact, !module.deleted && !elsewhere, &origin)))
}
