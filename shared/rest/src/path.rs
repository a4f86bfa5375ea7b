//! Path parameters.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// Typed, percent-decoded path parameters: `Path(id): Path<i64>`, `Path((target, action)): Path<(String, i64)>`.
///
/// What is not a number where one belongs, and what is not UTF-8, is 400 `rest.body.notReadable` (management §1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(refusal(&rejection)),
        }
    }
}

/// A route without the parameters its handler asks for is our mistake, anything else the caller's.
fn refusal(rejection: &PathRejection) -> ApiError {
    if rejection.status().is_server_error() {
        return ApiError::internal_because(rejection.body_text());
    }
    ApiError::not_readable("a path parameter has the wrong type")
}
