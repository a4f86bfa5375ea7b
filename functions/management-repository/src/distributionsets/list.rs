//! `GET /rest/v1/distributionsets`

use axum::extract::State;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::classification::DistributionSetTag;
use harrier_domain::software::{DistributionSet, DistributionSetType, Metadata, SoftwareModule};
use harrier_query::{Field, fields};
use harrier_rest::resources::DistributionSetResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, SoftDeletedMode};
use harrier_runtime::{App, Caller};
use harrier_store::search::{DistributionSetRow, Found};
use harrier_store::{CatalogueRecord, Loaded, MetadataOwner, Result, Store};
use std::collections::BTreeMap;

use crate::listing::Listing;
use crate::softwaremodules::metadata_of;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
    mode: SoftDeletedMode,
) -> ApiResult<Hal<Page<DistributionSetResource>>> {
    caller.require(Authority::ReadDistributionSet)?;
    let listing = Listing::new(&app, &caller, page, &fields::DISTRIBUTION_SET)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let sets: Vec<Loaded<DistributionSet>> = store.all(tenant).await?;
    let sets = sets.into_iter().filter(|set| mode.shows(set.deleted)).map(Loaded::into_inner).collect();
    Ok(Hal::ok(show_page(store, tenant, &listing, sets, &origin).await?))
}

/// The page of these sets that a listing asks for. The computed term `complete` is applied to the page, and `total` does
/// not know of it (management §3.6).
pub(crate) async fn show_page(
    store: &Store,
    tenant: &Tenant,
    listing: &Listing,
    sets: Vec<DistributionSet>,
    origin: &Origin,
) -> Result<Page<DistributionSetResource>> {
    let joined = Joined::load(store, tenant, listing, sets).await?;
    let found = joined.page_of(listing);
    let described = store.describe_sets(tenant, found.items).await?;
    let wanted = listing.query.completeness();
    let shown = described.iter().filter(|set| wanted.is_none_or(|wanted| set.is_complete() == wanted));
    let content = shown.map(|set| DistributionSetResource::item(set, origin)).collect();
    Ok(Page::new(content, found.total))
}

/// Sets with what a query reads of other entities.
struct Joined {
    sets: Vec<DistributionSet>,
    types: BTreeMap<i64, DistributionSetType>,
    modules: BTreeMap<i64, SoftwareModule>,
    tags: BTreeMap<i64, DistributionSetTag>,
    metadata: Vec<Vec<Metadata>>,
}

impl Joined {
    /// Reads only the kinds that the query names.
    async fn load(store: &Store, tenant: &Tenant, listing: &Listing, sets: Vec<DistributionSet>) -> Result<Self> {
        let owners = sets.iter().map(|set| MetadataOwner::Set(set.id));
        Ok(Self {
            metadata: metadata_of(store, tenant, owners, listing).await?,
            types: all_if(listing.reads(Field::Type), store, tenant).await?,
            modules: all_if(listing.reads(Field::Module), store, tenant).await?,
            tags: all_if(listing.reads(Field::Tag), store, tenant).await?,
            sets,
        })
    }

    /// The page of the sets that match.
    fn page_of(&self, listing: &Listing) -> Found<DistributionSet> {
        let found = listing.page_of(self.sets.iter().enumerate().map(|(index, set)| self.row(index, set)));
        Found { items: found.items.into_iter().map(|row| row.set.clone()).collect(), total: found.total }
    }

    fn row<'a>(&'a self, index: usize, set: &'a DistributionSet) -> DistributionSetRow<'a> {
        DistributionSetRow {
            set,
            set_type: self.types.get(&set.type_id),
            modules: set.modules.iter().filter_map(|id| self.modules.get(id)).collect(),
            tags: set.tags.iter().filter_map(|id| self.tags.get(id)).map(|tag| &tag.0).collect(),
            metadata: self.metadata.get(index).map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

async fn all_if<T: CatalogueRecord>(needed: bool, store: &Store, tenant: &Tenant) -> Result<BTreeMap<i64, T>> {
    if !needed {
        return Ok(BTreeMap::new());
    }
    let all = store.all::<T>(tenant).await?;
    Ok(all.into_iter().map(|record| (record.id(), record.into_inner())).collect())
}
