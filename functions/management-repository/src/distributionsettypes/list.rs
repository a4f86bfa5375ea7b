//! `GET /rest/v1/distributionsettypes`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSetType;
use harrier_query::fields;
use harrier_rest::resources::DistributionSetTypeResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, SoftDeletedMode};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::DistributionSetTypeRow;

use crate::listing::Listing;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
    mode: SoftDeletedMode,
) -> ApiResult<Hal<Page<DistributionSetTypeResource>>> {
    caller.require(Authority::ReadDistributionSetType)?;
    let listing = Listing::new(&app, &caller, page, &fields::DISTRIBUTION_SET_TYPE)?;
    let types: Vec<Loaded<DistributionSetType>> = app.store.all(caller.tenant()).await?;
    let rows = types.iter().filter(|one| mode.shows(one.deleted)).map(|one| DistributionSetTypeRow(one));
    let found = listing.page_of(rows);
    let content = found.items.iter().map(|row| DistributionSetTypeResource::item(row.0, &origin)).collect();
    Ok(Hal::ok(Page::new(content, found.total)))
}
