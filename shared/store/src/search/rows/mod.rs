//! How the entities show their values to queries and sort orders.
//!
//! Rows borrow the entity and what the caller joined to it. A reference answers twice: with the joined entity's parts, and
//! with its id for queries that were resolved beforehand.

mod action;
mod auto_assignment;
mod classification;
mod rollout;
mod software;
mod target;
mod types;

pub use action::ActionRow;
pub use auto_assignment::AutoAssignmentRow;
pub use classification::{DistributionSetTagRow, TargetFilterRow, TargetTagRow};
pub use rollout::{RolloutGroupRow, RolloutRow};
pub use software::{DistributionSetRow, SoftwareModuleRow};
pub use target::TargetRow;
pub use types::{DistributionSetTypeRow, SoftwareModuleTypeRow, TargetTypeRow};

use harrier_domain::audit::Audit;
use harrier_domain::software::{DistributionSet, Metadata};
use harrier_query::{Field, Part, Value};

/// The four audit fields; null for any other.
fn audit_value(audit: &Audit, field: Field) -> Value<'_> {
    match field {
        Field::CreatedAt => Value::Number(audit.created_at),
        Field::CreatedBy => Value::Text(&audit.created_by),
        Field::LastModifiedAt => Value::Number(audit.modified_at),
        Field::LastModifiedBy => Value::Text(&audit.modified_by),
        _ => Value::Null,
    }
}

/// A part of a referenced distribution set without its type.
fn set_part(set: Option<&DistributionSet>, part: Part) -> Value<'_> {
    match (set, part) {
        (None, _) => Value::Null,
        (Some(set), Part::Id) => Value::Number(set.id),
        (Some(set), Part::Name) => Value::Text(&set.name),
        (Some(set), Part::Version) => Value::Text(&set.version),
        _ => Value::Null,
    }
}

fn offer_metadata(metadata: &[Metadata], offer: &mut dyn FnMut(&str, &str)) {
    metadata.iter().for_each(|entry| offer(&entry.key, &entry.value));
}
