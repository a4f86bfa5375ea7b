//! A bound comparison and what its operator means on plain fields, maps and collections (management §3.3, §3.4).

use crate::fields::Field;
use crate::predicate::Predicate;
use crate::row::{Path, Referenced, Row, Value};
use crate::text::Subject;

/// One comparison of a bound query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    path: Path,
    source: Source,
    pub(crate) predicate: Predicate,
    pub(crate) negated: bool,
    /// Set by [`Comparison::resolve`].
    resolved: Option<AcceptedIds>,
}

/// Where the values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A plain field or a part of a single reference.
    Single,
    Collection,
    /// The entries with this key, folded.
    Map(String),
}

/// The ids of those referenced entities that satisfy the predicate, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AcceptedIds(Vec<i64>);

impl Comparison {
    pub(crate) fn new(path: Path, source: Source, predicate: Predicate, negated: bool) -> Self {
        Self { path, source, predicate, negated, resolved: None }
    }

    /// What is compared.
    #[must_use]
    pub fn path(&self) -> Path {
        self.path
    }

    /// Whether the compared field refers to other entities, so that [`crate::Query::resolve`] applies.
    #[must_use]
    pub fn is_reference(&self) -> bool {
        self.path.part.is_some()
    }

    /// Whether one value (null for a missing one) of a plain field or single reference satisfies the comparison,
    /// negation included.
    #[must_use]
    pub fn matches_value(&self, value: Value<'_>) -> bool {
        self.predicate.accepts(value) != self.negated
    }

    /// Whether the row satisfies the comparison.
    pub(crate) fn matches<R: Row + ?Sized>(&self, row: &R) -> bool {
        if let Some(accepted) = &self.resolved {
            return self.matches_ids(accepted, row);
        }
        match &self.source {
            Source::Single => self.matches_value(row.value(self.path)),
            Source::Collection => self.matches_elements(row),
            Source::Map(key) => self.matches_entries(key, row),
        }
    }

    /// Evaluates the predicate on every entity that can be referred to; rows are then judged by their ids alone.
    pub(crate) fn resolve<E: Referenced>(&mut self, candidates: &[E]) {
        let Some(part) = self.path.part else { return };
        let accepted = candidates.iter().filter(|entity| self.predicate.accepts(entity.part(part)));
        let mut ids: Vec<i64> = accepted.map(Referenced::id).collect();
        ids.sort_unstable();
        self.resolved = Some(AcceptedIds(ids));
    }

    fn matches_elements<R: Row + ?Sized>(&self, row: &R) -> bool {
        let mut found = Found::default();
        row.elements(self.path, &mut |value| found.add(self.predicate.accepts(value)));
        self.judge(found)
    }

    fn matches_ids<R: Row + ?Sized>(&self, accepted: &AcceptedIds, row: &R) -> bool {
        let mut found = Found::default();
        row.reference_ids(self.path.field, &mut |id| found.add(accepted.0.binary_search(&id).is_ok()));
        self.judge(found)
    }

    /// "At least one element satisfies", or with a negative operator "no element satisfies". No element at all counts
    /// as one null, which makes a single reference the special case of a collection with at most one element.
    fn judge(&self, found: Found) -> bool {
        let satisfied = if found.any { found.satisfied } else { self.predicate.accepts(Value::Null) };
        satisfied != self.negated
    }

    /// Maps differ: a negative operator asks for the key with another value, so a missing key never satisfies it.
    fn matches_entries<R: Row + ?Sized>(&self, key: &str, row: &R) -> bool {
        let mut found = Found::default();
        row.entries(self.path.field, &mut |name, value| {
            if Subject::new(name).equals(key) {
                found.add(self.matches_value(Value::Text(value)));
            }
        });
        if found.any { found.satisfied } else { !self.negated && self.predicate.accepts(Value::Null) }
    }

    pub(crate) fn reads(&self, field: Field) -> bool {
        self.path.field == field
    }
}

#[derive(Default)]
struct Found {
    any: bool,
    satisfied: bool,
}

impl Found {
    fn add(&mut self, satisfied: bool) {
        self.any = true;
        self.satisfied |= satisfied;
    }
}
