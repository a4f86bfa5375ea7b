//! `GET /rest/v1/distributionsets/{id}/autoAssignments` and, deprecated, `…/autoAssignTargetFilters`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::classification::TargetFilter;
use harrier_domain::software::DistributionSet;
use harrier_query::fields;
use harrier_rest::resources::{AutoAssignmentResource, LinkedFilter, TargetFilterResource};
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::AutoAssignmentRow;

use crate::listing::Listing;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<AutoAssignmentResource>>> {
    caller.require_all(&[Authority::ReadAutoAssignment, Authority::ReadDistributionSet])?;
    let listing = listing(&app, &caller, page)?;
    let (set, autos) = load(&app, &caller, id).await?;
    let found = listing.page_of(autos.iter().map(|auto| row(auto, &set)));
    let content = found.items.iter().map(|row| AutoAssignmentResource::new(row.auto_assignment, row.set, &origin));
    Ok(Hal::ok(Page::new(content.collect(), found.total)))
}

/// Searches the auto assignments of the set, and shows the filters they are linked to.
pub(super) async fn list_target_filters(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<TargetFilterResource>>> {
    caller.require_all(&[Authority::ReadTarget, Authority::ReadAutoAssignment, Authority::ReadDistributionSet])?;
    let listing = listing(&app, &caller, page)?;
    let (set, autos) = load(&app, &caller, id).await?;
    let filters: Vec<Loaded<TargetFilter>> = app.store.all(caller.tenant()).await?;
    let linked = |auto: &AutoAssignment| filters.iter().find(|one| one.name == auto.name && one.query == auto.query);
    let found = listing.page_of(autos.iter().filter(|auto| linked(auto).is_some()).map(|auto| row(auto, &set)));
    let confirmation_flow = caller.tenant.configuration.confirmation_flow();
    let item = |row: &AutoAssignmentRow<'_>| {
        let auto_assignment = Some(row.auto_assignment);
        linked(row.auto_assignment)
            .map(|filter| LinkedFilter { filter, auto_assignment, confirmation_flow }.item(None, &origin))
    };
    Ok(Hal::ok(Page::new(found.items.iter().filter_map(item).collect(), found.total)))
}

fn listing(app: &App, caller: &Caller, page: PageRequest) -> ApiResult<Listing> {
    Listing::below(app, caller, page, &fields::DISTRIBUTION_SET, &fields::AUTO_ASSIGNMENT)
}

/// The set, and its auto assignments in the order of their ids.
async fn load(app: &App, caller: &Caller, id: i64) -> ApiResult<(DistributionSet, Vec<AutoAssignment>)> {
    let set: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let all = app.store.auto_assignments(caller.tenant()).await?.into_iter().map(Loaded::into_inner);
    Ok((set.into_inner(), all.filter(|auto| auto.distribution_set == id).collect()))
}

fn row<'a>(auto_assignment: &'a AutoAssignment, set: &'a DistributionSet) -> AutoAssignmentRow<'a> {
    AutoAssignmentRow { auto_assignment, set: Some(set) }
}
