//! Terms on distribution sets, types and tags, decided once for each of those instead of for each row.

use harrier_domain::Tenant;
use harrier_domain::classification::{Tag, TargetTag, TargetType};
use harrier_domain::software::DistributionSet;
use harrier_query::{Field, Part, Query, Referenced, Value};

use crate::Store;
use crate::error::Result;
use crate::item::Loaded;

/// A distribution set that rows refer to.
#[derive(Debug, Clone, Copy)]
pub struct NamedSet<'a>(pub &'a DistributionSet);

impl Referenced for NamedSet<'_> {
    fn id(&self) -> i64 {
        self.0.id
    }

    fn part(&self, part: Part) -> Value<'_> {
        match part {
            Part::Id => Value::Number(self.0.id),
            Part::Name => Value::Text(&self.0.name),
            Part::Version => Value::Text(&self.0.version),
            _ => Value::Null,
        }
    }
}

/// A type of any kind that rows refer to.
#[derive(Debug, Clone, Copy)]
pub struct NamedType<'a> {
    pub id: i64,
    pub key: &'a str,
    pub name: &'a str,
}

impl Referenced for NamedType<'_> {
    fn id(&self) -> i64 {
        self.id
    }

    fn part(&self, part: Part) -> Value<'_> {
        match part {
            Part::Id => Value::Number(self.id),
            Part::Key => Value::Text(self.key),
            Part::Name => Value::Text(self.name),
            _ => Value::Null,
        }
    }
}

/// A tag of any kind that rows refer to.
#[derive(Debug, Clone, Copy)]
pub struct NamedTag<'a>(pub &'a Tag);

impl Referenced for NamedTag<'_> {
    fn id(&self) -> i64 {
        self.0.id
    }

    fn part(&self, part: Part) -> Value<'_> {
        match part {
            Part::Id => Value::Number(self.0.id),
            Part::Name => Value::Text(&self.0.name),
            _ => Value::Null,
        }
    }
}

impl Store {
    /// Resolves the references of a target query. Reads only the kinds that the query names.
    pub(super) async fn resolve_target_references(&self, tenant: &Tenant, query: &mut Query) -> Result<()> {
        if query.reads(Field::AssignedSet) || query.reads(Field::InstalledSet) {
            let sets: Vec<Loaded<DistributionSet>> = self.all(tenant).await?;
            let candidates: Vec<NamedSet<'_>> = sets.iter().map(|set| NamedSet(set)).collect();
            query.resolve(Field::AssignedSet, &candidates);
            query.resolve(Field::InstalledSet, &candidates);
        }
        if query.reads(Field::Type) {
            let types: Vec<Loaded<TargetType>> = self.all(tenant).await?;
            let candidates: Vec<NamedType<'_>> =
                types.iter().map(|one| NamedType { id: one.id, key: &one.key, name: &one.name }).collect();
            query.resolve(Field::Type, &candidates);
        }
        if query.reads(Field::Tag) {
            let tags: Vec<Loaded<TargetTag>> = self.all(tenant).await?;
            let candidates: Vec<NamedTag<'_>> = tags.iter().map(|tag| NamedTag(&tag.0)).collect();
            query.resolve(Field::Tag, &candidates);
        }
        Ok(())
    }
}
