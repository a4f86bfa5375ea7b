//! Records to store.

use harrier_domain::action::{Action, ActionStatus, ActionType};
use harrier_domain::audit::{Actor, Audit};
use harrier_domain::classification::{Tag, TargetTag, TargetType};
use harrier_domain::software::{DistributionSet, SoftwareModule};
use harrier_domain::target::Target;

pub const NOW: i64 = 1_770_000_000_000;

pub fn audit() -> Audit {
    Audit::created(&Actor::User("alice".to_owned()), NOW)
}

pub fn target(controller_id: &str) -> Target {
    Target::new(controller_id, "0123456789abcdef0123456789abcdef".to_owned(), &Actor::User("alice".to_owned()), NOW)
}

pub fn action(controller_id: &str, id: i64) -> Action {
    Action {
        id,
        controller_id: controller_id.to_owned(),
        distribution_set: 7,
        active: true,
        status: ActionStatus::Running,
        action_type: ActionType::Forced,
        forced_time: None,
        weight: 1000,
        window: None,
        rollout: None,
        rollout_group: None,
        initiated_by: "alice".to_owned(),
        external_ref: None,
        last_status_code: None,
        entries: 0,
        last_entry: 0,
        last_entry_status: None,
        audit: audit(),
        revision: 0,
    }
}

pub fn set(id: i64, name: &str, version: &str) -> DistributionSet {
    DistributionSet {
        id,
        type_id: 1,
        name: name.to_owned(),
        version: version.to_owned(),
        description: None,
        modules: [3].into(),
        required_migration_step: false,
        locked: false,
        valid: true,
        deleted: false,
        used: false,
        tags: [].into(),
        audit: audit(),
        revision: 0,
    }
}

pub fn module(id: i64, name: &str) -> SoftwareModule {
    SoftwareModule {
        id,
        type_id: 1,
        name: name.to_owned(),
        version: "1".to_owned(),
        description: None,
        vendor: None,
        encrypted: false,
        locked: false,
        deleted: false,
        artifacts: Vec::new(),
        has_visible_metadata: false,
        audit: audit(),
        revision: 0,
    }
}

pub fn tag(id: i64, name: &str) -> TargetTag {
    TargetTag(Tag { id, name: name.to_owned(), description: None, colour: None, audit: audit(), revision: 0 })
}

pub fn target_type(id: i64, key: &str, name: &str) -> TargetType {
    TargetType {
        id,
        key: key.to_owned(),
        name: name.to_owned(),
        description: None,
        colour: None,
        compatible_set_types: [].into(),
        audit: audit(),
        revision: 0,
    }
}
