use harrier_domain::action::Action;
use harrier_domain::software::{DistributionSet, DistributionSetType};
use harrier_domain::target::Target;
use harrier_query::{Field, Part, Path, Row, Value};

use super::{audit_value, set_part};

/// An action with what it refers to, as far as the query or the caller needs it.
#[derive(Debug, Clone, Copy)]
pub struct ActionRow<'a> {
    pub action: &'a Action,
    pub target: Option<&'a Target>,
    pub set: Option<&'a DistributionSet>,
    pub set_type: Option<&'a DistributionSetType>,
    pub rollout_name: Option<&'a str>,
    pub rollout_group_name: Option<&'a str>,
}

impl<'a> ActionRow<'a> {
    /// An action alone.
    #[must_use]
    pub fn new(action: &'a Action) -> Self {
        Self { action, target: None, set: None, set_type: None, rollout_name: None, rollout_group_name: None }
    }

    fn plain(&self, field: Field) -> Value<'_> {
        let action = self.action;
        match field {
            Field::Id => Value::Number(action.id),
            Field::Weight => Value::Number(i64::from(action.weight)),
            Field::LastStatusCode => action.last_status_code.map(i64::from).into(),
            Field::Active => Value::Boolean(action.active),
            Field::Status => Value::Text(action.status.name()),
            Field::ExternalRef => action.external_ref.as_ref().into(),
            other => audit_value(&action.audit, other),
        }
    }

    fn target_part(&self, part: Part) -> Value<'_> {
        match (part, self.target) {
            (Part::ControllerId, _) => Value::Text(&self.action.controller_id),
            (_, None) => Value::Null,
            (Part::Name, Some(target)) => Value::Text(&target.name),
            (Part::UpdateStatus, Some(target)) => Value::Text(target.update_status.name()),
            (Part::Address, Some(target)) => target.address.as_ref().into(),
            _ => Value::Null,
        }
    }

    fn set_part(&self, part: Part) -> Value<'_> {
        match (part, self.set_type) {
            (Part::Id, _) => Value::Number(self.action.distribution_set),
            (Part::TypeId, _) => self.set.map(|set| set.type_id).into(),
            (Part::TypeKey, Some(set_type)) => Value::Text(&set_type.key),
            (Part::TypeName, Some(set_type)) => Value::Text(&set_type.name),
            (other, _) => set_part(self.set, other),
        }
    }
}

fn id_and_name(id: Option<i64>, name: Option<&str>, part: Part) -> Value<'_> {
    match part {
        Part::Id => id.into(),
        Part::Name => name.into(),
        _ => Value::Null,
    }
}

impl Row for ActionRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match (path.field, path.part) {
            (field, None) => self.plain(field),
            (Field::Target, Some(part)) => self.target_part(part),
            (Field::DistributionSet, Some(part)) => self.set_part(part),
            (Field::Rollout, Some(part)) => id_and_name(self.action.rollout, self.rollout_name, part),
            (Field::RolloutGroup, Some(part)) => id_and_name(self.action.rollout_group, self.rollout_group_name, part),
            _ => Value::Null,
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        match field {
            Field::DistributionSet => offer(self.action.distribution_set),
            Field::Rollout => self.action.rollout.into_iter().for_each(offer),
            Field::RolloutGroup => self.action.rollout_group.into_iter().for_each(offer),
            _ => {}
        }
    }
}
