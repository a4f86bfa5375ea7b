//! `GET /rest/v1/targetfilters` and `GET /rest/v1/targetfilters/{id}`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::classification::TargetFilter;
use harrier_domain::software::DistributionSet;
use harrier_query::fields;
use harrier_rest::resources::TargetFilterResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path, Representation};
use harrier_runtime::{App, Caller};
use harrier_store::search::TargetFilterRow;
use harrier_store::{Consistency, Loaded};

use super::links::{is_linked, linked, shown};
use crate::catalogue;

/// `total` counts all filters, whatever the query: clients may rely on it (management §7 no. 86).
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
    representation: Representation,
) -> ApiResult<Hal<Page<TargetFilterResource>>> {
    caller.require(Authority::ReadTarget)?;
    let filters: Vec<Loaded<TargetFilter>> = app.store.all(caller.tenant()).await?;
    let autos = app.store.auto_assignments(caller.tenant()).await?;
    let ids: Vec<i64> = autos.iter().map(|auto| auto.distribution_set).collect();
    let sets: Vec<Loaded<DistributionSet>> = app.store.find_many(caller.tenant(), &ids, Consistency::Strong).await?;
    let auto_of = |filter: &TargetFilter| autos.iter().find(|auto| is_linked(filter, auto)).map(|auto| &**auto);
    let set_of = |auto: &AutoAssignment| sets.iter().find(|set| set.id == auto.distribution_set).map(|set| &**set);
    let rows =
        filters.iter().map(|filter| TargetFilterRow { filter, auto_assigned_set: auto_of(filter).and_then(set_of) });
    let found = catalogue::page(&app, &caller, &request, &fields::TARGET_FILTER, rows)?;
    let item = |row: &TargetFilterRow<'_>| {
        let set = row.auto_assigned_set.filter(|_| representation == Representation::Full);
        shown(&caller, row.filter, auto_of(row.filter)).item(set, &origin)
    };
    Ok(Hal::ok(Page::new(found.items.iter().map(item).collect(), filters.len() as u64)))
}

pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
) -> ApiResult<Hal<TargetFilterResource>> {
    caller.require(Authority::ReadTarget)?;
    let filter: Loaded<TargetFilter> = app.store.get(caller.tenant(), id).await?;
    let auto = linked(&app, &caller, &filter).await?;
    let set = match &auto {
        Some(auto) => app.store.find(caller.tenant(), auto.distribution_set, Consistency::Strong).await?,
        None => None,
    };
    Ok(Hal::ok(shown(&caller, &filter, auto.as_deref()).single(set.as_deref(), &origin)))
}
