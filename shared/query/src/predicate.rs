//! The test of one value, literals prepared.

use crate::row::Value;
use crate::text::{Pattern, Subject};
use std::cmp::Ordering;

/// An order operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// The positive form of an operator with its literals: `!=` is the negation of an equality predicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Predicate {
    Null,
    NotNull,
    /// `==''`: null or the empty text.
    Blank,
    TextIn(Vec<String>),
    Like(Pattern),
    TextOrder(Relation, String),
    NumberIn(Vec<i64>),
    NumberOrder(Relation, i64),
    BooleanIn(Vec<bool>),
}

impl Predicate {
    /// Whether the value satisfies the predicate. Null satisfies [`Predicate::Null`] and [`Predicate::Blank`] only.
    pub(crate) fn accepts(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Null | Self::Blank, Value::Null) => true,
            (_, Value::Null) | (Self::Null, _) => false,
            (Self::NotNull, _) => true,
            (_, Value::Text(text)) => self.accepts_text(text),
            (Self::NumberIn(numbers), Value::Number(number)) => numbers.contains(&number),
            (Self::NumberOrder(relation, bound), Value::Number(number)) => relation.holds(number.cmp(bound)),
            (Self::BooleanIn(booleans), Value::Boolean(boolean)) => booleans.contains(&boolean),
            _ => false,
        }
    }

    fn accepts_text(&self, text: &str) -> bool {
        match self {
            Self::Blank => text.is_empty(),
            Self::TextIn(literals) => {
                let subject = Subject::new(text);
                literals.iter().any(|literal| subject.equals(literal))
            }
            Self::Like(pattern) => pattern.matches(&Subject::new(text)),
            Self::TextOrder(relation, bound) => relation.holds(Subject::new(text).compare(bound)),
            _ => false,
        }
    }
}
