use harrier_domain::classification::{Tag, TargetFilter};
use harrier_domain::software::DistributionSet;
use harrier_query::{Field, Path, Row, Value};

use super::{audit_value, set_part};

/// A tag of targets.
#[derive(Debug, Clone, Copy)]
pub struct TargetTagRow<'a>(pub &'a Tag);

impl Row for TargetTagRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        tag_value(self.0, path.field)
    }
}

/// A tag of distribution sets, with those sets if the query reads them.
#[derive(Debug, Clone)]
pub struct DistributionSetTagRow<'a> {
    pub tag: &'a Tag,
    pub sets: Vec<&'a DistributionSet>,
}

impl Row for DistributionSetTagRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        tag_value(self.tag, path.field)
    }

    fn elements(&self, path: Path, offer: &mut dyn FnMut(Value<'_>)) {
        if let (Field::DistributionSet, Some(part)) = (path.field, path.part) {
            self.sets.iter().for_each(|set| offer(set_part(Some(set), part)));
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        if field == Field::DistributionSet {
            self.sets.iter().for_each(|set| offer(set.id));
        }
    }
}

/// A target filter, with the distribution set of the automatic assignment of equal name.
#[derive(Debug, Clone, Copy)]
pub struct TargetFilterRow<'a> {
    pub filter: &'a TargetFilter,
    pub auto_assigned_set: Option<&'a DistributionSet>,
}

impl Row for TargetFilterRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        match (path.field, path.part) {
            (Field::AutoAssignDistributionSet, Some(part)) => set_part(self.auto_assigned_set, part),
            (Field::Id, _) => Value::Number(self.filter.id),
            (Field::Name, _) => Value::Text(&self.filter.name),
            (other, _) => audit_value(&self.filter.audit, other),
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        if field == Field::AutoAssignDistributionSet {
            self.auto_assigned_set.iter().for_each(|set| offer(set.id));
        }
    }
}

fn tag_value(tag: &Tag, field: Field) -> Value<'_> {
    match field {
        Field::Id => Value::Number(tag.id),
        Field::Name => Value::Text(&tag.name),
        Field::Description => tag.description.as_ref().into(),
        Field::Colour => tag.colour.as_ref().into(),
        other => audit_value(&tag.audit, other),
    }
}
