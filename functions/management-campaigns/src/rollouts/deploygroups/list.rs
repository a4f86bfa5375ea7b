//! `GET /rest/v1/rollouts/{id}/deploygroups`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::rollout::Counts;
use harrier_query::{Sort, fields};
use harrier_rest::resources::RolloutGroupResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path, Representation};
use harrier_runtime::{App, Caller};
use harrier_store::search::{RolloutGroupRow, list as page_of};
use std::collections::BTreeMap;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<i64>,
    page: PageRequest,
    representation: Representation,
) -> ApiResult<Hal<Page<RolloutGroupResource>>> {
    caller.require(Authority::ReadRollout)?;
    let query = caller.query(&app, page.q.as_deref(), &fields::ROLLOUT_GROUP)?;
    let sort = Sort::parse_listing(page.sort.as_deref(), &fields::ROLLOUT, &fields::ROLLOUT_GROUP);
    let sort = sort.map_err(harrier_domain::Error::from)?;
    let (store, tenant) = (&app.store, caller.tenant());
    let _exists = store.rollout(tenant, id).await?;
    let groups = store.rollout_groups(tenant, id).await?;
    let found = page_of(groups.iter().map(|group| RolloutGroupRow(group)), &query, &sort, page.offset, page.limit);
    let full = representation == Representation::Full;
    let counts: BTreeMap<i64, Counts> =
        if full && !found.items.is_empty() { store.rollout_counts(tenant, id).await? } else { BTreeMap::new() };
    let flow = caller.tenant.configuration.confirmation_flow();
    let show = |row: RolloutGroupRow<'_>| {
        let counted = full.then(|| counts.get(&row.0.id).copied().unwrap_or_default());
        RolloutGroupResource::new(row.0, counted.as_ref(), flow, &origin)
    };
    let content: Vec<RolloutGroupResource> = found.items.into_iter().map(show).collect();
    // An empty full page claims that there is nothing at all (management §7 no. 102).
    let total = if full && content.is_empty() { 0 } else { found.total };
    Ok(Hal::ok(Page::new(content, total)))
}
