//! What DynamoDB shall change, and on what condition, in its own language.

use aws_sdk_dynamodb::types::AttributeValue;
use harrier_domain::action::ActionStatus;
use std::collections::HashMap;

use crate::item::{Item, REVISION};
use crate::schema::PARTITION_KEY;

/// The condition that the item is there.
pub(crate) fn exists() -> String {
    format!("attribute_exists({PARTITION_KEY})")
}

/// The condition that the item is not there yet.
pub(crate) fn is_new() -> String {
    format!("attribute_not_exists({PARTITION_KEY})")
}

pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// An update expression, and the placeholders that it and its condition use.
#[derive(Default)]
pub(crate) struct Expression {
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
    pub names: HashMap<String, String>,
    pub values: Item,
}

impl Expression {
    pub fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    /// An attribute, an operator and a value: `compare("n", "<", number(5))`.
    pub fn compare(&mut self, attribute: &str, operator: &str, value: AttributeValue) -> String {
        format!("{} {operator} {}", self.name(attribute), self.value(value))
    }

    pub fn set(&mut self, attribute: &str, value: AttributeValue) {
        let assignment = self.compare(attribute, "=", value);
        self.sets.push(assignment);
    }

    pub fn remove(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.removes.push(name);
    }

    pub fn add(&mut self, attribute: &str, amount: i64) {
        let addition = format!("{} {}", self.name(attribute), self.value(number(amount)));
        self.adds.push(addition);
    }

    pub fn count_revision(&mut self) {
        self.add(REVISION, 1);
    }

    /// Nothing would change.
    pub fn is_empty(&self) -> bool {
        self.parts().all(|(_, parts)| parts.is_empty())
    }

    /// The condition that the stored item still has this revision.
    pub fn unchanged(&mut self, revision: Option<&AttributeValue>) -> String {
        match revision {
            Some(revision) => self.compare(REVISION, "=", revision.clone()),
            None => format!("{} AND attribute_not_exists({})", exists(), self.name(REVISION)),
        }
    }

    /// The condition that the stored action is open and has room in its history, which `limit` bounds (0 or less: nothing does).
    pub fn open(&mut self, limit: i64) -> String {
        let active = self.compare("act", "=", AttributeValue::Bool(true));
        if limit > 0 { format!("{active} AND {}", self.compare("n", "<", number(limit))) } else { active }
    }

    /// The condition that the stored action has this status besides.
    pub fn open_in(&mut self, status: ActionStatus, limit: i64) -> String {
        format!("{} AND {}", self.open(limit), self.compare("st", "=", text(status.name())))
    }

    pub fn text(&self) -> String {
        let clauses = self.parts().filter(|(_, parts)| !parts.is_empty());
        clauses.map(|(keyword, parts)| format!("{keyword} {}", parts.join(", "))).collect::<Vec<_>>().join(" ")
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        [("SET", &*self.sets), ("REMOVE", &*self.removes), ("ADD", &*self.adds)].into_iter()
    }
}
