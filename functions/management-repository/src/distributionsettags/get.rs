//! `GET /rest/v1/distributionsettags/{tagId}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;

use super::single;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<TagResource>> {
    caller.require(Authority::ReadDistributionSet)?;
    let tag: Loaded<DistributionSetTag> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(single(&tag, &origin)))
}
