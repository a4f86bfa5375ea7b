//! One action of the device together with its target: loaded, decided upon, written.

use harrier_domain::action::{Action, ActionStatus, StatusEntry};
use harrier_domain::cancellation;
use harrier_domain::target::Target;
use harrier_domain::{Entity, Error};
use harrier_store::{Consistency, Loaded, Result, StoreError, until_settled};

use crate::access::{Device, Session};
use crate::windows::Maintenance;

/// An action and its target, in step with each other.
pub struct Case {
    pub target: Loaded<Target>,
    pub action: Loaded<Action>,
    loaded_as: (bool, ActionStatus),
}

impl Case {
    /// Loads the action as it is now, and with it the target: `at_hand` if it is in step, else as it is now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an action that is not this device's, or a target that is gone.
    pub async fn load(session: &Session, at_hand: Option<Loaded<Target>>, action: i64) -> Result<Self> {
        let missing = || StoreError::Refused(Error::not_found(Entity::Action, action));
        let action = session.store().action(session.tenant(), &session.controller_id, action, Consistency::Strong);
        let action = action.await?.ok_or_else(missing)?;
        let target = match at_hand.filter(|target| is_copied(target, &action)) {
            Some(target) => target,
            None => session.target_now().await?.ok_or_else(|| session.unknown())?,
        };
        // The transaction that opens or closes an action writes both; meeting one without the other means that it came
        // between the two reads.
        if target.open_action(action.id).is_some() != action.active {
            return Err(StoreError::Conflict);
        }
        let loaded_as = (action.active, action.status);
        Ok(Self { target, action, loaded_as })
    }

    /// Loads the case, lets `decide` change it, and writes what changed with the new history entry, if there is one; again
    /// from the start when somebody else was faster. The target read for authentication serves the first attempt.
    ///
    /// `limit` is the most entries the history may have; 0 for none.
    ///
    /// # Errors
    /// Those of [`Case::load`], and what `decide` refuses.
    pub async fn decide<R>(
        device: Device,
        action: i64,
        limit: i64,
        decide: impl Fn(&mut Target, &mut Action) -> Result<(Option<StatusEntry>, R)>,
    ) -> Result<(Session, Self, R)> {
        let Device { session, target } = device;
        let mut at_hand = Some(target);
        let (case, answer) = until_settled(|| {
            let at_hand = at_hand.take();
            async {
                let mut case = Self::load(&session, at_hand, action).await?;
                let (entry, answer) = decide(&mut case.target, &mut case.action)?;
                if let Some(entry) = entry {
                    case.write(&session, &entry, limit).await?;
                }
                Ok((case, answer))
            }
        })
        .await?;
        Ok((session, case, answer))
    }

    /// An action that only got an entry is appended to, so that reports of one device do not get in each other's way.
    async fn write(&self, session: &Session, entry: &StatusEntry, limit: i64) -> Result<()> {
        let mut transaction = session.store().transaction(session.tenant());
        transaction.save(&self.target);
        if self.action.active && self.loaded_as == (true, self.action.status) {
            transaction.append_history(&self.action, limit);
        } else {
            transaction.save(&self.action);
        }
        transaction.create(entry);
        transaction.commit().await
    }
}

/// The target's copy of an open action says what the action says. A target that is a moment old may lag behind.
fn is_copied(target: &Target, action: &Action) -> bool {
    match target.open_action(action.id) {
        Some(copy) => action.active && copy.status == action.status,
        None => !action.active,
    }
}

/// An action whose maintenance schedule has no window left is cancelled when the device comes to ask (DDI §3.4).
pub fn lapse(target: &mut Target, action: &mut Action, now: i64) -> Option<StatusEntry> {
    let lapsed = Maintenance::at(action.window.as_ref(), now) == Maintenance::Lapsed;
    lapsed.then(|| cancellation::lapse(target, action, now)).flatten()
}
