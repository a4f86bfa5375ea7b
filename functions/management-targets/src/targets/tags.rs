//! `GET /rest/v1/targets/{id}/tags`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetTag;
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Consistency;

use crate::targettags;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
) -> ApiResult<Hal<Vec<TagResource>>> {
    caller.require(Authority::ReadTarget)?;
    let target = super::load(&app.store, caller.tenant(), &id).await?;
    let ids: Vec<i64> = target.tags.iter().copied().collect();
    // A tag that is being removed may still be on the target: it is not found, and not shown.
    let tags = app.store.find_many::<TargetTag>(caller.tenant(), &ids, Consistency::Strong).await?;
    Ok(Hal::ok(tags.iter().map(|tag| targettags::item(tag, &origin)).collect()))
}
