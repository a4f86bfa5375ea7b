//! `GET /rest/v1/softwaremodules/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModule;
use harrier_rest::resources::SoftwareModuleResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<SoftwareModuleResource>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let module: Loaded<SoftwareModule> = app.store.get(caller.tenant(), id).await?;
    let described = app.store.describe_module(caller.tenant(), module.into_inner()).await?;
    Ok(Hal::ok(SoftwareModuleResource::single(&described, &origin)))
}
