//! `GET /rest/v1/targetgroups`

use axum::extract::State;
use futures::TryStreamExt;
use harrier_domain::authority::Authority;
use harrier_query::{Query, fields};
use harrier_rest::{ApiResult, Hal};
use harrier_runtime::{App, Caller};
use std::collections::BTreeSet;

/// All groups that targets carry: one pass over the targets.
pub(super) async fn list(State(app): State<App>, caller: Caller) -> ApiResult<Hal<BTreeSet<String>>> {
    caller.require(Authority::ReadTarget)?;
    let everything = app.store.select_targets(caller.tenant(), Query::everything(&fields::TARGET), Vec::new()).await?;
    let mut pages = app.store.matching_targets(caller.tenant(), everything).await?;
    let mut groups = BTreeSet::new();
    while let Some(page) = pages.try_next().await? {
        groups.extend(page.into_iter().filter_map(|target| target.into_inner().group));
    }
    Ok(Hal::ok(groups))
}
