//! The whole document.

use std::collections::BTreeMap;

use harrier_domain::authority::Authority;
use serde_json::{Map, Value, json};

use crate::operation::{Body, Content, Operation};
use crate::parameter::{self, Parameter};
use crate::responses;
use crate::schemas::Schemas;

/// One of the two HTTP APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `/rest/v1`, for users.
    Management,
    /// `/{tenant}/controller/v1/{controllerId}`, for devices.
    Device,
}

/// Operations that belong together, in the order they are shown.
#[derive(Clone)]
#[must_use]
pub struct Section {
    name: &'static str,
    description: &'static str,
    operations: Vec<Operation>,
}

/// What is wrong with the descriptions: always a mistake in an `openapi.rs`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DocumentError {
    #[error("these names stand for several different types; rename one with #[schemars(rename = …)]: {0:?}")]
    AmbiguousTypes(Vec<String>),
    #[error("described twice: {0}")]
    DescribedTwice(String),
}

impl Section {
    /// An empty section.
    pub fn new(name: &'static str, description: &'static str) -> Self {
        Self { name, description, operations: Vec::new() }
    }

    /// Adds an operation.
    pub fn with(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }
}

impl Api {
    pub(crate) fn produces(self) -> &'static [&'static str] {
        match self {
            Self::Management => &["application/hal+json", "application/json"],
            Self::Device => &["application/hal+json", "application/json", "application/cbor"],
        }
    }

    fn consumes(self) -> &'static [&'static str] {
        match self {
            Self::Management => &["application/json", "application/hal+json"],
            Self::Device => &["application/json", "application/cbor"],
        }
    }

    fn info(self) -> Value {
        let (title, description) = match self {
            Self::Management => (
                "Harrier: Management API",
                "For users and their tools: targets, software, deployments, settings. Compatible with Eclipse hawkBit.",
            ),
            Self::Device => (
                "Harrier: Direct Device Integration API",
                "For devices: they poll, follow the links they are given, download, report. Compatible with Eclipse hawkBit.",
            ),
        };
        json!({ "title": title, "description": description, "version": "v1", "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" } })
    }

    fn logins(self) -> Value {
        match self {
            Self::Management => json!({
                "basic": { "type": "http", "scheme": "basic" },
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            }),
            Self::Device => {
                let header = |description: &str| json!({ "type": "apiKey", "in": "header", "name": "Authorization", "description": description });
                json!({
                    "targetToken": header("`TargetToken <token>`: the token of this device."),
                    "gatewayToken": header("`GatewayToken <token>`: the token of the tenant, for all of its devices."),
                })
            }
        }
    }

    /// Any one of the logins will do; of users it must have these authorities.
    fn security(self, authorities: &[Authority]) -> Value {
        let names: Vec<&str> = authorities.iter().map(|authority| authority.name()).collect();
        match self {
            Self::Management => json!([{ "basic": names }, { "bearer": names }]),
            Self::Device => json!([{ "targetToken": [] }, { "gatewayToken": [] }]),
        }
    }
}

/// The OpenAPI 3.1 document of one API.
///
/// # Errors
/// For descriptions that contradict each other.
pub fn document(api: Api, sections: &[Section]) -> Result<Value, DocumentError> {
    let mut schemas = Schemas::new();
    let mut shared = BTreeMap::new();
    let mut paths: Map<String, Value> = Map::new();
    for section in sections {
        for operation in &section.operations {
            let described = describe(api, section.name, operation, &mut schemas, &mut shared);
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            if !path[operation.method].is_null() {
                return Err(DocumentError::DescribedTwice(format!("{} {}", operation.method, operation.path)));
            }
            path[operation.method] = described;
        }
    }
    let (mut schemas, clashes) = schemas.finish();
    if !clashes.is_empty() {
        return Err(DocumentError::AmbiguousTypes(clashes));
    }
    schemas.insert("Error".to_owned(), error_schema());
    let tags: Vec<Value> =
        sections.iter().map(|section| json!({ "name": section.name, "description": section.description })).collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": api.info(),
        "tags": tags,
        "paths": paths,
        "components": { "schemas": schemas, "responses": shared, "securitySchemes": api.logins() },
    }))
}

/// Several documents as one: members are united, lists follow each other, of two values the first stays.
#[must_use]
pub fn merged(mut first: Value, second: Value) -> Value {
    unite(&mut first, second);
    first
}

fn unite(into: &mut Value, other: Value) {
    match (into, other) {
        (Value::Object(into), Value::Object(other)) => {
            for (name, value) in other {
                match into.get_mut(&name) {
                    Some(known) => unite(known, value),
                    None => {
                        into.insert(name, value);
                    }
                }
            }
        }
        (Value::Array(into), Value::Array(other)) if *into != other => into.extend(other),
        _ => {}
    }
}

fn describe(
    api: Api,
    tag: &str,
    operation: &Operation,
    schemas: &mut Schemas,
    shared: &mut BTreeMap<String, Value>,
) -> Value {
    let mut parameters = parameter::of_path(operation.path);
    parameters.extend(operation.parameters.iter().map(Parameter::json));
    let mut described = json!({
        "tags": [tag],
        "operationId": operation_id(operation),
        "summary": operation.summary,
        "description": description(operation),
        "security": api.security(operation.authorities),
        "responses": responses::of(api, operation, schemas, shared),
    });
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(body) = &operation.body {
        described["requestBody"] = request_body(api, body, schemas);
    }
    if operation.deprecated {
        described["deprecated"] = true.into();
    }
    described
}

/// The notes, and the authorities in words.
fn description(operation: &Operation) -> String {
    let mut sentences: Vec<String> = operation.notes.iter().map(ToString::to_string).collect();
    if !operation.authorities.is_empty() {
        let names: Vec<String> = operation.authorities.iter().map(|authority| format!("`{authority}`")).collect();
        sentences.push(format!("Needs {}.", names.join(" and ")));
    }
    sentences.join(" ")
}

/// `getTargetsByControllerIdActions`: from the method and the path, so that it is unique and stays.
fn operation_id(operation: &Operation) -> String {
    let path =
        operation.path.trim_start_matches("/rest/v1").trim_start_matches("/{tenant}/controller/v1/{controllerId}");
    let mut id = operation.method.to_owned();
    for word in path.split(['/', '.']).filter(|word| !word.is_empty()) {
        match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
            Some(variable) => id.extend(["By", &capitalised(variable)]),
            None => id.push_str(&capitalised(word)),
        }
    }
    id.retain(|c| c.is_ascii_alphanumeric());
    if path.is_empty() { id + "Root" } else { id }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

fn request_body(api: Api, body: &Body, schemas: &mut Schemas) -> Value {
    let content = match &body.content {
        Content::Document { shape, example } => {
            let schema = shape.schema(schemas.for_requests());
            let mut content = responses::content(api.consumes(), &schema);
            content["application/json"]["example"] = example.clone();
            content
        }
        Content::Form(schema) => json!({ "multipart/form-data": { "schema": schema } }),
    };
    json!({ "required": body.required, "content": content })
}

/// The body of refusals (management §2.1, DDI §17.1).
fn error_schema() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was refused. Members without a value are left out.",
        "required": ["exceptionClass"],
        "properties": {
            "exceptionClass": { "type": "string", "description": "The name of the reference's exception, for clients that match it." },
            "errorCode": { "type": "string", "description": "What is wrong, for programs: `hawkbit.server.error.…`." },
            "message": { "type": "string", "description": "What is wrong, for people." },
            "info": {
                "type": "object",
                "description": "What is missing; in 404 only.",
                "required": ["type", "entityId"],
                "properties": {
                    "type": { "type": "string" },
                    "entityId": { "description": "A number, a text, or a list of them." },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{get, many, one, put};
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    /// A thing (management §5.1).
    #[derive(JsonSchema, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ThingResource {
        full_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<u16>,
    }

    fn things() -> Section {
        let path = "/rest/v1/things/{thingId}";
        Section::new("Things", "All of them.")
            .with(get(path, "Shows a thing").needs(&[Authority::ReadTarget]).answers(one::<ThingResource>()))
            .with(
                put(path, "Changes a thing")
                    .takes(many::<ThingResource>(), json!([]))
                    .answers_bare(204)
                    .fails_bare(&[404]),
            )
    }

    fn statuses(operation: &Value) -> Vec<&str> {
        operation["responses"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn what_follows_from_method_path_and_bodies_is_added() {
        let document = document(Api::Management, &[things()]).unwrap();
        let path = &document["paths"]["/rest/v1/things/{thingId}"];
        assert_eq!(statuses(&path["get"]), ["200", "304", "400", "401", "403", "404", "406", "503"]);
        assert_eq!(statuses(&path["put"]), ["204", "400", "401", "404", "409", "413", "415", "503"]);
        assert_eq!(path["put"]["responses"]["404"]["$ref"], "#/components/responses/Bare404");
        assert_eq!(path["get"]["security"], json!([{ "basic": ["READ_TARGET"] }, { "bearer": ["READ_TARGET"] }]));
        assert_eq!(path["get"]["operationId"], "getThingsByThingId");
        assert_eq!(path["get"]["parameters"][0]["schema"]["format"], "int64");
        let thing = &document["components"]["schemas"]["ThingResource"];
        assert_eq!((&thing["description"], &thing["required"]), (&json!("A thing."), &json!(["fullName"])));
        assert_eq!(thing["properties"]["size"]["type"], "integer", "left out rather than null");
    }

    #[test]
    fn an_operation_is_described_once() {
        let twice = document(Api::Management, &[things(), things()]);
        assert_eq!(twice, Err(DocumentError::DescribedTwice("get /rest/v1/things/{thingId}".to_owned())));
    }

    #[test]
    fn merging_unites() {
        let one = json!({ "a": { "b": 1 }, "tags": [1], "same": [3], "title": "x" });
        let other = json!({ "a": { "c": 2 }, "tags": [2], "same": [3], "title": "y" });
        let both = json!({ "a": { "b": 1, "c": 2 }, "tags": [1, 2], "same": [3], "title": "x" });
        assert_eq!(merged(one, other), both);
    }
}
