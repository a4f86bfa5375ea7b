//! A row made of literal values.
#![allow(dead_code)]

use harrier_query::{EntityFields, Error, Field, Part, Path, Placeholders, Query, Referenced, Row, Value};

#[derive(Debug, Clone, Default)]
pub struct Sample {
    pub texts: Vec<(Path, String)>,
    pub numbers: Vec<(Path, i64)>,
    pub booleans: Vec<(Path, bool)>,
    pub elements: Vec<(Path, String)>,
    pub entries: Vec<(Field, String, String)>,
    pub ids: Vec<(Field, i64)>,
}

pub fn plain(field: Field) -> Path {
    Path { field, part: None }
}

pub fn part(field: Field, part: Part) -> Path {
    Path { field, part: Some(part) }
}

impl Sample {
    pub fn text(mut self, path: Path, value: &str) -> Self {
        self.texts.push((path, value.to_owned()));
        self
    }

    pub fn number(mut self, path: Path, value: i64) -> Self {
        self.numbers.push((path, value));
        self
    }

    pub fn boolean(mut self, path: Path, value: bool) -> Self {
        self.booleans.push((path, value));
        self
    }

    pub fn element(mut self, path: Path, value: &str) -> Self {
        self.elements.push((path, value.to_owned()));
        self
    }

    pub fn entry(mut self, field: Field, key: &str, value: &str) -> Self {
        self.entries.push((field, key.to_owned(), value.to_owned()));
        self
    }

    pub fn id(mut self, field: Field, id: i64) -> Self {
        self.ids.push((field, id));
        self
    }
}

impl Row for Sample {
    fn value(&self, path: Path) -> Value<'_> {
        let text = self.texts.iter().find(|entry| entry.0 == path).map(|entry| Value::Text(&entry.1));
        let number = self.numbers.iter().find(|entry| entry.0 == path).map(|entry| Value::Number(entry.1));
        let boolean = self.booleans.iter().find(|entry| entry.0 == path).map(|entry| Value::Boolean(entry.1));
        text.or(number).or(boolean).unwrap_or_default()
    }

    fn elements(&self, path: Path, offer: &mut dyn FnMut(Value<'_>)) {
        self.elements.iter().filter(|entry| entry.0 == path).for_each(|entry| offer(Value::Text(&entry.1)));
    }

    fn entries(&self, field: Field, offer: &mut dyn FnMut(&str, &str)) {
        self.entries.iter().filter(|entry| entry.0 == field).for_each(|entry| offer(&entry.1, &entry.2));
    }

    fn reference_ids(&self, field: Field, offer: &mut dyn FnMut(i64)) {
        self.ids.iter().filter(|entry| entry.0 == field).for_each(|entry| offer(entry.1));
    }
}

/// A distribution set or tag that rows refer to.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub id: i64,
    pub name: String,
    pub version: String,
}

impl Referenced for Candidate {
    fn id(&self) -> i64 {
        self.id
    }

    fn part(&self, part: Part) -> Value<'_> {
        match part {
            Part::Id => Value::Number(self.id),
            Part::Name => Value::Text(&self.name),
            Part::Version => Value::Text(&self.version),
            _ => Value::Null,
        }
    }
}

pub const TIMES: Placeholders = Placeholders { now: 1_000, overdue: 600 };

pub fn bind(text: &str, fields: &EntityFields) -> Result<Query, Error> {
    Query::bind(text, fields, &TIMES)
}

pub fn matches(text: &str, fields: &EntityFields, row: &Sample) -> bool {
    bind(text, fields).unwrap_or_else(|error| panic!("{text}: {error}")).matches(row)
}

/// `syntax`, `field` or `ok`.
pub fn outcome(text: &str, fields: &EntityFields) -> &'static str {
    match bind(text, fields) {
        Ok(_) => "ok",
        Err(Error::Syntax(_)) => "syntax",
        Err(Error::Field(_)) => "field",
        Err(other) => panic!("{text}: {other:?}"),
    }
}
