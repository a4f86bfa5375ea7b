use harrier_domain::target::Target;
use harrier_query::{Field, Path, Row, Value};

use super::audit_value;
use crate::TargetDetails;

/// A target and its details, if it has any and the query reads them. References answer by id only: see
/// [`crate::Store::select_targets`].
#[derive(Debug, Clone, Copy)]
pub struct TargetRow<'a> {
    pub target: &'a Target,
    pub details: Option<&'a TargetDetails>,
}

impl Row for TargetRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        let target = self.target;
        match path.field {
            _ if path.part.is_some() => Value::Null,
            Field::Id => Value::Number(target.number),
            Field::ControllerId => Value::Text(&target.controller_id),
            Field::Name => Value::Text(&target.name),
            Field::Description => target.description.as_ref().into(),
            Field::Group => target.group.as_ref().into(),
            Field::UpdateStatus => Value::Text(target.update_status.name()),
            Field::Address => target.address.as_ref().into(),
            Field::LastControllerRequestAt => target.last_seen.into(),
            Field::AutoConfirm => Value::Boolean(target.auto_confirm.is_some()),
            other => audit_value(&target.audit, other),
        }
    }

    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        let Some(details) = self.details else { return };
        let entries = match field {
            Field::Attribute => &details.attributes,
            Field::Metadata => &details.metadata,
            _ => return,
        };
        entries.iter().for_each(|(key, value)| offer(key, value));
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        match field {
            Field::AssignedSet => self.target.assigned_set.into_iter().for_each(offer),
            Field::InstalledSet => self.target.installed_set.into_iter().for_each(offer),
            Field::Type => self.target.target_type.into_iter().for_each(offer),
            Field::Tag => self.target.tags.iter().copied().for_each(offer),
            _ => {}
        }
    }
}
