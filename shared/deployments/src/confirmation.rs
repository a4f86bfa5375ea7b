//! Auto-confirmation of a target (`domain-behaviour.md` §7.2).

use harrier_domain::audit::Actor;
use harrier_domain::lifecycle::Trigger;
use harrier_domain::target::{AutoConfirm, Target};
use harrier_domain::{Entity, Error, Tenant, confirmation};
use harrier_store::{Consistency, Loaded, Result, Store, until_settled};

/// Waiting actions released by one transaction: each takes two of its hundred items.
const RELEASED_AT_ONCE: usize = 40;

/// Activates auto-confirmation and lets the actions run that wait for a confirmation, in one transaction.
///
/// Where more wait than a transaction takes, the rest is released before it: whoever asks again after a crash finds
/// auto-confirmation inactive and the rest of the work to do.
///
/// `at_hand` is the target as the caller has read it, for the first attempt.
///
/// # Errors
/// [`Error::NotFound`] for an unknown target, [`Error::AutoConfirmationAlreadyActive`].
pub async fn activate_auto_confirm(
    store: &Store,
    tenant: &Tenant,
    controller_id: &str,
    at_hand: Option<Loaded<Target>>,
    wanted: &AutoConfirm,
    actor: &Actor,
) -> Result<()> {
    let mut at_hand = at_hand;
    let mut finished = false;
    while !finished {
        finished = until_settled(|| {
            let at_hand = at_hand.take();
            async move {
                let target = match at_hand {
                    Some(target) => target,
                    None => load(store, tenant, controller_id).await?,
                };
                release_some(store, tenant, target, wanted, actor).await
            }
        })
        .await?;
    }
    Ok(())
}

async fn load(store: &Store, tenant: &Tenant, controller_id: &str) -> Result<Loaded<Target>> {
    let target = store.target(tenant, controller_id, Consistency::Strong).await?;
    Ok(target.ok_or_else(|| Error::not_found(Entity::Target, controller_id))?)
}

/// One transaction; returns whether auto-confirmation is active now.
async fn release_some(
    store: &Store,
    tenant: &Tenant,
    mut target: Loaded<Target>,
    wanted: &AutoConfirm,
    actor: &Actor,
) -> Result<bool> {
    let waiting = waiting(&target);
    let is_last = waiting.len() <= RELEASED_AT_ONCE;
    if is_last || target.auto_confirm.is_some() {
        confirmation::activate(&mut target, wanted.clone(), actor, wanted.activated_at)?;
    }
    let some = &waiting[..waiting.len().min(RELEASED_AT_ONCE)];
    let mut transaction = store.transaction(tenant);
    for mut action in store.actions(tenant, &target.controller_id, some).await? {
        let entry = confirmation::release(&mut target, &mut action, wanted, actor, wanted.activated_at);
        transaction.save(&action);
        if let Some(entry) = entry {
            transaction.create(&entry);
        }
    }
    transaction.save(&target);
    transaction.commit().await?;
    Ok(is_last)
}

fn waiting(target: &Target) -> Vec<i64> {
    let waits = target.open_actions.iter().filter(|open| open.after(Trigger::AutoConfirm).is_some());
    waits.map(|open| open.id).collect()
}
