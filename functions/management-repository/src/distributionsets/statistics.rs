//! `GET /rest/v1/distributionsets/{id}/statistics` and its parts

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::DistributionSet;
use harrier_rest::{ApiResult, Hal, Path};
use harrier_runtime::{App, Caller};
use harrier_store::{Loaded, WalkOrder};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Actions read at once.
const STEP: usize = 500;

/// Counts by status in upper case, and `total`.
type Counts = BTreeMap<String, u64>;

#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistics {
    #[serde(skip_serializing_if = "Option::is_none")]
    actions: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollouts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_auto_assignments: Option<u64>,
}

pub(super) async fn all(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<Hal<Statistics>> {
    require(&app, &caller, id).await?;
    let actions = Some(with_total(count_actions(&app, &caller, id).await?));
    let rollouts = Some(with_total(count_rollouts(&app, &caller, id).await?));
    let total_auto_assignments = Some(count_auto_assignments(&app, &caller, id).await?);
    Ok(Hal::ok(Statistics { actions, rollouts, total_auto_assignments }))
}

pub(super) async fn actions(State(app): State<App>, caller: Caller, Path(id): Path<i64>) -> ApiResult<Hal<Statistics>> {
    require(&app, &caller, id).await?;
    let counted = count_actions(&app, &caller, id).await?;
    let actions = Some(counted).filter(|counts| !counts.is_empty()).map(with_total);
    Ok(Hal::ok(Statistics { actions, ..Statistics::default() }))
}

pub(super) async fn rollouts(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> ApiResult<Hal<Statistics>> {
    require(&app, &caller, id).await?;
    let counted = count_rollouts(&app, &caller, id).await?;
    let rollouts = Some(counted).filter(|counts| !counts.is_empty()).map(with_total);
    Ok(Hal::ok(Statistics { rollouts, ..Statistics::default() }))
}

pub(super) async fn auto_assignments(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> ApiResult<Hal<Statistics>> {
    require(&app, &caller, id).await?;
    let count = count_auto_assignments(&app, &caller, id).await?;
    Ok(Hal::ok(Statistics { total_auto_assignments: Some(count).filter(|count| *count > 0), ..Statistics::default() }))
}

async fn count_auto_assignments(app: &App, caller: &Caller, set: i64) -> ApiResult<u64> {
    let all = app.store.auto_assignments(caller.tenant()).await?;
    Ok(all.iter().filter(|auto| auto.distribution_set == set).count() as u64)
}

async fn require(app: &App, caller: &Caller, id: i64) -> ApiResult<()> {
    caller.require(Authority::ReadDistributionSet)?;
    let _exists: Loaded<DistributionSet> = app.store.get(caller.tenant(), id).await?;
    Ok(())
}

fn with_total(mut counts: Counts) -> Counts {
    let total = counts.values().sum();
    counts.insert("total".to_owned(), total);
    counts
}

async fn count_rollouts(app: &App, caller: &Caller, set: i64) -> ApiResult<Counts> {
    let mut counts = Counts::new();
    let rollouts = app.store.rollouts(caller.tenant()).await?;
    for rollout in rollouts.iter().filter(|rollout| rollout.distribution_set == set && !rollout.deleted) {
        *counts.entry(rollout.status.name().to_uppercase()).or_default() += 1;
    }
    Ok(counts)
}

/// One pass over the tenant's actions: they are not indexed by set, and this is asked by people, rarely.
async fn count_actions(app: &App, caller: &Caller, set: i64) -> ApiResult<Counts> {
    let (store, tenant) = (&app.store, caller.tenant());
    let mut counts = Counts::new();
    let mut walk = store.walk_actions(tenant, WalkOrder::OldestFirst, usize::MAX);
    loop {
        let references = walk.next(STEP).await?;
        if references.is_empty() {
            return Ok(counts);
        }
        let actions = store.actions_at(tenant, &references).await?;
        for action in actions.iter().filter(|action| action.distribution_set == set) {
            *counts.entry(action.status.name().to_owned()).or_default() += 1;
        }
    }
}
