//! Request bodies (management §1.1, DDI §1.2).
//!
//! Reading is lenient in the way the reference's JSON mapper is, for every request type and without annotations: a single
//! value stands for a list, strings for numbers and booleans and back, unknown members are ignored. `null` fits `Option`
//! only, so a plain field is the contract's "primitive property". Leniency does not reach through `#[serde(flatten)]` or
//! untagged enums; request types do without them.

mod lenient;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cbor;
use crate::error::ApiError;
use crate::surface::{Api, Surface};

/// A body that must be there: `Json(request): Json<TargetUpdate>`; lists are `Json<Vec<TargetCreate>>`.
///
/// Rejections: 415 for another or a missing content type, 413 beyond the size limit, else 400 `rest.body.notReadable`.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A body that may be missing, empty or `null`.
#[derive(Debug)]
pub struct OptionalJson<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        match read_value(request).await? {
            None | Some(Value::Null) => Err(ApiError::not_readable("the body is missing")),
            Some(value) => from_value(value).map(Self),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        match read_value(request).await? {
            None | Some(Value::Null) => Ok(Self(None)),
            Some(value) => from_value(value).map(|body| Self(Some(body))),
        }
    }
}

/// Reads a request type from a JSON value as leniently as the extractors do.
///
/// # Errors
/// `rest.body.notReadable` for wrong types, unknown enum values, missing required members.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    T::deserialize(lenient::Lenient(value)).map_err(ApiError::not_readable)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Json,
    Cbor,
}

async fn read_value(request: Request) -> Result<Option<Value>, ApiError> {
    let (api, limit) = Surface::of_request(request.extensions())
        .map_or((Api::Management, Surface::DEFAULT_BODY_LIMIT), |surface| (surface.api(), surface.body_limit_bytes()));
    let (parts, body) = request.into_parts();
    let encoding = encoding(&parts.headers, api)?;
    let bytes = read_bytes(body, limit).await?;
    match encoding {
        _ if bytes.is_empty() => Ok(None),
        None => Err(ApiError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        Some(Encoding::Json) => serde_json::from_slice(&bytes).map(Some).map_err(ApiError::not_readable),
        Some(Encoding::Cbor) => cbor::to_json(&bytes).map(Some).map_err(ApiError::not_readable),
    }
}

/// `None` when the request names no content type: fine for an empty body only.
fn encoding(headers: &HeaderMap, api: Api) -> Result<Option<Encoding>, ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(None) };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    match (essence.trim().to_ascii_lowercase().as_str(), api) {
        ("application/json", _) | ("application/hal+json", Api::Management) => Ok(Some(Encoding::Json)),
        ("application/cbor", Api::Device) => Ok(Some(Encoding::Cbor)),
        _ => Err(ApiError::status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    }
}

async fn read_bytes(body: axum::body::Body, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => {
            Err(ApiError::status(StatusCode::PAYLOAD_TOO_LARGE))
        }
        Err(error) => Err(ApiError::not_readable(error)),
    }
}

#[cfg(test)]
mod tests;
