//! Taking a distribution set back for good (`domain-behaviour.md` §9).

use serde::{Deserialize, Serialize};

use crate::action::{Action, StatusEntry};
use crate::audit::Actor;
use crate::lifecycle::Trigger;
use crate::software::DistributionSet;
use crate::target::{OpenAction, Target};
use crate::{Entity, Error, Result, cancellation};

/// What happens to the rollouts and actions of an invalidated set (§9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CancelationType {
    /// Nothing: they go on.
    None,
    /// Rollouts are stopped, devices are asked to cancel.
    Soft,
    /// Rollouts are deleted, actions are closed at once.
    Force,
}

/// Marks the set as invalid. One that is invalid already may be invalidated again, to escalate.
///
/// # Errors
/// [`Error::Deleted`]; [`Error::IncompleteDistributionSet`] unless `complete`.
pub fn invalidate(set: &mut DistributionSet, complete: bool, actor: &Actor, now: i64) -> Result<()> {
    if set.deleted {
        return Err(Error::Deleted { entity: Entity::DistributionSet, id: set.id.into() });
    }
    if !complete {
        return Err(Error::IncompleteDistributionSet(set.id));
    }
    if set.valid {
        set.valid = false;
        set.audit.touch(actor, now);
    }
    Ok(())
}

impl CancelationType {
    /// Whether an open action of an invalidated set has something to be done about it.
    #[must_use]
    pub fn concerns(self, action: &OpenAction) -> bool {
        match self {
            Self::None => false,
            Self::Soft => action.after(Trigger::RequestCancel).is_some(),
            Self::Force => true,
        }
    }

    /// Takes an action of an invalidated set back (rows C4 and D3). A closed one stays as it is.
    ///
    /// # Errors
    /// None for actions that [`CancelationType::concerns`] picks.
    pub fn cancel(self, target: &mut Target, action: &mut Action, actor: &Actor, now: i64) -> Result<Vec<StatusEntry>> {
        let mut entries = Vec::new();
        if self == Self::None {
            return Ok(entries);
        }
        if action.after(Trigger::RequestCancel).is_some() {
            entries.push(cancellation::request(target, action, actor, now)?);
        }
        if self == Self::Force && action.after(Trigger::ForceQuit).is_some() {
            entries.push(cancellation::force_quit(target, action, actor, now)?);
        }
        Ok(entries)
    }
}
