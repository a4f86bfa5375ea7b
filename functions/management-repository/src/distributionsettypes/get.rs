//! `GET /rest/v1/distributionsettypes/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSetType;
use harrier_rest::resources::DistributionSetTypeResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<DistributionSetTypeResource>> {
    caller.require(Authority::ReadDistributionSetType)?;
    let set_type: Loaded<DistributionSetType> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(DistributionSetTypeResource::single(&set_type, &origin)))
}
