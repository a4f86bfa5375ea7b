//! What operations answer. Refusals are shared components, because they look alike everywhere.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::Api;
use crate::operation::{Content, Operation, Refusal, Success};
use crate::schemas::Schemas;

/// The responses of one operation by status. Refusals that are referred to are added to `shared`.
pub(crate) fn of(
    api: Api,
    operation: &Operation,
    schemas: &mut Schemas,
    shared: &mut BTreeMap<String, Value>,
) -> Map<String, Value> {
    let mut responses = Map::new();
    for (status, success) in &operation.successes {
        responses.insert(status.to_string(), success_response(api, *status, *success, schemas));
    }
    for (status, refusal) in refusals(api, operation) {
        let name = refusal_name(api, status, refusal);
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
        shared.entry(name).or_insert_with(|| refusal_response(api, status, refusal));
    }
    responses
}

fn success_response(api: Api, status: u16, success: Success, schemas: &mut Schemas) -> Value {
    let schemas = schemas.for_responses();
    let description = reason(status);
    match success {
        Success::Nothing => json!({ "description": description }),
        Success::Document(shape) => {
            let schema = shape.schema(schemas);
            json!({ "description": description, "content": content(api.produces(), &schema) })
        }
        Success::Json(shape) => {
            let schema = shape.schema(schemas);
            json!({ "description": description, "content": content(&["application/json"], &schema) })
        }
        Success::Other(media_type) => json!({ "description": description, "content": { media_type: {} } }),
    }
}

/// The same schema in each media type.
pub(crate) fn content(media_types: &[&str], schema: &Value) -> Value {
    let entries = media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({ "schema": schema })));
    Value::Object(entries.collect())
}

/// Refusals by status.
fn refusals(api: Api, operation: &Operation) -> BTreeMap<u16, Refusal> {
    let mut refusals = implied(api, operation);
    refusals.extend(&operation.refusals);
    refusals.retain(|status, _| !operation.successes.contains_key(status));
    refusals
}

/// What follows from the method, the parameters and the bodies.
fn implied(api: Api, operation: &Operation) -> BTreeMap<u16, Refusal> {
    use Refusal::{Bare, Explained};
    let has_variables = operation.path.contains('{');
    let reads = operation.method == "get";
    let answers_document =
        operation.successes.values().any(|success| matches!(success, Success::Document(_) | Success::Json(_)));
    let takes_document = operation.body.as_ref().is_some_and(|body| matches!(body.content, Content::Document { .. }));
    let rules = [
        (304, Bare, reads && answers_document),
        (400, Explained, has_variables || !operation.parameters.is_empty() || operation.body.is_some()),
        (401, Bare, true),
        (403, Explained, !operation.authorities.is_empty()),
        (404, Explained, has_variables),
        (406, Bare, answers_document),
        (409, Explained, !reads && api == Api::Management),
        (413, Bare, takes_document),
        (415, Bare, takes_document),
        (429, Bare, api == Api::Device),
        (503, Bare, api == Api::Management),
    ];
    rules.into_iter().filter(|(_, _, applies)| *applies).map(|(status, refusal, _)| (status, refusal)).collect()
}

fn refusal_name(api: Api, status: u16, refusal: Refusal) -> String {
    match (refusal, api) {
        (Refusal::Bare, _) => format!("Bare{status}"),
        (Refusal::Either, _) => format!("Either{status}"),
        (Refusal::Explained, Api::Management) => format!("Error{status}"),
        (Refusal::Explained, Api::Device) => format!("DeviceError{status}"),
    }
}

fn refusal_response(api: Api, status: u16, refusal: Refusal) -> Value {
    let mut response = json!({ "description": reason(status) });
    match refusal {
        Refusal::Explained => {
            let error = json!({ "$ref": "#/components/schemas/Error" });
            response["content"] = content(api.produces(), &error);
        }
        Refusal::Either => {
            response["description"] =
                format!("{} With an error as the body, or without a body.", reason(status)).into();
        }
        Refusal::Bare => {}
    }
    if let Some(headers) = headers(status) {
        response["headers"] = headers;
    }
    response
}

fn headers(status: u16) -> Option<Value> {
    let text = json!({ "type": "string" });
    match status {
        401 => Some(json!({ "WWW-Authenticate": { "schema": text, "description": "How to log in." } })),
        503 => Some(json!({ "Retry-After": { "schema": text, "description": "Seconds." } })),
        _ => None,
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "Done.",
        201 => "Made.",
        202 => "It will be done.",
        204 => "Done, or there is nothing to show.",
        206 => "The part that was asked for.",
        302 => "The file is elsewhere.",
        304 => "Unchanged since the answer with the given entity tag.",
        400 => "The request is malformed, or breaks a rule.",
        401 => "No login, or a wrong one.",
        403 => "The login lacks an authority, or the entity cannot be changed.",
        404 => "There is no such entity.",
        405 => "The state of the entity does not allow this.",
        406 => "None of the accepted media types can be had.",
        409 => "In conflict with another entity, or with a change made at the same time.",
        410 => "Gone.",
        412 => "The file is not the one that was asked for.",
        413 => "The body is too large.",
        415 => "The body has an unknown media type.",
        416 => "The file has no such part.",
        423 => "The entity is locked.",
        429 => "A quota is used up, or requests come too fast.",
        503 => "Overloaded. Try again.",
        _ => "See the error.",
    }
}
