//! `GET /rest/v1/distributionsettags`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::DistributionSet;
use harrier_query::{Field, fields};
use harrier_rest::resources::TagResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::DistributionSetTagRow;

use super::href;
use crate::listing::Listing;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
) -> ApiResult<Hal<Page<TagResource>>> {
    caller.require(Authority::ReadDistributionSet)?;
    let listing = Listing::new(&app, &caller, page, &fields::DISTRIBUTION_SET_TAG)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let tags: Vec<Loaded<DistributionSetTag>> = store.all(tenant).await?;
    let sets: Vec<Loaded<DistributionSet>> =
        if listing.reads(Field::DistributionSet) { store.all(tenant).await? } else { Vec::new() };
    let rows = tags.iter().map(|tag| row(tag, &sets));
    let found = listing.page_of(rows);
    let content = found.items.iter().map(|row| TagResource::item(row.tag, href(row.tag.id, &origin))).collect();
    Ok(Hal::ok(Page::new(content, found.total)))
}

fn row<'a>(tag: &'a DistributionSetTag, sets: &'a [Loaded<DistributionSet>]) -> DistributionSetTagRow<'a> {
    let tagged = sets.iter().filter(|set| set.tags.contains(&tag.id)).map(|set| &**set);
    DistributionSetTagRow { tag: &tag.0, sets: tagged.collect() }
}
