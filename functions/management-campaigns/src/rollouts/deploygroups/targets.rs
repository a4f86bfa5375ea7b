//! `GET /rest/v1/rollouts/{id}/deploygroups/{group}/targets`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::rollout::{Rollout, RolloutGroup, RolloutStatus};
use harrier_domain::target::Target;
use harrier_query::{Direction, Field, Query, Sort, fields};
use harrier_rest::resources::TargetResource;
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::search::{Found, TargetScope, TargetSearch};
use harrier_store::{Loaded, Result};
use std::collections::{BTreeSet, HashMap};

/// Members read at once.
const PAGE: i32 = 1000;

/// Without a query: the planned targets while the rollout is ready, before that none, later those with an action in the
/// group. With a query the planned ones count before the start too.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path((id, group)): Path<(i64, i64)>,
    page: PageRequest,
) -> ApiResult<Hal<Page<TargetResource>>> {
    caller.require_all(&[Authority::ReadRollout, Authority::ReadTarget])?;
    let query = caller.query(&app, page.q.as_deref(), &fields::TARGET)?;
    let sort = Sort::parse_listing(page.sort.as_deref(), &fields::ROLLOUT, &fields::TARGET);
    let sort = sort.map_err(harrier_domain::Error::from)?;
    let (rollout, group) = super::find(&app, &caller, id, group).await?;
    let found = match creation_order(&sort) {
        _ if page.q.is_none() && is_hidden(&rollout) => Found { items: Vec::new(), total: 0 },
        Some(forward) if page.q.is_none() => in_order(&app, &caller, &rollout, &group, forward, &page).await?,
        _ => search(&app, &caller, &group, query, sort, &page).await?,
    };
    Ok(Hal::ok(caller.target_page(&app, &found, &origin).await?))
}

/// Nobody has an action yet, and the plan is not shown either.
fn is_hidden(rollout: &Rollout) -> bool {
    rollout.status.is_before_start() && rollout.status != RolloutStatus::Ready
}

/// Whether members are asked for in the order in which their targets were made, which is the order they lie in.
fn creation_order(sort: &Sort) -> Option<bool> {
    match sort.terms() {
        [] => Some(true),
        [first, ..] if first.field == Field::Id => Some(first.direction == Direction::Ascending),
        _ => None,
    }
}

async fn in_order(
    app: &App,
    caller: &Caller,
    rollout: &Rollout,
    group: &RolloutGroup,
    forward: bool,
    page: &PageRequest,
) -> Result<Found<Target>> {
    let (store, tenant) = (&app.store, caller.tenant());
    let total = match rollout.status {
        RolloutStatus::Ready => group.total_targets,
        _ => store.group_counts(tenant, rollout.id, group.id).await?.total(),
    };
    let members = store.member_page(tenant, group.id, forward, page.offset, page.limit).await?;
    let ids: Vec<String> = members.iter().map(|member| member.controller_id.clone()).collect();
    let targets = store.targets(tenant, &ids).await?;
    let mut by_id: HashMap<String, Target> =
        targets.into_iter().map(|target| (target.controller_id.clone(), target.into_inner())).collect();
    let same = |number: i64| move |target: &Target| target.number == number;
    let items = members.iter().filter_map(|member| by_id.remove(&member.controller_id).filter(same(member.number)));
    Ok(Found { items: items.collect(), total })
}

async fn search(
    app: &App,
    caller: &Caller,
    group: &Loaded<RolloutGroup>,
    query: Query,
    sort: Sort,
    page: &PageRequest,
) -> Result<Found<Target>> {
    let (store, tenant) = (&app.store, caller.tenant());
    let mut ids = BTreeSet::new();
    let mut after = 0;
    loop {
        let members = store.members(tenant, group.id, after, PAGE).await?;
        let Some(last) = members.last() else {
            break;
        };
        after = last.number;
        ids.extend(members.into_iter().map(|member| member.controller_id));
    }
    let scopes = vec![TargetScope::ControllerIds(ids)];
    let search = TargetSearch { query, sort, offset: page.offset, limit: page.limit, scopes };
    store.search_targets(tenant, search).await
}
