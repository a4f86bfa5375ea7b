//! What the forms of targets need beside the targets: the names of their types, polling, the caller's rights.

use harrier_domain::Tenant;
use harrier_domain::classification::TargetType;
use harrier_domain::configuration::TenantConfiguration;
use harrier_domain::polling::{Interval, Limits, PollStatus, Polling};
use harrier_domain::target::Target;
use harrier_query::{Placeholders, Query, fields};
use harrier_store::search::TargetSelection;
use harrier_store::{Consistency, Result, Store, TargetDetails};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::target::{TargetFacts, TargetResource};
use crate::Origin;

/// Who looks at targets, and when.
#[derive(Debug, Clone, Copy)]
pub struct TargetViewer<'a> {
    pub tenant: &'a Tenant,
    pub configuration: &'a TenantConfiguration,
    /// The installation's bounds of polling intervals.
    pub limits: Limits,
    /// The caller may read security tokens.
    pub shows_security_token: bool,
    /// Epoch milliseconds.
    pub now: i64,
}

/// Shows targets: [`TargetContext::load`] once for all that will be shown.
#[derive(Debug)]
pub struct TargetContext {
    type_names: BTreeMap<i64, String>,
    polling: Polling,
    /// By controller id, where an override applies.
    overridden: HashMap<String, Interval>,
    overdue_time: i64,
    shows_security_token: bool,
    confirmation_flow: bool,
    now: i64,
}

impl TargetContext {
    /// Reads what these targets refer to: one batch read if any has a type, and what polling overrides ask for.
    pub async fn load<'t>(
        store: &Store,
        viewer: TargetViewer<'_>,
        targets: impl IntoIterator<Item = &'t Target>,
    ) -> Result<Self> {
        let targets: Vec<&Target> = targets.into_iter().collect();
        let polling = viewer.configuration.polling(viewer.limits);
        let overridden = overridden_intervals(store, viewer, &polling, &targets).await?;
        let ids: BTreeSet<i64> = targets.iter().filter_map(|target| target.target_type).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let types = store.find_many::<TargetType>(viewer.tenant, &ids, Consistency::Strong).await?;
        Ok(Self {
            type_names: types.into_iter().map(|found| (found.id, found.name.clone())).collect(),
            polling,
            overridden,
            overdue_time: viewer.configuration.polling_overdue_time(),
            shows_security_token: viewer.shows_security_token,
            confirmation_flow: viewer.configuration.confirmation_flow(),
            now: viewer.now,
        })
    }

    /// The form inside lists.
    #[must_use]
    pub fn item(&self, target: &Target, origin: &Origin) -> TargetResource {
        TargetResource::item(target, self.facts(target), origin)
    }

    /// The form of one target.
    #[must_use]
    pub fn single(&self, target: &Target, origin: &Origin) -> TargetResource {
        TargetResource::single(target, self.facts(target), origin)
    }

    fn facts(&self, target: &Target) -> TargetFacts<'_> {
        let interval = self.overridden.get(&target.controller_id).copied().unwrap_or(self.polling.default);
        let poll_status = target.last_seen.map(|last| PollStatus::new(last, interval, self.overdue_time, self.now));
        TargetFacts {
            type_name: target.target_type.and_then(|id| self.type_names.get(&id)).map(String::as_str),
            poll_status,
            shows_security_token: self.shows_security_token,
            confirmation_flow: self.confirmation_flow,
        }
    }
}

/// The intervals of targets that an override matches (`domain-behaviour.md` §4.6).
async fn overridden_intervals(
    store: &Store,
    viewer: TargetViewer<'_>,
    polling: &Polling,
    targets: &[&Target],
) -> Result<HashMap<String, Interval>> {
    if polling.overrides.is_empty() {
        return Ok(HashMap::new());
    }
    let filters = bound_filters(store, viewer, polling).await?;
    let needs_details = filters.values().any(TargetSelection::reads_details);
    let mut overridden = HashMap::new();
    for target in targets.iter().filter(|target| target.last_seen.is_some()) {
        let details = if needs_details { store.details(viewer.tenant, &target.controller_id).await? } else { None };
        let details = details.as_deref();
        let interval = polling.interval_for(|filter| matches(&filters, filter, target, details));
        overridden.insert(target.controller_id.clone(), interval);
    }
    Ok(overridden)
}

/// The filters that can be evaluated, by their text; the others are skipped.
async fn bound_filters(
    store: &Store,
    viewer: TargetViewer<'_>,
    polling: &Polling,
) -> Result<HashMap<String, TargetSelection>> {
    let overdue = polling.overdue_timestamp(viewer.configuration.polling_overdue_time(), viewer.now);
    let placeholders = Placeholders { now: viewer.now, overdue };
    let mut filters = HashMap::new();
    for filter in polling.overrides.iter().map(|one| &one.filter) {
        if let Ok(query) = Query::bind(filter, &fields::TARGET, &placeholders) {
            filters.insert(filter.clone(), store.select_targets(viewer.tenant, query, Vec::new()).await?);
        }
    }
    Ok(filters)
}

fn matches(
    filters: &HashMap<String, TargetSelection>,
    filter: &str,
    target: &Target,
    details: Option<&TargetDetails>,
) -> Option<bool> {
    Some(filters.get(filter)?.matches(target, details))
}
