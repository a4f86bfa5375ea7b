use harrier_domain::classification::Tag;
use harrier_domain::software::{DistributionSet, DistributionSetType, Metadata, SoftwareModule, SoftwareModuleType};
use harrier_query::{Field, Part, Path, Row, Value};

use super::{audit_value, offer_metadata};

/// A software module with its type, and its metadata if the query reads it.
#[derive(Debug, Clone, Copy)]
pub struct SoftwareModuleRow<'a> {
    pub module: &'a SoftwareModule,
    pub module_type: Option<&'a SoftwareModuleType>,
    pub metadata: &'a [Metadata],
}

impl Row for SoftwareModuleRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        let module = self.module;
        match (path.field, path.part) {
            (Field::Type, Some(Part::Id)) => Value::Number(module.type_id),
            (Field::Type, Some(Part::Key)) => self.module_type.map(|one| &one.key).into(),
            (Field::Type, Some(Part::Name)) => self.module_type.map(|one| &one.name).into(),
            (_, Some(_)) => Value::Null,
            (Field::Id, None) => Value::Number(module.id),
            (Field::Name, None) => Value::Text(&module.name),
            (Field::Version, None) => Value::Text(&module.version),
            (Field::Description, None) => module.description.as_ref().into(),
            (other, None) => audit_value(&module.audit, other),
        }
    }

    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        if field == Field::Metadata {
            offer_metadata(self.metadata, offer);
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        if field == Field::Type {
            offer(self.module.type_id);
        }
    }
}

/// A distribution set with its type, and its modules, tags and metadata as far as the query reads them.
#[derive(Debug, Clone)]
pub struct DistributionSetRow<'a> {
    pub set: &'a DistributionSet,
    pub set_type: Option<&'a DistributionSetType>,
    pub modules: Vec<&'a SoftwareModule>,
    pub tags: Vec<&'a Tag>,
    pub metadata: &'a [Metadata],
}

impl<'a> DistributionSetRow<'a> {
    /// A set alone.
    #[must_use]
    pub fn new(set: &'a DistributionSet) -> Self {
        Self { set, set_type: None, modules: Vec::new(), tags: Vec::new(), metadata: &[] }
    }
}

impl Row for DistributionSetRow<'_> {
    fn value(&self, path: Path) -> Value<'_> {
        let set = self.set;
        match (path.field, path.part) {
            (Field::Type, Some(Part::Id)) => Value::Number(set.type_id),
            (Field::Type, Some(Part::Key)) => self.set_type.map(|one| &one.key).into(),
            (Field::Type, Some(Part::Name)) => self.set_type.map(|one| &one.name).into(),
            (_, Some(_)) => Value::Null,
            (Field::Id, None) => Value::Number(set.id),
            (Field::Name, None) => Value::Text(&set.name),
            (Field::Version, None) => Value::Text(&set.version),
            (Field::Description, None) => set.description.as_ref().into(),
            (Field::Valid, None) => Value::Boolean(set.valid),
            (other, None) => audit_value(&set.audit, other),
        }
    }

    fn elements(&self, path: Path, offer: &mut dyn FnMut(Value<'_>)) {
        match (path.field, path.part) {
            (Field::Module, Some(Part::Id)) => self.set.modules.iter().for_each(|id| offer(Value::Number(*id))),
            (Field::Module, Some(Part::Name)) => self.modules.iter().for_each(|one| offer(Value::Text(&one.name))),
            (Field::Tag, Some(Part::Name)) => self.tags.iter().for_each(|tag| offer(Value::Text(&tag.name))),
            _ => {}
        }
    }

    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        if field == Field::Metadata {
            offer_metadata(self.metadata, offer);
        }
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        match field {
            Field::Type => offer(self.set.type_id),
            Field::Module => self.set.modules.iter().copied().for_each(offer),
            Field::Tag => self.set.tags.iter().copied().for_each(offer),
            _ => {}
        }
    }
}
