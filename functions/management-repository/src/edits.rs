//! The pieces every create and update is made of (management §1.11).

use harrier_domain::audit::Actor;
use harrier_domain::{Entity, Error, Result};
use harrier_runtime::{App, Caller};
use harrier_store::{CatalogueRecord, Loaded, until_settled};

/// Refuses changes to what is soft-deleted.
///
/// # Errors
/// [`Error::Deleted`].
pub(crate) fn require_alive(deleted: bool, entity: Entity, id: i64) -> Result<()> {
    if deleted { Err(Error::Deleted { entity, id: id.into() }) } else { Ok(()) }
}

/// Who changes something, and when.
#[derive(Debug, Clone)]
pub(crate) struct Editor {
    pub actor: Actor,
    /// Epoch milliseconds.
    pub now: i64,
}

impl Editor {
    pub fn new(app: &App, caller: &Caller) -> Self {
        Self { actor: caller.actor(), now: app.now() }
    }
}

/// Loads an entity, changes it and saves it, until nobody else is faster. If that makes a difference, its audit fields say
/// so.
pub(crate) async fn edit<T: CatalogueRecord + PartialEq>(
    app: &App,
    caller: &Caller,
    id: i64,
    change: impl Fn(&mut T) -> Result<()> + Sync,
) -> harrier_store::Result<Loaded<T>> {
    let (store, tenant, editor) = (&app.store, caller.tenant(), Editor::new(app, caller));
    until_settled(|| async {
        let mut entity: Loaded<T> = store.get(tenant, id).await?;
        let before = T::clone(&entity);
        change(&mut entity)?;
        if *entity != before {
            entity.audit_mut().touch(&editor.actor, editor.now);
        }
        let mut transaction = store.transaction(tenant);
        transaction.save(&entity);
        transaction.commit().await?;
        Ok(entity)
    })
    .await
}
