use harrier_domain::action::ActionType;
use harrier_domain::auto_assignment::AutoAssignment;
use harrier_domain::software::DistributionSet;
use harrier_query::{Field, Path, Row, Value};

use super::{audit_value, set_part};

/// An auto assignment, with its distribution set if the query reads it.
#[derive(Debug, Clone, Copy)]
pub struct AutoAssignmentRow<'a> {
    pub auto_assignment: &'a AutoAssignment,
    pub set: Option<&'a DistributionSet>,
}

impl Row for AutoAssignmentRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        let auto = self.auto_assignment;
        match (path.field, path.part) {
            (Field::DistributionSet, Some(part)) => set_part(self.set, part),
            (Field::Id, _) => Value::Number(auto.id),
            (Field::Name, _) => Value::Text(&auto.name),
            (Field::Description, _) => auto.description.as_ref().into(),
            (Field::Status, _) => Value::Text(auto.status.name()),
            (Field::ActionType, _) => Value::Text(searched_name(auto.action_type)),
            (Field::ApprovalDecidedBy, _) => auto.approval_decided_by.as_ref().into(),
            (other, _) => audit_value(&auto.audit, other),
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        if field == Field::DistributionSet {
            offer(self.auto_assignment.distribution_set);
        }
    }
}

/// Queries spell one type unlike bodies (management §3.7).
fn searched_name(action_type: ActionType) -> &'static str {
    match action_type {
        ActionType::DownloadOnly => "download_only",
        other => other.name(),
    }
}
