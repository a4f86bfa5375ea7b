//! `GET /rest/v1/targetfilters` and `GET /rest/v1/targetfilters/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::TargetFilter;
use harrier_query::fields;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::TargetFilterRow;

use super::representation::TargetFilterResource;
use crate::catalogue;

/// `total` counts all filters, whatever the query: clients may rely on it (management §7 no. 86).
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
) -> ApiResult<Hal<Page<TargetFilterResource>>> {
    caller.require(Authority::ReadTarget)?;
    let filters: Vec<Loaded<TargetFilter>> = app.store.all(caller.tenant()).await?;
    let rows = filters.iter().map(|filter| TargetFilterRow { filter, auto_assigned_set: None });
    let found = catalogue::page(&app, &caller, &request, &fields::TARGET_FILTER, rows)?;
    let items = found.items.iter().map(|row| TargetFilterResource::item(row.filter, &origin)).collect();
    Ok(Hal::ok(Page::new(items, filters.len() as u64)))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<TargetFilterResource>> {
    caller.require(Authority::ReadTarget)?;
    let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(TargetFilterResource::single(&filter, &origin)))
}
