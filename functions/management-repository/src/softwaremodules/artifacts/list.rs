//! `GET /rest/v1/softwaremodules/{id}/artifacts`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModule;
use harrier_rest::resources::ArtifactResource;
use harrier_rest::{ApiResult, Hal, Origin, Path, QueryParams, Representation};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    query: QueryParams,
    representation: Representation,
) -> ApiResult<Hal<Vec<ArtifactResource>>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let elsewhere = query.flag("useartifacturlhandler")?.unwrap_or(false);
    let module: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let with_download = representation == Representation::Full && !module.deleted && !elsewhere;
    let resource = |artifact| ArtifactResource::new(id, artifact, with_download, &origin);
    Ok(Hal::ok(module.artifacts.iter().map(resource).collect()))
}
