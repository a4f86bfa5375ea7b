//! A device gets in touch: it registers, or its contact is noted (DDI §14).

use harrier_domain::target::{Target, UpdateStatus};
use harrier_domain::{feedback, text};
use harrier_identity::secret::random_token;
use harrier_rest::{ApiError, ApiResult};
use harrier_store::{Loaded, Result, Sequence, StoreError, until_settled};

use crate::access::{Device, Session, Visitor};

/// Makes an unknown device known, and notes the contact of a known one.
///
/// # Errors
/// 400 for an id that no device may have, 404 when the credentials do not let an unknown device register.
pub async fn arrive(visitor: Visitor) -> ApiResult<Device> {
    let Visitor { session, target, may_register } = visitor;
    text::controller_id("controllerId", &session.controller_id)?;
    let target = match target {
        Some(target) if target.update_status != UpdateStatus::Unknown => note(&session, target).await?,
        None if !may_register => return Err(session.unknown().into()),
        _ => register(&session).await?,
    };
    Ok(Device { session, target })
}

/// Writes the time of the contact when the one on record is too old, and the address when it changed.
async fn note(session: &Session, target: Loaded<Target>) -> Result<Loaded<Target>> {
    let resolution = session.app.settings.last_seen_resolution;
    let due = target.last_seen.is_none_or(|seen| session.now - seen >= resolution);
    let moved = session.address.as_deref().filter(|address| target.address.as_deref() != Some(*address));
    if due || moved.is_some() {
        session.store().note_contact(session.tenant(), &session.controller_id, session.now, moved).await?;
    }
    Ok(target)
}

/// Two first polls at once make one target: whoever comes second finds it.
async fn register(session: &Session) -> ApiResult<Loaded<Target>> {
    let token = random_token().map_err(ApiError::internal)?;
    let registered = until_settled(|| async {
        match session.target_now().await? {
            Some(target) if target.update_status != UpdateStatus::Unknown => note(session, target).await,
            Some(target) => first_contact(session, target).await,
            None => {
                create(session, token.clone()).await?;
                session.target_now().await?.ok_or(StoreError::Conflict)
            }
        }
    });
    Ok(registered.await?)
}

async fn create(session: &Session, token: String) -> Result<()> {
    let tenant = session.tenant();
    let mut target = Target::plug_and_play(&session.controller_id, token, session.address.clone(), session.now);
    target.number = session.store().next_id(tenant, Sequence::Target).await?;
    let mut transaction = session.store().transaction(tenant);
    transaction.create(&target).count_target(tenant, &session.controller_id, 1);
    transaction.commit().await
}

/// An operator made the target before the device was heard of.
async fn first_contact(session: &Session, mut target: Loaded<Target>) -> Result<Loaded<Target>> {
    feedback::contact(&mut target);
    target.last_seen = Some(session.now);
    target.address = session.address.clone().or_else(|| target.address.take());
    let mut transaction = session.store().transaction(session.tenant());
    transaction.save(&target);
    transaction.commit().await?;
    Ok(target)
}
