//! `GET /rest/v1/softwaremoduletypes/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModuleType;
use harrier_rest::resources::SoftwareModuleTypeResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<SoftwareModuleTypeResource>> {
    caller.require(Authority::ReadSoftwareModuleType)?;
    let module_type: Loaded<SoftwareModuleType> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(SoftwareModuleTypeResource::new(&module_type, &origin)))
}
