//! Steps: the messages that campaigns advance by.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use crate::auto_assignments::AutoAssignStep;
use crate::clean_up::CleanUpStep;
use crate::invalidation::InvalidationStep;
use crate::rollouts::RolloutStep;
use crate::{EngineError, Result};

/// The version of the messages this program writes. It reads older ones, and leaves newer ones to a newer program.
const VERSION: u32 = 1;

/// One piece of work, small enough for one invocation: at most some hundred targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub tenant: Tenant,
    pub work: Work,
}

/// What is to be done. Each kind belongs to the module of its campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    Rollout(RolloutStep),
    AutoAssign(AutoAssignStep),
    Invalidate(InvalidationStep),
    CleanUp(CleanUpStep),
}

#[derive(Serialize, Deserialize)]
struct Message<W> {
    version: u32,
    tenant: Tenant,
    work: W,
}

impl Step {
    #[must_use]
    pub fn new(tenant: &Tenant, work: Work) -> Self {
        Self { tenant: tenant.clone(), work }
    }

    /// The step as a message.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] if it has no JSON, which no step lacks.
    pub fn to_message(&self) -> Result<String> {
        let message = Message { version: VERSION, tenant: self.tenant.clone(), work: &self.work };
        serde_json::to_string(&message).map_err(|error| EngineError::Unreadable(error.to_string()))
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`EngineError::Unreadable`] for anything else, and for messages of a newer program.
    pub fn from_message(text: &str) -> Result<Self> {
        let unreadable = |error: serde_json::Error| EngineError::Unreadable(error.to_string());
        let message: Message<serde_json::Value> = serde_json::from_str(text).map_err(unreadable)?;
        if message.version > VERSION {
            return Err(EngineError::Unreadable(format!("version {} is newer than this program", message.version)));
        }
        let tenant = Tenant::parse(message.tenant.as_str())?;
        Ok(Self { tenant, work: serde_json::from_value(message.work).map_err(unreadable)? })
    }
}

/// What the campaign of a kind with this id is called: in leases, and where the clock looks.
#[must_use]
pub fn campaign_name(kind: &str, id: i64) -> String {
    format!("{kind}#{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_back_and_a_newer_one_is_refused() {
        let step =
            Step { tenant: Tenant::parse("acme").unwrap(), work: Work::Rollout(RolloutStep::Advance { rollout: 7 }) };
        let text = step.to_message().unwrap();
        assert_eq!(text, r#"{"version":1,"tenant":"ACME","work":{"rollout":{"advance":{"rollout":7}}}}"#);
        assert_eq!(Step::from_message(&text).unwrap(), step);
        for bad in [text.replace("\"version\":1", "\"version\":2"), text.replace("advance", "fly"), "{}".to_owned()] {
            assert!(matches!(Step::from_message(&bad), Err(EngineError::Unreadable(_))), "{bad}");
        }
    }
}
