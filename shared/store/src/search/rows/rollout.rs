use harrier_domain::rollout::{Rollout, RolloutGroup};
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_query::{Field, Part, Path, Row, Value};

use super::{audit_value, set_part};

/// A rollout, with its set and the type of that if the query reads them.
#[derive(Debug, Clone, Copy)]
pub struct RolloutRow<'a> {
    pub rollout: &'a Rollout,
    pub set: Option<&'a DistributionSet>,
    pub set_type: Option<&'a DistributionSetType>,
}

impl RolloutRow<'_> {
    fn set_part(&self, part: Part) -> Value<'_> {
        match (part, self.set_type) {
            (Part::Id, _) => Value::Number(self.rollout.distribution_set),
            (Part::TypeId, _) => self.set.map(|set| set.type_id).into(),
            (Part::TypeKey, Some(set_type)) => Value::Text(&set_type.key),
            (Part::TypeName, Some(set_type)) => Value::Text(&set_type.name),
            (other, _) => set_part(self.set, other),
        }
    }
}

impl Row for RolloutRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match (path.field, path.part) {
            (Field::DistributionSet, Some(part)) => self.set_part(part),
            (Field::Id, _) => Value::Number(self.rollout.id),
            (Field::Name, _) => Value::Text(&self.rollout.name),
            (Field::Description, _) => self.rollout.description.as_ref().into(),
            (Field::Status, _) => Value::Text(self.rollout.status.name()),
            (other, _) => audit_value(&self.rollout.audit, other),
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        if field == Field::DistributionSet {
            offer(self.rollout.distribution_set);
        }
    }
}

/// A group of a rollout.
#[derive(Debug, Clone, Copy)]
pub struct RolloutGroupRow<'a>(pub &'a RolloutGroup);

impl Row for RolloutGroupRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match path.field {
            Field::Id => Value::Number(self.0.id),
            Field::Name => Value::Text(&self.0.name),
            Field::Description => self.0.description.as_ref().into(),
            Field::Status => Value::Text(self.0.status.name()),
            other => audit_value(&self.0.audit, other),
        }
    }
}
