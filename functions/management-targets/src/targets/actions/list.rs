//! `GET /rest/v1/targets/{id}/actions`

use axum::extract::State;
use harrier_domain::action::Action;
use harrier_domain::authority::Authority;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_query::{Field, Query, Sort, fields};
use harrier_rest::resources::{ActionNames, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::search::{ActionRow, list as list_rows};
use harrier_store::{Consistency, Loaded, Result};
use std::collections::{BTreeMap, BTreeSet};

use super::super::load as load_target;

/// A target has at most a few thousand actions, so they are filtered and sorted in memory.
pub(in crate::targets) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    request: PageRequest,
) -> ApiResult<Hal<Page<ActionResource>>> {
    caller.require(Authority::ReadTarget)?;
    let query = caller.query(&app, request.q.as_deref(), &fields::ACTION)?;
    let sort = Sort::parse(request.sort.as_deref(), &fields::ACTION).map_err(harrier_domain::Error::from)?;
    let target = load_target(&app.store, caller.tenant(), &id).await?;
    let actions = app.store.actions_of(caller.tenant(), &id).await?;

    let set_ids: BTreeSet<i64> = actions.iter().map(|action| action.distribution_set).collect();
    let sets = if query.reads(harrier_query::Field::DistributionSet) { set_ids } else { BTreeSet::new() };
    let sets: Vec<i64> = sets.into_iter().collect();
    let sets = app.store.find_many::<DistributionSet>(caller.tenant(), &sets, Consistency::Strong).await?;
    let type_ids: BTreeSet<i64> = sets.iter().map(|set| set.type_id).collect();
    let type_ids: Vec<i64> = type_ids.into_iter().collect();
    let types = app.store.find_many::<DistributionSetType>(caller.tenant(), &type_ids, Consistency::Strong).await?;
    let sets: BTreeMap<i64, &DistributionSet> = sets.iter().map(|set| (set.id, &**set)).collect();
    let types: BTreeMap<i64, &DistributionSetType> = types.iter().map(|one| (one.id, &**one)).collect();

    let rollouts = Rollouts::of(&app, &caller, &query, &actions).await?;

    let rows = actions.iter().map(|action| {
        let set = sets.get(&action.distribution_set).copied();
        let set_type = set.and_then(|set| types.get(&set.type_id)).copied();
        let (rollout_name, rollout_group_name) = rollouts.names(action);
        ActionRow { target: Some(&target), set, set_type, action, rollout_name, rollout_group_name }
    });
    let found = list_rows(rows, &query, &sort, request.offset, request.limit);
    let item = |row: &ActionRow<'_>| {
        let names = ActionNames { rollout: row.rollout_name, ..ActionNames::default() };
        ActionResource::item(row.action, names, app.now(), &origin)
    };
    Ok(Hal::ok(Page::new(found.items.iter().map(item).collect(), found.total)))
}

/// The names of the rollouts that actions come from, and of their groups if the query asks for them.
struct Rollouts {
    names: BTreeMap<i64, String>,
    groups: BTreeMap<i64, String>,
}

impl Rollouts {
    async fn of(app: &App, caller: &Caller, query: &Query, actions: &[Loaded<Action>]) -> Result<Self> {
        let (store, tenant) = (&app.store, caller.tenant());
        let origins: BTreeSet<(i64, i64)> =
            actions.iter().filter_map(|action| Some((action.rollout?, action.rollout_group?))).collect();
        let ids: Vec<i64> = origins.iter().map(|(rollout, _)| *rollout).collect();
        let names = store.rollouts_with(tenant, &ids).await?;
        let mut groups = BTreeMap::new();
        if query.reads(Field::RolloutGroup) {
            for (rollout, group) in origins {
                let found = store.find_rollout_group(tenant, rollout, group).await?;
                groups.extend(found.map(|found| (group, found.name.clone())));
            }
        }
        Ok(Self { names: names.iter().map(|one| (one.id, one.name.clone())).collect(), groups })
    }

    fn names(&self, action: &Action) -> (Option<&str>, Option<&str>) {
        (
            action.rollout.and_then(|id| self.names.get(&id)).map(String::as_str),
            action.rollout_group.and_then(|id| self.groups.get(&id)).map(String::as_str),
        )
    }
}
