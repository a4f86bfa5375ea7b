//! How an entity shows its values to the evaluator.

use crate::fields::{Field, Part};

/// What a comparison reads: a field, and for references and collections the part of the referenced entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    pub field: Field,
    /// `Some` exactly for fields that refer to other entities.
    pub part: Option<Part>,
}

/// One value. The order of the variants is the sort order of mixed values: null first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Value<'a> {
    #[default]
    Null,
    Boolean(bool),
    /// Numbers, and timestamps in epoch milliseconds.
    Number(i64),
    /// Strings in their stored letter case, and enum constants such as `in_sync` in any letter case.
    Text(&'a str),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Into::into)
    }
}

/// An entity that can be searched and sorted.
///
/// Values are lent, never made: one pass evaluates a query on every entity of a tenant. A field that an entity does not
/// have is null.
pub trait Row {
    /// The value of a plain field, or one part of the referenced entity (null when nothing is referenced).
    fn value(&self, path: Path) -> Value<'_>;

    /// Offers that part of each element of a collection (`tag`, `module`).
    fn elements(&self, path: Path, offer: &mut dyn FnMut(Value<'_>)) {
        let _ = (path, offer);
    }

    /// Offers each key and value of a map (`attribute`, `metadata`), keys in their stored letter case.
    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        let _ = (field, offer);
    }

    /// Offers the ids of what a reference or collection refers to. Asked instead of [`Row::value`] and
    /// [`Row::elements`] for fields that went through [`crate::Query::resolve`].
    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        let _ = (field, offer);
    }
}

/// An entity that others refer to: a distribution set, a type, a tag.
pub trait Referenced {
    /// What [`Row::reference_ids`] offers for it.
    fn id(&self) -> i64;

    /// Its value for a sub-attribute of the reference.
    fn part(&self, part: Part) -> Value<'_>;
}
