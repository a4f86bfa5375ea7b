//! Successful answers with a body.
//!
//! A handler answers [`Hal`]; it serialises at once and leaves the choice of media type, the entity tag and 304 to the
//! [`crate::Surface`] around the router, because only that sees the request. Without a surface the answer is plain HAL.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::accept::MediaType;
use crate::error::ApiError;

/// A JSON, HAL or CBOR answer: `Ok(Hal::ok(target))`.
#[derive(Debug)]
pub struct Hal<T> {
    status: StatusCode,
    value: T,
    linked: bool,
    tagged: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl<T: Serialize> Hal<T> {
    /// 200 with a body.
    pub fn ok(value: T) -> Self {
        Self::with_status(StatusCode::OK, value)
    }

    /// 201 with a body.
    pub fn created(value: T) -> Self {
        Self::with_status(StatusCode::CREATED, value)
    }

    /// Any status with a body.
    pub fn with_status(status: StatusCode, value: T) -> Self {
        Self { status, value, linked: false, tagged: true, headers: Vec::new() }
    }

    /// The root is an object that has links by nature: CBOR then shows `links` even when there are none (DDI §19).
    #[must_use]
    pub fn linked(mut self) -> Self {
        self.linked = true;
        self
    }

    /// No entity tag and no 304 (DDI §18, artifact lists).
    #[must_use]
    pub fn untagged(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl<T: Serialize> IntoResponse for Hal<T> {
    fn into_response(self) -> Response {
        let json = match serde_json::to_vec(&self.value) {
            Ok(json) => Bytes::from(json),
            Err(error) => return ApiError::internal(error).into_response(),
        };
        let document = Document { json, linked: self.linked, tagged: self.tagged };
        let mut response = document.into_response_with(self.status);
        response.headers_mut().extend(self.headers);
        response
    }
}

/// 204.
#[must_use]
pub fn no_content() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The bytes of an answer before its media type is chosen; travels beside the response as an extension.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub json: Bytes,
    pub linked: bool,
    pub tagged: bool,
}

impl Document {
    pub(crate) fn error(body: &impl Serialize) -> Self {
        // Strings and numbers only: cannot fail, and an empty body is the honest rest if it ever did.
        let json = serde_json::to_vec(body).unwrap_or_default();
        Self { json: Bytes::from(json), linked: false, tagged: false }
    }

    pub(crate) fn into_response_with(self, status: StatusCode) -> Response {
        let mut response =
            (status, [(header::CONTENT_TYPE, MediaType::HalJson.name())], self.json.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
