//! Decisions about one action of one target.

use harrier_domain::action::{Action, StatusEntry};
use harrier_domain::target::Target;
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
