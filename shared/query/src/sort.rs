//! The `sort` parameter (management §1.7).

use crate::error::{Error, Result};
use crate::fields::{EntityFields, Field};
use crate::row::{Path, Row, Value};
use std::cmp::{Ordering, Reverse};

/// Ascending or descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// One `field:direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortTerm {
    pub field: Field,
    pub direction: Direction,
}

/// An order of rows. Null is the smallest value: first ascending, last descending. Texts are ordered by code point, as
/// stored keys are. Rows that are equal here are the caller's to order by their key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    terms: Vec<SortTerm>,
}

impl Sort {
    /// Parses the parameter; absent means the default order of the entity, empty means no explicit order.
    ///
    /// # Errors
    /// [`Error::SortSyntax`], [`Error::SortField`] (unknown, or without an order) or [`Error::SortDirection`].
    pub fn parse(text: Option<&str>, fields: &EntityFields) -> Result<Self> {
        let Some(text) = text else {
            return Ok(Self { terms: vec![fields.default_sort] });
        };
        if text.trim().is_empty() {
            return Ok(Self { terms: Vec::new() });
        }
        Ok(Self { terms: text.split(',').map(|tuple| parse_term(tuple, fields)).collect::<Result<_>>()? })
    }

    /// Parses the parameter of a sub-listing, whose names are those of the parent resource although it lists other
    /// entities: targets of a distribution set, entities of a tag, groups of a rollout (management §1.7, §8.3 no. 5).
    ///
    /// # Errors
    /// As [`Sort::parse`], and [`Error::SortField`] for a field that `listed` does not have.
    pub fn parse_listing(text: Option<&str>, parent: &EntityFields, listed: &EntityFields) -> Result<Self> {
        let sort = Self::parse(text, parent)?;
        match sort.terms.iter().find(|term| !listed.can_be_sorted_by(term.field)) {
            Some(_) => Err(Error::SortField("The listed entities do not have the given sort field.".to_owned())),
            None => Ok(sort),
        }
    }

    /// The fields and directions, most significant first; empty without explicit order.
    #[must_use]
    pub fn terms(&self) -> &[SortTerm] {
        &self.terms
    }

    /// Compares two rows; equal means that the caller's key decides.
    pub fn compare<A: Row + ?Sized, B: Row + ?Sized>(&self, left: &A, right: &B) -> Ordering {
        let orderings = self.terms.iter().map(|term| term.compare(left, right));
        orderings.fold(Ordering::Equal, Ordering::then)
    }

    /// The sort key of a row, ordered as [`Sort::compare`] orders the rows. Only keys of the same `Sort` compare.
    pub fn key<R: Row + ?Sized>(&self, row: &R) -> SortKey {
        SortKey(self.terms.iter().map(|term| term.key(row)).collect())
    }
}

/// What a row is sorted by, detached from the row; for merges and for keeping the best rows only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey(Vec<KeyPart>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum KeyPart {
    Ascending(OwnedValue),
    Descending(Reverse<OwnedValue>),
}

/// As [`Value`], in the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum OwnedValue {
    Null,
    Boolean(bool),
    Number(i64),
    Text(Box<str>),
}

impl From<Value<'_>> for OwnedValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(boolean) => Self::Boolean(boolean),
            Value::Number(number) => Self::Number(number),
            Value::Text(text) => Self::Text(text.into()),
        }
    }
}

impl SortTerm {
    fn compare<A: Row + ?Sized, B: Row + ?Sized>(self, left: &A, right: &B) -> Ordering {
        let path = self.path();
        let ordering = left.value(path).cmp(&right.value(path));
        match self.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        }
    }

    fn key<R: Row + ?Sized>(self, row: &R) -> KeyPart {
        let value = OwnedValue::from(row.value(self.path()));
        match self.direction {
            Direction::Ascending => KeyPart::Ascending(value),
            Direction::Descending => KeyPart::Descending(Reverse(value)),
        }
    }

    fn path(self) -> Path {
        Path { field: self.field, part: None }
    }
}

fn parse_term(tuple: &str, fields: &EntityFields) -> Result<SortTerm> {
    let parts: Vec<&str> = tuple.split(':').map(str::trim).collect();
    let [name, direction] = parts.as_slice() else {
        return Err(Error::SortSyntax("A sort order is a list of '<field>:<ASC|DESC>'.".to_owned()));
    };
    let spec = fields.find(name).filter(|spec| spec.is_sortable());
    let spec = spec.ok_or_else(|| Error::SortField(format!("There is no order by the field '{name}'.")))?;
    Ok(SortTerm { field: spec.field, direction: parse_direction(direction)? })
}

fn parse_direction(text: &str) -> Result<Direction> {
    match text.to_ascii_lowercase().as_str() {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(Error::SortDirection(format!("'{text}' is no sort direction; use ASC or DESC."))),
    }
}
