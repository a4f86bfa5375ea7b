//! `_links` (management §1.5, DDI §3.7).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// One link: an absolute address and, where the contract has it, a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Link {
    pub href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The links of one object, in the order they were added.
///
/// Put it into a response type as
/// `#[serde(rename = "_links", skip_serializing_if = "Links::is_empty")] links: Links`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(Vec<(Cow<'static, str>, Link)>);

impl Links {
    /// No links yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `rel → {href}`; a relation that is there already is replaced in its place.
    #[must_use]
    pub fn with(mut self, rel: impl Into<Cow<'static, str>>, href: impl Into<String>) -> Self {
        self.add(rel, href);
        self
    }

    /// Adds `rel → {href}` in place.
    pub fn add(&mut self, rel: impl Into<Cow<'static, str>>, href: impl Into<String>) {
        self.put(rel.into(), Link { href: href.into(), name: None });
    }

    /// Adds `rel → {href, name}` in place, or without the name where it is not known.
    pub fn add_named(&mut self, rel: impl Into<Cow<'static, str>>, href: impl Into<String>, name: Option<String>) {
        self.put(rel.into(), Link { href: href.into(), name });
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put(&mut self, rel: Cow<'static, str>, link: Link) {
        match self.0.iter_mut().find(|(known, _)| *known == rel) {
            Some((_, known)) => *known = link,
            None => self.0.push((rel, link)),
        }
    }
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(rel, link)| (rel, link)))
    }
}

/// Any relations, each with one link.
impl JsonSchema for Links {
    fn schema_name() -> Cow<'static, str> {
        "Links".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let link = generator.subschema_for::<Link>();
        json_schema!({
            "type": "object",
            "description": "Addresses of what has to do with this, by relation.",
            "additionalProperties": link,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_their_order_and_drop_absent_names() {
        let mut links = Links::new().with("self", "http://h/b");
        links.add_named("assignedDS", "http://h/a", Some("set:1".to_owned()));
        let expected = r#"{"self":{"href":"http://h/b"},"assignedDS":{"href":"http://h/a","name":"set:1"}}"#;
        assert_eq!(serde_json::to_string(&links).unwrap(), expected);
    }

    #[test]
    fn a_relation_appears_once() {
        let links = Links::new().with("self", "1").with("other", "2").with("self", "3");
        assert_eq!(serde_json::to_string(&links).unwrap(), r#"{"self":{"href":"3"},"other":{"href":"2"}}"#);
        assert!(Links::new().is_empty());
    }
}
