//! Terms on distribution sets, types and tags, decided once for each of those instead of for each row.

use harrier_domain::Tenant;
use harrier_domain::classification::{Tag, TargetTag, TargetType};
use harrier_domain::software::DistributionSet;
use harrier_query::{Field, Part, Query, Referenced, Value};

use crate::Store;
use crate::error::Result;
use crate::item::Loaded;

/// A distribution set, type or tag that rows refer to.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    id: i64,
    name: &'a str,
    /// Of types.
    key: Option<&'a str>,
    /// Of sets.
    version: Option<&'a str>,
}

impl<'a> Named<'a> {
    #[must_use]
    pub fn set(set: &'a DistributionSet) -> Self {
        Self { id: set.id, name: &set.name, key: None, version: Some(&set.version) }
    }

    #[must_use]
    pub fn target_type(target_type: &'a TargetType) -> Self {
        Self { id: target_type.id, name: &target_type.name, key: Some(&target_type.key), version: None }
    }

    #[must_use]
    pub fn tag(tag: &'a Tag) -> Self {
        Self { id: tag.id, name: &tag.name, key: None, version: None }
    }
}

impl Referenced for Named<'_> {
    fn id(&self) -> i64 {
        self.id
    }

    fn part(&self, part: Part) -> Value<'_> {
        match part {
            Part::Id => Value::Number(self.id),
            Part::Name => Value::Text(self.name),
            Part::Key => self.key.map_or(Value::Null, Value::Text),
            Part::Version => self.version.map_or(Value::Null, Value::Text),
            _ => Value::Null,
        }
    }
}

impl Store {
    /// Resolves the references of a target query. Reads only the kinds that the query names.
    pub(super) async fn resolve_target_references(&self, tenant: &Tenant, query: &mut Query) -> Result<()> {
        if query.reads(Field::AssignedSet) || query.reads(Field::InstalledSet) {
            let sets: Vec<Loaded<DistributionSet>> = self.all(tenant).await?;
            let candidates: Vec<Named<'_>> = sets.iter().map(|set| Named::set(set)).collect();
            query.resolve(Field::AssignedSet, &candidates);
            query.resolve(Field::InstalledSet, &candidates);
        }
        if query.reads(Field::Type) {
            let types: Vec<Loaded<TargetType>> = self.all(tenant).await?;
            let candidates: Vec<Named<'_>> = types.iter().map(|one| Named::target_type(one)).collect();
            query.resolve(Field::Type, &candidates);
        }
        if query.reads(Field::Tag) {
            let tags: Vec<Loaded<TargetTag>> = self.all(tenant).await?;
            let candidates: Vec<Named<'_>> = tags.iter().map(|tag| Named::tag(&tag.0)).collect();
            query.resolve(Field::Tag, &candidates);
        }
        Ok(())
    }
}
