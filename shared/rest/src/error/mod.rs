//! Refusals and failures on the wire (management §2, DDI §17).
//!
//! What the caller sees and what the log gets are two things: an internal failure answers one generic body, its cause goes
//! to the log only.

mod storage;
mod table;

use axum::response::{IntoResponse, Response};
use harrier_domain::Error;
use harrier_domain::error::{Entity, EntityId};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::render::Document;
use table::Row;

/// What a handler answers.
pub type ApiResult<T> = Result<T, ApiError>;

/// Seconds after which an overloaded caller may try again.
const RETRY_AFTER_SECONDS: &str = "1";

/// An answer that is not a success. Made from [`harrier_domain::Error`] with `?`, or by one of the constructors.
#[derive(Debug)]
pub struct ApiError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Domain(Error),
    /// A row with its own class name, where the domain's error says less than the wire.
    Special(Row, ErrorInfo),
    Status(StatusCode),
    Overloaded,
    Internal(String),
}

#[derive(Debug)]
struct ErrorInfo {
    message: String,
    entity: Option<Info>,
}

/// The body of management §2.1; empty members are dropped.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    exception_class: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    error_code: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Info>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    #[serde(rename = "type")]
    kind: &'static str,
    entity_id: serde_json::Value,
}

impl ErrorBody {
    /// The body a refusal is answered with, for answers that tell of it later.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        Self::new(table::row(error), ErrorInfo { message: table::message(error), entity: info_of(error) })
    }

    fn new(row: Row, info: ErrorInfo) -> Self {
        Self { exception_class: row.class, error_code: row.code, message: info.message, info: info.entity }
    }
}

/// Marks an answer to a caller who should slow down: 503 for users, 429 for devices (their clients know 429, DDI §17).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Overloaded;

impl ApiError {
    /// A bare status with an empty body ("empty" in the endpoint tables).
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self { kind: Kind::Status(status) }
    }

    /// 400 with an empty body.
    #[must_use]
    pub fn bad_request() -> Self {
        Self::status(StatusCode::BAD_REQUEST)
    }

    /// 404 with an empty body.
    #[must_use]
    pub fn not_found() -> Self {
        Self::status(StatusCode::NOT_FOUND)
    }

    /// 410 with an empty body.
    #[must_use]
    pub fn gone() -> Self {
        Self::status(StatusCode::GONE)
    }

    /// 412 with an empty body.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::status(StatusCode::PRECONDITION_FAILED)
    }

    /// 401 with an empty body; a challenge header is the authenticating layer's to add.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::status(StatusCode::UNAUTHORIZED)
    }

    /// 400 `rest.body.notReadable`. The reason is for the log, never for the caller (management §2.2).
    pub fn not_readable(reason: impl std::fmt::Display) -> Self {
        Error::BodyNotReadable(reason.to_string()).into()
    }

    /// 400 `artifact.uploadFailed`: the multipart form is malformed or too big (management §2.2).
    pub fn multipart_failed(reason: impl std::fmt::Display) -> Self {
        let info = ErrorInfo { message: reason.to_string(), entity: None };
        Self { kind: Kind::Special(table::MULTIPART_FAILED, info) }
    }

    /// 404 for a module type that is not part of a distribution set type (management §5.7).
    #[must_use]
    pub fn module_type_not_in_set_type(module_type: i64, set_type: i64) -> Self {
        let entity = Info { kind: "SoftwareModuleType", entity_id: module_type.into() };
        let message =
            format!("SoftwareModuleType {{{module_type}}} is not part of distribution set type {{{set_type}}}.");
        let info = ErrorInfo { message, entity: Some(entity) };
        Self { kind: Kind::Special(table::MODULE_TYPE_NOT_IN_SET_TYPE, info) }
    }

    /// 404 for the missing ids of a list, in the single form with the list as the id (management §2.1, tags).
    #[must_use]
    pub fn list_not_found(entity: Entity, missing: &[EntityId]) -> Self {
        let ids: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let message = table::message(&Error::not_found(entity, format!("[{}]", ids.join(", "))));
        let entity = Info { kind: entity.name(), entity_id: missing.iter().map(id_value).collect() };
        Self { kind: Kind::Special(table::NOT_FOUND, ErrorInfo { message, entity: Some(entity) }) }
    }

    /// 500 with the generic body; the whole chain of causes is logged, and only logged.
    pub fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::internal_because(chain(&cause))
    }

    /// 500 with the generic body, for an impossibility that has no error value.
    pub fn internal_because(detail: impl Into<String>) -> Self {
        Self { kind: Kind::Internal(detail.into()) }
    }

    /// A backend throttles us: 503 (management) or 429 (devices), `Retry-After`, empty body.
    #[must_use]
    pub fn unavailable() -> Self {
        Self { kind: Kind::Overloaded }
    }

    /// The status the management surface answers.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        match &self.kind {
            Kind::Domain(error) => table::row(error).status,
            Kind::Special(row, _) => row.status,
            Kind::Status(status) => *status,
            Kind::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self { kind: Kind::Domain(error) }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        match self.kind {
            Kind::Domain(error) => domain_response(&error),
            Kind::Special(row, info) => row_response(row, info),
            Kind::Status(status) => status.into_response(),
            Kind::Overloaded => overloaded_response(),
            Kind::Internal(_) => row_response(table::GENERIC, generic_info()),
        }
    }
}

impl ApiError {
    fn log(&self) {
        match &self.kind {
            Kind::Internal(detail) => tracing::error!(%detail, "the request failed"),
            Kind::Domain(Error::BodyNotReadable(reason)) => tracing::debug!(%reason, "unreadable request"),
            Kind::Domain(error) if table::row(error).status.is_server_error() => {
                tracing::error!(%error, "the request failed");
            }
            Kind::Overloaded => tracing::warn!("a backend throttles"),
            Kind::Domain(_) | Kind::Special(..) | Kind::Status(_) => {}
        }
    }
}

fn domain_response(error: &Error) -> Response {
    let row = table::row(error);
    if row.class.is_empty() {
        return row.status.into_response();
    }
    row_response(row, ErrorInfo { message: table::message(error), entity: info_of(error) })
}

fn row_response(row: Row, info: ErrorInfo) -> Response {
    Document::error(&ErrorBody::new(row, info)).into_response_with(row.status)
}

fn overloaded_response() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
    response.extensions_mut().insert(Overloaded);
    response
}

fn generic_info() -> ErrorInfo {
    ErrorInfo { message: "unknown error occurred".to_owned(), entity: None }
}

/// Only answers about something missing say what is missing (management §2.1).
fn info_of(error: &Error) -> Option<Info> {
    match error {
        Error::NotFound { entity, id } => Some(Info { kind: entity.name(), entity_id: id_value(id) }),
        Error::NotFoundMany { entity, ids } => {
            Some(Info { kind: entity.name(), entity_id: ids.iter().map(id_value).collect() })
        }
        _ => None,
    }
}

fn id_value(id: &EntityId) -> serde_json::Value {
    match id {
        EntityId::Number(number) => (*number).into(),
        EntityId::Text(text) => text.as_str().into(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
