//! The pieces every create and update is made of (management §1.11).

use harrier_domain::audit::Actor;
use harrier_domain::{Entity, Error, Result};
use harrier_runtime::{App, Caller};

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
