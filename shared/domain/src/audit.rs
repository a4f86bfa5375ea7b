//! Who did what when: the audit fields every entity carries (`domain-behaviour.md` §1.1).

use serde::{Deserialize, Serialize};

/// The audit name of devices that act for themselves.
pub const PLUG_AND_PLAY: &str = "CONTROLLER_PLUG_AND_PLAY";

/// The audit name of background work.
pub const SYSTEM: &str = "system";

/// Who causes a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    User(String),
    System,
    /// A device: it never changes the "last modified" fields of what exists already.
    Device,
}

impl Actor {
    /// The name that goes into audit fields.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) => name,
            Self::System => SYSTEM,
            Self::Device => PLUG_AND_PLAY,
        }
    }
}

/// Created and last modified, by whom and when (epoch milliseconds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    #[serde(rename = "cb")]
    pub created_by: String,
    #[serde(rename = "ca")]
    pub created_at: i64,
    #[serde(rename = "mb")]
    pub modified_by: String,
    #[serde(rename = "ma")]
    pub modified_at: i64,
}

impl Audit {
    /// A new entity: modified values equal created values.
    #[must_use]
    pub fn created(actor: &Actor, now: i64) -> Self {
        let name = actor.name().to_owned();
        Self { created_by: name.clone(), created_at: now, modified_by: name, modified_at: now }
    }

    /// Records a change, unless a device made it.
    pub fn touch(&mut self, actor: &Actor, now: i64) {
        if *actor == Actor::Device {
            return;
        }
        actor.name().clone_into(&mut self.modified_by);
        self.modified_at = now;
    }
}
