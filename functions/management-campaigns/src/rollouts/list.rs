//! `GET /rest/v1/rollouts`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::rollout::Rollout;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_query::{Field, Query, Sort, fields};
use harrier_rest::resources::RolloutResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Representation, SoftDeletedMode};
use harrier_runtime::{App, Caller};
use harrier_store::search::{Found, RolloutRow, list as page_of};
use harrier_store::{Loaded, Result};
use std::collections::BTreeMap;

use super::view;

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    page: PageRequest,
    representation: Representation,
    mode: SoftDeletedMode,
) -> ApiResult<Hal<Page<RolloutResource>>> {
    caller.require(Authority::ReadRollout)?;
    let query = caller.query(&app, page.q.as_deref(), &fields::ROLLOUT)?;
    let sort = Sort::parse(page.sort.as_deref(), &fields::ROLLOUT).map_err(harrier_domain::Error::from)?;
    let rollouts = app.store.rollouts(caller.tenant()).await?;
    let rollouts: Vec<Rollout> =
        rollouts.into_iter().filter(|one| mode.shows(one.deleted)).map(Loaded::into_inner).collect();
    let found = search(&app, &caller, &rollouts, &query, &sort, &page).await?;
    let content = match representation {
        Representation::Full => view::full_of_all(&app, &caller, &found.items, &origin).await?,
        Representation::Compact => found.items.iter().map(|one| RolloutResource::compact(one, &origin)).collect(),
    };
    Ok(Hal::ok(Page::new(content, found.total)))
}

async fn search(
    app: &App,
    caller: &Caller,
    rollouts: &[Rollout],
    query: &Query,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Found<Rollout>> {
    let (mut sets, mut types) = (BTreeMap::new(), BTreeMap::new());
    if query.reads(Field::DistributionSet) {
        let all_sets: Vec<Loaded<DistributionSet>> = app.store.all(caller.tenant()).await?;
        let all_types: Vec<Loaded<DistributionSetType>> = app.store.all(caller.tenant()).await?;
        sets = all_sets.into_iter().map(|set| (set.id, set.into_inner())).collect();
        types = all_types.into_iter().map(|one| (one.id, one.into_inner())).collect();
    }
    let row = |position: usize| {
        let rollout = &rollouts[position];
        let set: Option<&DistributionSet> = sets.get(&rollout.distribution_set);
        RolloutRow { rollout, set, set_type: set.and_then(|set| types.get(&set.type_id)) }
    };
    let found = page_of((0..rollouts.len()).map(row), query, sort, page.offset, page.limit);
    Ok(Found { items: found.items.into_iter().map(|row| row.rollout.clone()).collect(), total: found.total })
}
