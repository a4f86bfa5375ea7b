//! The targets that have a set: `GET /rest/v1/distributionsets/{id}/assignedTargets` and `…/installedTargets`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_query::fields;
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use harrier_store::search::{TargetScope, TargetSearch};

use crate::listing::Listing;

type TargetPage = ApiResult<Hal<Page<TargetResource>>>;

pub(super) async fn assigned(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> TargetPage {
    list(&app, &caller, &origin, id, page, TargetScope::AssignedSet(id)).await
}

pub(super) async fn installed(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
) -> TargetPage {
    list(&app, &caller, &origin, id, page, TargetScope::InstalledSet(id)).await
}

/// Soft-deleted sets have targets too (`domain-behaviour.md` §6.5).
async fn list(
    app: &App,
    caller: &Caller,
    origin: &Origin,
    id: i64,
    page: PageRequest,
    scope: TargetScope,
) -> TargetPage {
    caller.require_all(&[Authority::ReadTarget, Authority::ReadDistributionSet])?;
    let listing = Listing::below(app, caller, page, &fields::DISTRIBUTION_SET, &fields::TARGET)?;
    let _exists: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    let search = TargetSearch {
        query: listing.query,
        sort: listing.sort,
        offset: listing.page.offset,
        limit: listing.page.limit,
        scopes: vec![scope],
    };
    let found = app.store.search_targets(caller.tenant(), search).await?;
    Ok(Hal::ok(caller.target_page(app, &found, origin).await?))
}
