//! `GET /rest/v1/distributionsets/{id}/autoAssignments` and, deprecated, `…/autoAssignTargetFilters`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_query::fields;
use harrier_rest::{ApiResult, Hal, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Loaded;
use serde_json::Value;

use crate::listing::Listing;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<Value>>> {
    caller.require_all(&[Authority::ReadAutoAssignment, Authority::ReadDistributionSet])?;
    nothing(&app, &caller, id, page).await
}

pub(super) async fn list_target_filters(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    page: PageRequest,
) -> ApiResult<Hal<Page<Value>>> {
    caller.require_all(&[Authority::ReadTarget, Authority::ReadAutoAssignment, Authority::ReadDistributionSet])?;
    nothing(&app, &caller, id, page).await
}

/// No automatic assignments exist yet; the parameters and the set are checked all the same.
async fn nothing(app: &App, caller: &Caller, id: i64, page: PageRequest) -> ApiResult<Hal<Page<Value>>> {
    Listing::below(app, caller, page, &fields::DISTRIBUTION_SET, &fields::AUTO_ASSIGNMENT)?;
    let _exists: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    Ok(Hal::ok(Page::complete(Vec::new())))
}
