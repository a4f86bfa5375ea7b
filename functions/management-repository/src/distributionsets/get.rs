//! `GET /rest/v1/distributionsets/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_rest::resources::DistributionSetResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<DistributionSetResource>> {
    caller.require(Authority::ReadDistributionSet)?;
    let set: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let described = app.store.describe_set(caller.tenant(), set.into_inner()).await?;
    Ok(Hal::ok(DistributionSetResource::single(&described, &origin)))
}
