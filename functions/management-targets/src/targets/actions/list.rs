//! `GET /rest/v1/targets/{id}/actions`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_query::{Sort, fields};
use harrier_rest::resources::{ActionNames, ActionResource};
use harrier_rest::{ApiResult, Hal, Origin, Page, PageRequest, Path};
use harrier_runtime::{App, Caller};
use harrier_store::Consistency;
use harrier_store::search::{ActionRow, list as list_rows};
use std::collections::{BTreeMap, BTreeSet};

use super::super::{load as load_target, selection};

/// A target has at most a few thousand actions, so they are filtered and sorted in memory.
pub(in crate::targets) async fn list(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    request: PageRequest,
) -> ApiResult<Hal<Page<ActionResource>>> {
    caller.require(Authority::ReadTarget)?;
    let query = selection::query(&app, &caller, request.q.as_deref(), &fields::ACTION)?;
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

    let rows = actions.iter().map(|action| {
        let set = sets.get(&action.distribution_set).copied();
        let set_type = set.and_then(|set| types.get(&set.type_id)).copied();
        ActionRow { target: Some(&target), set, set_type, ..ActionRow::new(action) }
    });
    let found = list_rows(rows, &query, &sort, request.offset, request.limit);
    let item = |row: &ActionRow<'_>| ActionResource::item(row.action, ActionNames::default(), app.now(), &origin);
    Ok(Hal::ok(Page::new(found.items.iter().map(item).collect(), found.total)))
}
