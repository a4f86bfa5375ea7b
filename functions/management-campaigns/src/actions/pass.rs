//! Going through the actions that match a query.

use harrier_domain::action::Action;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_domain::target::Target;
use harrier_query::{Field, Plan, Query};
use harrier_runtime::{App, Caller};
use harrier_store::search::ActionRow;
use harrier_store::{Loaded, Result, WalkOrder};
use std::collections::{BTreeMap, BTreeSet};

/// Actions looked at in one step.
const STEP: usize = 500;

/// Ids that are looked up one by one rather than met on the way.
const MOST_LOOKED_UP: usize = 500;

/// Offers every action that matches, in the order of ids.
pub(super) async fn each_matching(
    app: &App,
    caller: &Caller,
    query: &Query,
    order: WalkOrder,
    mut offer: impl FnMut(&ActionRow<'_>) + Send,
) -> Result<()> {
    let catalogue = Catalogue::load(app, caller, query).await?;
    if let Plan::ExactIds(mut ids) = query.plan()
        && ids.len() <= MOST_LOOKED_UP
    {
        if order == WalkOrder::NewestFirst {
            ids.reverse();
        }
        let actions = super::find(app, caller, &ids).await?;
        return step(app, caller, query, &catalogue, &actions, &mut offer).await;
    }
    let mut walk = app.store.walk_actions(caller.tenant(), order, usize::MAX);
    loop {
        let references = walk.next(STEP).await?;
        if references.is_empty() {
            return Ok(());
        }
        let actions = app.store.actions_at(caller.tenant(), &references).await?;
        step(app, caller, query, &catalogue, &actions, &mut offer).await?;
    }
}

async fn step(
    app: &App,
    caller: &Caller,
    query: &Query,
    catalogue: &Catalogue,
    actions: &[Loaded<Action>],
    offer: &mut (impl FnMut(&ActionRow<'_>) + Send),
) -> Result<()> {
    let targets = targets_of(app, caller, query, actions).await?;
    for action in actions {
        let set = catalogue.sets.get(&action.distribution_set);
        let row = ActionRow {
            target: targets.get(&action.controller_id),
            set,
            set_type: set.and_then(|set| catalogue.types.get(&set.type_id)),
            rollout_name: action.rollout.and_then(|id| catalogue.rollouts.get(&id)).map(String::as_str),
            rollout_group_name: action.rollout_group.and_then(|id| catalogue.groups.get(&id)).map(String::as_str),
            ..ActionRow::new(action)
        };
        if query.matches(&row) {
            offer(&row);
        }
    }
    Ok(())
}

/// The targets of the actions, if the query asks for them.
async fn targets_of(
    app: &App,
    caller: &Caller,
    query: &Query,
    actions: &[Loaded<Action>],
) -> Result<BTreeMap<String, Target>> {
    if !query.reads(Field::Target) {
        return Ok(BTreeMap::new());
    }
    let ids: BTreeSet<String> = actions.iter().map(|action| action.controller_id.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let targets = app.store.targets(caller.tenant(), &ids).await?;
    Ok(targets.into_iter().map(|target| (target.controller_id.clone(), target.into_inner())).collect())
}

/// What the query asks for beside the actions: distribution sets and their types, names of rollouts and groups.
#[derive(Debug, Default)]
struct Catalogue {
    sets: BTreeMap<i64, DistributionSet>,
    types: BTreeMap<i64, DistributionSetType>,
    rollouts: BTreeMap<i64, String>,
    groups: BTreeMap<i64, String>,
}

impl Catalogue {
    async fn load(app: &App, caller: &Caller, query: &Query) -> Result<Self> {
        let mut catalogue = Self::default();
        if query.reads(Field::DistributionSet) {
            let sets: Vec<Loaded<DistributionSet>> = app.store.all(caller.tenant()).await?;
            let types: Vec<Loaded<DistributionSetType>> = app.store.all(caller.tenant()).await?;
            catalogue.sets = sets.into_iter().map(|set| (set.id, set.into_inner())).collect();
            catalogue.types = types.into_iter().map(|one| (one.id, one.into_inner())).collect();
        }
        if query.reads(Field::Rollout) || query.reads(Field::RolloutGroup) {
            catalogue.load_rollouts(app, caller, query.reads(Field::RolloutGroup)).await?;
        }
        Ok(catalogue)
    }

    async fn load_rollouts(&mut self, app: &App, caller: &Caller, with_groups: bool) -> Result<()> {
        for rollout in app.store.rollouts(caller.tenant()).await? {
            if with_groups {
                let groups = app.store.rollout_groups(caller.tenant(), rollout.id).await?;
                self.groups.extend(groups.iter().map(|group| (group.id, group.name.clone())));
            }
            self.rollouts.insert(rollout.id, rollout.name.clone());
        }
        Ok(())
    }
}
