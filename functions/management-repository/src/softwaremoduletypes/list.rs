//! `GET /rest/v1/softwaremoduletypes`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::SoftwareModuleType;
use harrier_query::fields;
use harrier_rest::resources::SoftwareModuleTypeResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, SoftDeletedMode};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::SoftwareModuleTypeRow;

use crate::listing::Listing;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
    mode: SoftDeletedMode,
) -> ApiResult<Hal<Page<SoftwareModuleTypeResource>>> {
    caller.require(Authority::ReadSoftwareModuleType)?;
    let listing = Listing::new(&app, &caller, page, &fields::SOFTWARE_MODULE_TYPE)?;
    let types: Vec<Loaded<SoftwareModuleType>> = app.store.all(caller.tenant()).await?;
    let rows = types.iter().filter(|one| mode.shows(one.deleted)).map(|one| SoftwareModuleTypeRow(one));
    let found = listing.page_of(rows);
    let content = found.items.iter().map(|row| SoftwareModuleTypeResource::new(row.0, &origin)).collect();
    Ok(Hal::ok(Page::new(content, found.total)))
}
