//! Path, query and header parameters.

use serde_json::{Value, json};

/// A parameter of a query or a header; those of paths follow from the path.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub name: &'static str,
    pub place: &'static str,
    pub required: bool,
    pub schema: Value,
    pub description: &'static str,
}

impl Parameter {
    pub(crate) fn query(name: &'static str, schema: Value, description: &'static str) -> Self {
        Self { name, place: "query", required: false, schema, description }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "name": self.name, "in": self.place, "required": self.required,
            "schema": self.schema, "description": self.description,
        })
    }
}

/// What selects one page of a list (management §1.6, §1.7).
pub(crate) fn paging() -> [Parameter; 3] {
    [
        Parameter::query(
            "offset",
            json!({ "type": "integer", "format": "int32", "default": 0 }),
            "How many matches to leave out. Negative: none.",
        ),
        Parameter::query(
            "limit",
            json!({ "type": "integer", "format": "int32", "default": 50 }),
            "The most matches to show: 1 to 500. Less than 1 means 50, more than 500 means 500.",
        ),
        Parameter::query(
            "sort",
            json!({ "type": "string", "example": "name:ASC" }),
            "Fields and directions: `<field>:ASC` or `<field>:DESC`, several separated by commas.",
        ),
    ]
}

/// What selects the elements of a list (management §3).
pub(crate) fn search() -> Parameter {
    let schema = json!({ "type": "string", "example": "name==a*" });
    Parameter::query("q", schema, "Which elements: a query in RSQL.")
}

/// The variables of a path, in their order.
pub(crate) fn of_path(path: &str) -> Vec<Value> {
    let variables = path.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    variables.map(|(name, _)| path_parameter(name)).collect()
}

fn path_parameter(name: &str) -> Value {
    let (schema, description) = match name {
        "tenant" => (text(), "The tenant, in any letter case."),
        "controllerId" => (text(), "How the device calls itself."),
        "metadataKey" => (text(), "The key of the entry."),
        "keyName" => (text(), "The key of the setting."),
        "group" => (text(), "The group; one with `/` in its name is reached by the query parameter instead."),
        "fileName" => (text(), "The name of the file."),
        _ => (json!({ "type": "integer", "format": "int64" }), "The id."),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description })
}

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}
