//! `GET /rest/v1/targets/{id}/installedDS`

use axum::extract::State;
use axum::response::Response;
use harrier_domain::authority::Authority;
use harrier_rest::{ApiResult, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Consistency;

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    caller.require(Authority::ReadTarget)?;
    let target = app.store.target(caller.tenant(), &id, Consistency::Strong).await?;
    super::assigned_ds::show(&app, &caller, &origin, target.and_then(|target| target.installed_set)).await
}
