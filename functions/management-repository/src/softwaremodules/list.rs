//! `GET /rest/v1/softwaremodules`

use axum::extract::State;
use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_domain::software::{Metadata, SoftwareModule, TypedModule};
use harrier_query::{Field, fields};
use harrier_rest::resources::SoftwareModuleResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, SoftDeletedMode};
use harrier_runtime::{App, Caller};
use harrier_store::search::SoftwareModuleRow;
use harrier_store::{Consistency, Loaded, MetadataOwner, Result, Store};

use crate::listing::Listing;

/// Entities whose metadata is read at the same time.
const CONCURRENCY: usize = 16;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
    mode: SoftDeletedMode,
) -> ApiResult<Hal<Page<SoftwareModuleResource>>> {
    caller.require(Authority::ReadSoftwareModule)?;
    let listing = Listing::new(&app, &caller, page, &fields::SOFTWARE_MODULE)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let modules: Vec<Loaded<SoftwareModule>> = store.all(tenant).await?;
    let modules = modules.into_iter().filter(|module| mode.shows(module.deleted)).map(Loaded::into_inner);
    let modules = store.describe_modules(tenant, modules.collect()).await?;
    let owners = modules.iter().map(|typed| MetadataOwner::Module(typed.module.id));
    let metadata = metadata_of(store, tenant, owners, &listing).await?;
    let rows = modules.iter().enumerate().map(|(index, typed)| row(typed, metadata.get(index)));
    let found = listing.page_of(rows);
    let wanted: Vec<i64> = found.items.iter().map(|row| row.module.id).collect();
    let content = in_order(&modules, &wanted).map(|typed| SoftwareModuleResource::item(typed, &origin)).collect();
    Ok(Hal::ok(Page::new(content, found.total)))
}

fn row<'a>(typed: &'a TypedModule, metadata: Option<&'a Vec<Metadata>>) -> SoftwareModuleRow<'a> {
    SoftwareModuleRow {
        module: &typed.module,
        module_type: Some(&typed.module_type),
        metadata: metadata.map(Vec::as_slice).unwrap_or_default(),
    }
}

/// The modules with these ids, found among modules that are ordered by id.
fn in_order<'a>(modules: &'a [TypedModule], ids: &'a [i64]) -> impl Iterator<Item = &'a TypedModule> {
    let find = |id: &i64| modules.binary_search_by_key(id, |typed| typed.module.id).ok();
    ids.iter().filter_map(find).filter_map(|index| modules.get(index))
}

/// The metadata of each owner, if the query reads it; nothing otherwise.
pub(crate) async fn metadata_of(
    store: &Store,
    tenant: &Tenant,
    owners: impl Iterator<Item = MetadataOwner> + Send,
    listing: &Listing,
) -> Result<Vec<Vec<Metadata>>> {
    if !listing.reads(Field::Metadata) {
        return Ok(Vec::new());
    }
    let owners: Vec<MetadataOwner> = owners.collect();
    let read = |owner| async move {
        let entries = store.metadata(tenant, owner, Consistency::Strong).await?;
        Ok(entries.into_iter().map(|entry| entry.into_inner().entry).collect())
    };
    stream::iter(owners).map(read).buffered(CONCURRENCY).try_collect().await
}
