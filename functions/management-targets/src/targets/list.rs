//! `GET /rest/v1/targets`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_query::fields;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest};
use harrier_runtime::{App, Caller};

use super::selection;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetResource>>> {
    caller.require(Authority::ReadTarget)?;
    let page = selection::page(&app, &caller, &origin, &request, &fields::TARGET, Vec::new()).await?;
    Ok(Hal::ok(page))
}
