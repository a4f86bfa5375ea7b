//! `GET /rest/v1/targettypes` and `GET /rest/v1/targettypes/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetType;
use harrier_query::fields;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::TargetTypeRow;

use super::representation::TargetTypeResource;
use crate::catalogue;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetTypeResource>>> {
    caller.require(Authority::ReadTargetType)?;
    let types: Vec<Loaded<TargetType>> = app.store.all(caller.tenant()).await?;
    let rows = types.iter().map(|found| TargetTypeRow(found));
    let found = catalogue::page(&app, &caller, &request, &fields::TARGET_TYPE, rows)?;
    let items = found.items.iter().map(|row| TargetTypeResource::item(row.0, &origin)).collect();
    Ok(Hal::ok(Page::new(items, found.total)))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<TargetTypeResource>> {
    caller.require(Authority::ReadTargetType)?;
    let target_type: Loaded<TargetType> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(TargetTypeResource::single(&target_type, &origin)))
}
