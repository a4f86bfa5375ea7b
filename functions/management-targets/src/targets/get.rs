//! `GET /rest/v1/targets/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Hal, Origin, Path};
use harrier_runtime::{App, Caller};

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
) -> ApiResult<Hal<TargetResource>> {
    caller.require(Authority::ReadTarget)?;
    let target = super::load(&app.store, caller.tenant(), &id).await?;
    let context = caller.target_context(&app, [&*target]).await?;
    Ok(Hal::ok(context.single(&target, &origin)))
}
