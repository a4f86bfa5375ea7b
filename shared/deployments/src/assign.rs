//! Assigning one distribution set to targets (`domain-behaviour.md` §6).

use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::action::{Action, ActionType, DEFAULT_WEIGHT, StatusEntry};
use harrier_domain::assignment::{self, Assignment, Policy};
use harrier_domain::audit::Actor;
use harrier_domain::classification::TargetType;
use harrier_domain::maintenance::ScheduleText;
use harrier_domain::quota::Quotas;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error, Tenant};
use harrier_identity::TenantSnapshot;
use harrier_store::{Consistency, Loaded, Result, Sequence, Store, StoreError, Transaction, until_settled};
use std::collections::{BTreeMap, BTreeSet};

use crate::room::{ActionRoom, make_room};
use crate::sets::{deployable_set, lock_for_use};

/// Older actions that give way within one transaction: each takes two of its hundred changes.
const MAX_OVERRIDDEN: usize = 40;

/// Targets worked on at the same time.
const CONCURRENCY: usize = 16;

/// One request: a set for one or more targets.
#[derive(Debug, Clone)]
pub struct AssignmentOrder<'a> {
    pub snapshot: &'a TenantSnapshot,
    pub actor: &'a Actor,
    pub quotas: &'a Quotas,
    pub distribution_set: i64,
    /// In the order of the request; identical orders collapse.
    pub targets: Vec<TargetOrder>,
    /// Report as installed instead of offering.
    pub offline: bool,
    /// Refuse an unknown target instead of leaving it out.
    pub refuse_unknown: bool,
    /// Leave out targets that have any action with the set, whatever became of it (`domain-behaviour.md` §10.5).
    pub unless_in_history: bool,
    /// The text of the first history entries, if not "initiated by user".
    pub message: Option<String>,
    /// Epoch milliseconds.
    pub now: i64,
}

/// How one target shall get the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetOrder {
    pub controller_id: String,
    pub action_type: ActionType,
    /// For time-forced actions, epoch milliseconds.
    pub forced_time: Option<i64>,
    /// 0–1000; 1000 when absent.
    pub weight: Option<u16>,
    pub window: Option<ScheduleText>,
    /// The tenant's confirmation flow decides when absent.
    pub confirmation_required: Option<bool>,
}

/// A new action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedAction {
    pub controller_id: String,
    pub action: i64,
}

/// What came of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssignmentOutcome {
    pub assigned: Vec<AssignedAction>,
    /// Targets that had the set already; for offline orders also those with pending work.
    pub already_assigned: usize,
}

/// Assigns the set.
///
/// # Errors
/// [`Error::MultiAssignment`] for one target in two different orders, the refusals of [`deployable_set`],
/// [`Error::IncompatibleTargetType`], [`Error::QuotaExceeded`]: all before anything is assigned or purged.
pub async fn assign(store: &Store, order: &AssignmentOrder<'_>) -> Result<AssignmentOutcome> {
    let targets = distinct(&order.targets)?;
    order.quotas.targets_per_manual_assignment(targets.len())?;
    let tenant = &order.snapshot.tenant;
    let set = deployable_set(store, tenant, order.distribution_set).await?;
    let mut known = load_targets(store, tenant, &targets).await?;
    if let Some(unknown) = targets.iter().find(|target| !known.contains_key(&target.controller_id))
        && order.refuse_unknown
    {
        return Err(Error::not_found(Entity::Target, unknown.controller_id.as_str()).into());
    }
    check_compatible(store, tenant, &set, known.values().map(|target| &**target)).await?;
    let candidates: Vec<(TargetOrder, Loaded<Target>)> =
        targets.iter().filter_map(|target| Some(((*target).clone(), known.remove(&target.controller_id)?))).collect();
    let existing = candidates.len();
    let open = candidates.into_iter().filter(|(_, target)| target.assigned_set != Some(set.id)).collect::<Vec<_>>();
    open.iter().try_for_each(|(_, target)| room(order).check(target, 1).map(drop))?;
    let assigned = assign_each(store, order, set, open).await?;
    Ok(AssignmentOutcome { already_assigned: existing - assigned.len(), assigned })
}

/// Identical orders collapse; different ones for the same target are refused.
fn distinct(orders: &[TargetOrder]) -> Result<Vec<&TargetOrder>> {
    let mut seen = BTreeMap::new();
    let mut distinct = Vec::new();
    for order in orders {
        match seen.insert(order.controller_id.as_str(), order) {
            None => distinct.push(order),
            Some(same) if same == order => {}
            Some(_) => return Err(Error::MultiAssignment.into()),
        }
    }
    Ok(distinct)
}

async fn load_targets(
    store: &Store,
    tenant: &Tenant,
    orders: &[&TargetOrder],
) -> Result<BTreeMap<String, Loaded<Target>>> {
    let ids: Vec<String> = orders.iter().map(|order| order.controller_id.clone()).collect();
    let targets = store.targets(tenant, &ids).await?;
    Ok(targets.into_iter().map(|target| (target.controller_id.clone(), target)).collect())
}

/// A target without a type takes every set; one with a type only what the type lists (`domain-behaviour.md` §2.3).
async fn check_compatible(
    store: &Store,
    tenant: &Tenant,
    set: &DistributionSet,
    targets: impl Iterator<Item = &Target>,
) -> Result<()> {
    let type_ids: Vec<i64> =
        targets.filter_map(|target| target.target_type).collect::<BTreeSet<_>>().into_iter().collect();
    if type_ids.is_empty() {
        return Ok(());
    }
    let types = store.find_many::<TargetType>(tenant, &type_ids, Consistency::Strong).await?;
    if types.iter().all(|target_type| target_type.compatible_set_types.contains(&set.type_id)) {
        return Ok(());
    }
    let set_type: Loaded<DistributionSetType> = store.get(tenant, set.type_id).await?;
    Err(Error::IncompatibleTargetType(set_type.key.clone()).into())
}

async fn assign_each(
    store: &Store,
    order: &AssignmentOrder<'_>,
    set: Loaded<DistributionSet>,
    targets: Vec<(TargetOrder, Loaded<Target>)>,
) -> Result<Vec<AssignedAction>> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let set = lock_for_use(store, order.snapshot, set, order.actor, order.now).await?;
    let count = u32::try_from(targets.len()).unwrap_or(u32::MAX);
    let ids = store.next_ids(&order.snapshot.tenant, Sequence::Action, count).await?;
    let set = &set;
    let work = targets.into_iter().zip(ids).map(|((target_order, target), id)| async move {
        let made = Box::pin(assign_one(store, order, set, &target_order, target, id)).await?;
        Ok::<_, StoreError>(made.then_some(AssignedAction { controller_id: target_order.controller_id, action: id }))
    });
    let made: Vec<Option<AssignedAction>> = stream::iter(work).buffered(CONCURRENCY).try_collect().await?;
    Ok(made.into_iter().flatten().collect())
}

/// Assigns to one target; returns whether an action was made. The target as loaded serves the first attempt.
async fn assign_one(
    store: &Store,
    order: &AssignmentOrder<'_>,
    set: &DistributionSet,
    target_order: &TargetOrder,
    target: Loaded<Target>,
    id: i64,
) -> Result<bool> {
    let tenant = &order.snapshot.tenant;
    let mut at_hand = Some(target);
    until_settled(|| {
        let at_hand = at_hand.take();
        async move {
            let target = match at_hand {
                Some(target) => Some(target),
                None => store.target(tenant, &target_order.controller_id, Consistency::Strong).await?,
            };
            match target {
                Some(target) => try_assign(store, order, set, target_order, target, id).await,
                None => Ok(false),
            }
        }
    })
    .await
}

async fn try_assign(
    store: &Store,
    order: &AssignmentOrder<'_>,
    set: &DistributionSet,
    target_order: &TargetOrder,
    mut target: Loaded<Target>,
    id: i64,
) -> Result<bool> {
    let tenant = &order.snapshot.tenant;
    let assignment = assignment_of(order, set, target_order);
    if !assignment::is_needed(&target, &assignment) {
        return Ok(false);
    }
    // Read after the target, whose record counts the actions: one that is made from now on makes the commit a conflict.
    if order.unless_in_history && has_had(store, tenant, &target, set.id).await? {
        return Ok(false);
    }
    if make_room(store, tenant, &target, 1, room(order)).await? {
        return Err(StoreError::Conflict);
    }
    let policy = policy(order);
    let overridable = assignment::overridable(&target, &policy);
    if overridable.len() > MAX_OVERRIDDEN && !order.offline {
        give_way(store, order, &policy, target, &overridable[..MAX_OVERRIDDEN]).await?;
        return Err(StoreError::Conflict);
    }
    let affected = [overridable, assignment::superseded(&target)].concat();
    let mut open = OpenActions::load(store, tenant, &target.controller_id, &affected).await?;
    let assigned =
        assignment::assign(&mut target, &mut open.changed, id, &assignment, &policy, order.actor, order.now)?;
    let Some(assigned) = assigned else {
        return Ok(false);
    };
    let mut transaction = store.transaction(tenant);
    transaction.save(&target).create(&assigned.action);
    open.save(&mut transaction, &assigned.entries);
    transaction.commit().await?;
    Ok(true)
}

async fn has_had(store: &Store, tenant: &Tenant, target: &Target, set: i64) -> Result<bool> {
    if target.actions == 0 {
        return Ok(false);
    }
    let actions = store.actions_of(tenant, &target.controller_id).await?;
    Ok(actions.iter().any(|action| action.distribution_set == set))
}

/// Lets some of very many older actions give way ahead of the assignment, which could not hold them all.
async fn give_way(
    store: &Store,
    order: &AssignmentOrder<'_>,
    policy: &Policy,
    mut target: Loaded<Target>,
    ids: &[i64],
) -> Result<()> {
    let tenant = &order.snapshot.tenant;
    let mut open = OpenActions::load(store, tenant, &target.controller_id, ids).await?;
    let entries = assignment::override_open_actions(&mut target, &mut open.changed, policy, order.actor, order.now);
    let mut transaction = store.transaction(tenant);
    transaction.save(&target);
    open.save(&mut transaction, &entries);
    transaction.commit().await
}

/// Actions as loaded, and as the domain changes them.
struct OpenActions {
    loaded: Vec<Loaded<Action>>,
    changed: Vec<Action>,
}

impl OpenActions {
    async fn load(store: &Store, tenant: &Tenant, controller_id: &str, ids: &[i64]) -> Result<Self> {
        let loaded = store.actions(tenant, controller_id, ids).await?;
        let changed = loaded.iter().map(|action| (**action).clone()).collect();
        Ok(Self { loaded, changed })
    }

    fn save(self, transaction: &mut Transaction<'_>, entries: &[StatusEntry]) {
        for (mut loaded, changed) in self.loaded.into_iter().zip(self.changed) {
            *loaded = changed;
            transaction.save(&loaded);
        }
        for entry in entries {
            transaction.create(entry);
        }
    }
}

fn assignment_of(order: &AssignmentOrder<'_>, set: &DistributionSet, target_order: &TargetOrder) -> Assignment {
    let flow = order.snapshot.configuration.confirmation_flow();
    Assignment {
        distribution_set: set.id,
        required_migration_step: set.required_migration_step,
        action_type: target_order.action_type,
        forced_time: target_order.forced_time,
        weight: target_order.weight.unwrap_or(DEFAULT_WEIGHT),
        window: target_order.window.clone(),
        confirmation_required: target_order.confirmation_required.unwrap_or(flow),
        message: order.message.clone(),
        offline: order.offline,
    }
}

fn room<'a>(order: &AssignmentOrder<'a>) -> ActionRoom<'a> {
    ActionRoom::of(order.quotas, &order.snapshot.configuration)
}

fn policy(order: &AssignmentOrder<'_>) -> Policy {
    let configuration = &order.snapshot.configuration;
    Policy {
        autoclose: configuration.autoclose(),
        confirmation_flow: configuration.confirmation_flow(),
        quotas: *order.quotas,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HTTP handlers need futures that may move between threads; this does not compile otherwise.
    #[allow(dead_code)]
    fn assigning_may_move_between_threads(store: Store, order: AssignmentOrder<'static>) {
        fn movable<T: Send>(_: T) {}
        movable(async move { assign(&store, &order).await.map(|outcome| outcome.assigned.len()) });
    }
}
