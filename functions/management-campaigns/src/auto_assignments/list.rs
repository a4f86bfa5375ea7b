//! `GET /rest/v1/autoassignments`

use axum::extract::State;
use harrier_domain::Error;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_query::{EntityFields, Sort, fields};
use harrier_rest::resources::AutoAssignmentResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::search::{AutoAssignmentRow, list as list_rows};
use harrier_store::{CatalogueRecord, Consistency, Loaded};

const FIELDS: &EntityFields = &fields::AUTO_ASSIGNMENT;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    request: PageRequest,
) -> ApiResult<Hal<Page<AutoAssignmentResource>>> {
    caller.require(Authority::ReadAutoAssignment)?;
    let query = caller.query(&app, request.q.as_deref(), FIELDS)?;
    let sort = Sort::parse(request.sort.as_deref(), FIELDS).map_err(Error::from)?;
    let autos = app.store.auto_assignments(caller.tenant()).await?;
    let ids: Vec<i64> = autos.iter().map(|auto| auto.distribution_set).collect();
    let sets: Vec<Loaded<DistributionSet>> = app.store.find_many(caller.tenant(), &ids, Consistency::Strong).await?;
    let set = |id: i64| sets.iter().find(|set| set.id() == id).map(|set| &**set);
    let rows = autos.iter().map(|auto| AutoAssignmentRow { auto_assignment: auto, set: set(auto.distribution_set) });
    let found = list_rows(rows, &query, &sort, request.offset, request.limit);
    let content = found.items.iter().map(|row| AutoAssignmentResource::new(row.auto_assignment, row.set, &origin));
    Ok(Hal::ok(Page::new(content.collect(), found.total)))
}
