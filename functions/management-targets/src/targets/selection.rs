//! Queries on targets, as this caller's tenant understands them.

use harrier_query::{EntityFields, Sort, fields};
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Origin, Page, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::search::{TargetScope, TargetSearch, TargetSelection};

/// A target query ready for use on every target that matches it.
pub(crate) async fn select(app: &App, caller: &Caller, q: &str) -> ApiResult<TargetSelection> {
    let query = caller.query(app, Some(q), &fields::TARGET)?;
    Ok(app.store.select_targets(caller.tenant(), query, Vec::new()).await?)
}

/// A page of targets below a resource. `parent` are the fields that the listing sorts by, if not those of targets
/// (management §1.7).
pub(crate) async fn page(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    request: &PageRequest,
    parent: &EntityFields,
    scopes: Vec<TargetScope>,
) -> ApiResult<Page<TargetResource>> {
    let query = caller.query(app, request.q.as_deref(), &fields::TARGET)?;
    let sort =
        Sort::parse_listing(request.sort.as_deref(), parent, &fields::TARGET).map_err(harrier_domain::Error::from)?;
    let search = TargetSearch { query, sort, offset: request.offset, limit: request.limit, scopes };
    let found = app.store.search_targets(caller.tenant(), search).await?;
    Ok(caller.target_page(app, &found, origin).await?)
}
