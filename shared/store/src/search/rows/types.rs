use harrier_domain::classification::TargetType;
use harrier_domain::software::{DistributionSetType, SoftwareModuleType};
use harrier_query::{Field, Path, Row, Value};

use super::audit_value;

/// A software module type.
#[derive(Debug, Clone, Copy)]
pub struct SoftwareModuleTypeRow<'a>(pub &'a SoftwareModuleType);

/// A distribution set type.
#[derive(Debug, Clone, Copy)]
pub struct DistributionSetTypeRow<'a>(pub &'a DistributionSetType);

/// A target type.
#[derive(Debug, Clone, Copy)]
pub struct TargetTypeRow<'a>(pub &'a TargetType);

macro_rules! fields_of_type {
    ($entity:expr, $field:expr) => {
        match $field {
            Field::Id => Value::Number($entity.id),
            Field::Key => Value::Text(&$entity.key),
            Field::Name => Value::Text(&$entity.name),
            Field::Description => $entity.description.as_ref().into(),
            Field::Colour => $entity.colour.as_ref().into(),
            other => audit_value(&$entity.audit, other),
        }
    };
}

impl Row for SoftwareModuleTypeRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match path.field {
            Field::MaxAssignments => Value::Number(i64::from(self.0.max_assignments)),
            field => fields_of_type!(self.0, field),
        }
    }
}

impl Row for DistributionSetTypeRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        fields_of_type!(self.0, path.field)
    }
}

impl Row for TargetTypeRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        fields_of_type!(self.0, path.field)
    }
}
