//! Decisions about one action of one target.

use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::target::{OpenAction, Target};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{Consistency, Loaded, Result, Store, StoreError, until_settled};

/// What a decision about an action yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<R> {
    /// History entries to append.
    pub entries: Vec<StatusEntry>,
    pub answer: R,
}

/// Loads the target and its action, lets `decide` change them, and writes what changed with the new history entries. When
/// somebody else was faster, `decide` runs again on the new state.
///
/// # Errors
/// [`Error::NotFound`] for an unknown target, or an action that is not the target's; what `decide` refuses.
pub async fn decide_on_action<R>(
    store: &Store,
    tenant: &Tenant,
    controller_id: &str,
    action_id: i64,
    decide: impl Fn(&mut Target, &mut Action) -> harrier_domain::Result<Decision<R>>,
) -> Result<R> {
    until_settled(|| async {
        let (mut target, mut action) = load(store, tenant, controller_id, action_id).await?;
        let decision = decide(&mut target, &mut action)?;
        let mut transaction = store.transaction(tenant);
        transaction.save(&target);
        transaction.save(&action);
        for entry in &decision.entries {
            transaction.create(entry);
        }
        transaction.commit().await?;
        Ok(decision.answer)
    })
    .await
}

async fn load(
    store: &Store,
    tenant: &Tenant,
    controller_id: &str,
    action_id: i64,
) -> Result<(Loaded<Target>, Loaded<Action>)> {
    let target = store.target(tenant, controller_id, Consistency::Strong).await?;
    let target = target.ok_or_else(|| missing(Error::not_found(Entity::Target, controller_id)))?;
    let action = store.action(tenant, controller_id, action_id, Consistency::Strong).await?;
    let action = action.ok_or_else(|| missing(Error::not_found(Entity::Action, action_id)))?;
    Ok((target, action))
}

fn missing(error: Error) -> StoreError {
    StoreError::Refused(error)
}

/// Actions decided about in one transaction: each may take three of its hundred changes, and some are for counters.
const MAX_TOGETHER: usize = 20;

/// Decides about the open actions of a target that `concerned` picks, in one transaction, and says how many were changed.
/// `target` may be a moment old: if somebody else was faster, or the target is gone, it is read again.
///
/// # Errors
/// What `decide` refuses.
pub async fn decide_on_open_actions(
    store: &Store,
    tenant: &Tenant,
    target: Loaded<Target>,
    concerned: impl Fn(&OpenAction) -> bool,
    decide: impl Fn(&mut Target, &mut Action) -> harrier_domain::Result<Vec<StatusEntry>>,
) -> Result<usize> {
    let controller_id = target.controller_id.clone();
    let mut at_hand = Some(target);
    until_settled(|| {
        let at_hand = at_hand.take();
        let (controller_id, concerned, decide) = (&controller_id, &concerned, &decide);
        async move {
            let target = match at_hand {
                Some(target) => Some(target),
                None => store.target(tenant, controller_id, Consistency::Strong).await?,
            };
            match target {
                Some(target) => try_decide(store, tenant, target, concerned, decide).await,
                None => Ok(0),
            }
        }
    })
    .await
}

async fn try_decide(
    store: &Store,
    tenant: &Tenant,
    mut target: Loaded<Target>,
    concerned: &impl Fn(&OpenAction) -> bool,
    decide: &impl Fn(&mut Target, &mut Action) -> harrier_domain::Result<Vec<StatusEntry>>,
) -> Result<usize> {
    let mut changed = 0;
    let open = target.open_actions.iter().filter(|action| concerned(action)).take(MAX_TOGETHER);
    let ids: Vec<i64> = open.map(|action| action.id).collect();
    let mut actions = store.actions(tenant, &target.controller_id, &ids).await?;
    actions.sort_by_key(|action| action.id);
    let mut transaction = store.transaction(tenant);
    for action in &mut actions {
        let entries = decide(&mut target, action)?;
        changed += usize::from(!entries.is_empty());
        transaction.save(action);
        for entry in &entries {
            transaction.create(entry);
        }
    }
    transaction.save(&target);
    transaction.commit().await?;
    Ok(changed)
}
