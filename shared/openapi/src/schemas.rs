//! The named schemas of a document.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::Value;

/// Schemas collected while operations are described.
pub struct Schemas {
    named: BTreeMap<String, Value>,
    contract: Contract,
    clashes: Vec<String>,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        Self { named: BTreeMap::new(), contract: Contract::Serialize, clashes: Vec::new() }
    }

    /// From here on types are described as requests have them: what may be left out is optional.
    pub(crate) fn for_requests(&mut self) -> &mut Self {
        self.contract = Contract::Deserialize;
        self
    }

    /// From here on types are described as responses have them.
    pub(crate) fn for_responses(&mut self) -> &mut Self {
        self.contract = Contract::Serialize;
        self
    }

    /// The schema of a type: a reference, if the type has a name.
    pub(crate) fn of<T: JsonSchema>(&mut self) -> Value {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.meta_schema = None;
            settings.definitions_path = "/components/schemas".into();
            settings.contract = self.contract.clone();
        });
        let mut generator = settings.into_generator();
        let mut schema = generator.subschema_for::<T>().to_value();
        for (name, mut definition) in generator.take_definitions(true) {
            self.tidy(&mut definition);
            self.add(self.name(&name), definition);
        }
        self.tidy(&mut schema);
        schema
    }

    fn tidy(&self, schema: &mut Value) {
        tidy(schema);
        if self.contract == Contract::Deserialize {
            refer_to_requests(schema);
        } else {
            leave_out_nulls(schema);
        }
    }

    /// A resource within a request has a name of its own: there its members may be left out.
    fn name(&self, name: &str) -> String {
        match name.strip_suffix(RESOURCE) {
            Some(stem) if self.contract == Contract::Deserialize => format!("{stem}{REQUEST}"),
            _ => name.to_owned(),
        }
    }

    /// Two types may share a name only if they look the same.
    fn add(&mut self, name: String, schema: Value) {
        match self.named.get(&name) {
            Some(known) if *known != schema => self.clashes.push(name),
            Some(_) => {}
            None => {
                self.named.insert(name, schema);
            }
        }
    }

    /// All schemas, and the names that stand for two different ones.
    pub(crate) fn finish(self) -> (BTreeMap<String, Value>, Vec<String>) {
        (self.named, self.clashes)
    }
}

/// Makes descriptions fit for readers of the API, and says nothing that OpenAPI's tools stumble over.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = without_sections(text);
            }
            // Formats that no register knows: the bounds are given besides.
            let unregistered =
                |format: &str| matches!(format, "uint" | "uint8" | "uint16" | "uint32" | "uint64" | "int16");
            if members.get("format").and_then(Value::as_str).is_some_and(unregistered) {
                members.remove("format");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

const RESOURCE: &str = "Resource";
const REQUEST: &str = "Request";

fn refer_to_requests(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(stem) = reference.strip_suffix(RESOURCE)
            {
                *reference = format!("{stem}{REQUEST}");
            }
            members.values_mut().for_each(refer_to_requests);
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_requests),
        _ => {}
    }
}

/// In answers, members without a value are left out rather than null (management §1.4).
fn leave_out_nulls(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(Value::Object(members)) = schema.get_mut("properties") else { return };
    for (_, member) in members.iter_mut().filter(|(name, _)| !required.contains(&Value::from(name.as_str()))) {
        without_null(member);
    }
}

fn without_null(member: &mut Value) {
    if let Some(Value::Array(types)) = member.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            member["type"] = one.clone();
        }
    }
    let Some(Value::Array(options)) = member.get_mut("anyOf") else { return };
    options.retain(|option| option["type"] != "null");
    if let [Value::Object(one)] = options.as_slice() {
        let one = one.clone();
        if let Some(member) = member.as_object_mut() {
            member.remove("anyOf");
            member.extend(one);
        }
    }
}

/// The comment of a type without its references to sections of the protocol, and as one paragraph.
fn without_sections(comment: &str) -> String {
    let mut text = comment.replace('\n', " ");
    for opening in [" (management §", " (DDI §", " (`domain-behaviour.md`", " of DDI §", " of management §"] {
        while let Some(start) = text.find(opening) {
            let length = reference_length(&text[start..], opening);
            text.replace_range(start..start + length, "");
        }
    }
    text
}

/// How far a reference goes: to the closing parenthesis, or to the end of the section's number.
fn reference_length(text: &str, opening: &str) -> usize {
    if opening.starts_with(" (") {
        return text.find(')').map_or(text.len(), |at| at + 1);
    }
    let number = &text[opening.len()..];
    let digits = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    opening.len() + number[..digits].trim_end_matches('.').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_to_sections_are_left_out() {
        let table = [
            ("A window (management §4.3).", "A window."),
            ("One set (management §5.1 \"DsAssignment\").", "One set."),
            ("The body of DDI §13.4.", "The body."),
            ("Both kinds (DDI §6.1). Others\nare ignored.", "Both kinds. Others are ignored."),
            ("The names of management §4.2, in lower case only.", "The names, in lower case only."),
            ("Nothing to cut (but this).", "Nothing to cut (but this)."),
        ];
        for (comment, expected) in table {
            assert_eq!(without_sections(comment), expected);
        }
    }

    #[derive(JsonSchema)]
    #[schemars(rename = "Same")]
    struct One {
        _member: i64,
    }

    #[derive(JsonSchema)]
    #[schemars(rename = "Same")]
    struct Other {
        _member: String,
    }

    #[test]
    fn a_name_stands_for_one_schema() {
        let mut schemas = Schemas::new();
        assert_eq!(schemas.of::<One>(), schemas.of::<One>());
        let _reference = schemas.of::<Other>();
        let (named, clashes) = schemas.finish();
        assert_eq!((named.len(), clashes), (1, vec!["Same".to_owned()]));
    }
}
