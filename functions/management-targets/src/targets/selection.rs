//! Queries on targets, as this caller's tenant understands them.

use harrier_domain::target::Target;
use harrier_query::{EntityFields, Placeholders, Query, Sort, fields};
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Origin, Page, PageRequest};
use harrier_runtime::{App, Caller};
use harrier_store::search::{Found, TargetScope, TargetSearch, TargetSelection};

use super::view;

/// What `${NOW_TS}` and `${OVERDUE_TS}` stand for now.
pub(crate) fn placeholders(app: &App, caller: &Caller) -> Placeholders {
    let configuration = &caller.tenant.configuration;
    let polling = configuration.polling(app.settings.polling_limits);
    let now = app.now();
    Placeholders { now, overdue: polling.overdue_timestamp(configuration.polling_overdue_time(), now) }
}

/// The query of a `q` parameter on these fields; absent means everything.
///
/// # Errors
/// The refusals of management §3.
pub(crate) fn query(
    app: &App,
    caller: &Caller,
    q: Option<&str>,
    fields: &EntityFields,
) -> harrier_domain::Result<Query> {
    match q {
        Some(text) => Ok(Query::bind(text, fields, &placeholders(app, caller))?),
        None => Ok(Query::everything(fields)),
    }
}

/// A target query ready for use on every target that matches it.
pub(crate) async fn select(app: &App, caller: &Caller, q: &str) -> ApiResult<TargetSelection> {
    let query = query(app, caller, Some(q), &fields::TARGET)?;
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
    let query = query(app, caller, request.q.as_deref(), &fields::TARGET)?;
    let sort =
        Sort::parse_listing(request.sort.as_deref(), parent, &fields::TARGET).map_err(harrier_domain::Error::from)?;
    let search = TargetSearch { query, sort, offset: request.offset, limit: request.limit, scopes };
    let found: Found<Target> = app.store.search_targets(caller.tenant(), search).await?;
    let context = view::context(app, caller, &found.items).await?;
    Ok(Page::new(found.items.iter().map(|target| context.item(target, origin)).collect(), found.total))
}
