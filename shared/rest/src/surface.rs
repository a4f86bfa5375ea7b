//! What surrounds a router: negotiation, entity tags, security headers, panics, the access log.
//!
//! A function calls [`Surface::apply`] last, after its own layers, so that a refusal of the authenticating layer is
//! finished like any other answer.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::accept::{self, MediaType};
use crate::access_log::AccessLog;
use crate::error::{ApiError, Overloaded};
use crate::origin::{Origin, OriginPolicy};
use crate::render::Document;
use crate::{cbor, etag, headers, panics};

/// Which of the two HTTP APIs a router serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `/rest/v1`, for users.
    Management,
    /// `/{tenant}/controller/v1/{controllerId}`, for devices.
    Device,
}

/// What an endpoint can answer, best first (management §5.15, DDI §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Produces {
    /// HAL, or JSON on request.
    Hal,
    /// JSON, or HAL on request.
    PreferJson,
    /// JSON alone.
    JsonOnly,
    /// HAL, JSON, CBOR.
    DeviceDocument,
    /// Nothing to choose: bytes in their only form, or no body. Never 406.
    Fixed,
}

impl Produces {
    /// The choice for the answer; for `Fixed` the choice for its error bodies.
    fn offers(self, api: Api) -> &'static [MediaType] {
        match (self, api) {
            (Self::Hal, _) | (Self::Fixed, Api::Management) => &[MediaType::HalJson, MediaType::Json],
            (Self::PreferJson, _) => &[MediaType::Json, MediaType::HalJson],
            (Self::JsonOnly, _) => &[MediaType::Json],
            (Self::DeviceDocument, _) | (Self::Fixed, Api::Device) => {
                &[MediaType::HalJson, MediaType::Json, MediaType::Cbor]
            }
        }
    }
}

/// An endpoint that deviates from its API's rule: method and path pattern (`{x}` is any segment, `{*x}` the rest).
#[derive(Debug, Clone)]
struct Exception {
    method: Method,
    pattern: &'static str,
    produces: Produces,
}

/// The conventions of one API, to be put around a router.
#[derive(Debug, Clone)]
pub struct Surface {
    api: Api,
    exceptions: Vec<Exception>,
    body_limit: usize,
    origin: OriginPolicy,
}

impl Surface {
    /// Bytes of a JSON or CBOR body: what a Lambda invocation can carry.
    pub const DEFAULT_BODY_LIMIT: usize = 6 * 1024 * 1024;

    /// The management API with the exceptions of §5.15, and its documentation.
    #[must_use]
    pub fn management() -> Self {
        Self::new(Api::Management)
            .produces(Method::PUT, "/rest/v1/rollouts/{id}", Produces::PreferJson)
            .produces(Method::PUT, "/rest/v1/distributionsets/{id}", Produces::PreferJson)
            .produces(Method::GET, "/rest/v1/targets/{id}/metadata/{key}", Produces::JsonOnly)
            .produces(Method::GET, "/rest/v1/distributionsets/{id}/metadata/{key}", Produces::JsonOnly)
            .produces(Method::GET, "/rest/v1/softwaremodules/{id}/artifacts/{artifact}/download", Produces::Fixed)
            .produces(Method::GET, "/v3/{*document}", Produces::Fixed)
            .produces(Method::GET, "/docs", Produces::Fixed)
            .produces(Method::GET, "/docs/{*file}", Produces::Fixed)
    }

    /// The device API; the bytes and checksums of artifacts are not negotiated.
    #[must_use]
    pub fn device() -> Self {
        let artifact = "/{tenant}/controller/v1/{controller}/softwaremodules/{module}/artifacts/{*file}";
        Self::new(Api::Device).produces(Method::GET, artifact, Produces::Fixed)
    }

    pub(crate) fn new(api: Api) -> Self {
        let (body_limit, origin) = (Self::DEFAULT_BODY_LIMIT, OriginPolicy::default());
        Self { api, exceptions: Vec::new(), body_limit, origin }
    }

    /// Adds an endpoint that deviates. `HEAD` follows `GET`.
    #[must_use]
    pub fn produces(mut self, method: Method, pattern: &'static str, produces: Produces) -> Self {
        self.exceptions.push(Exception { method, pattern, produces });
        self
    }

    /// Sets how links find our own address.
    #[must_use]
    pub fn origin(mut self, policy: OriginPolicy) -> Self {
        self.origin = policy;
        self
    }

    /// Sets the greatest JSON or CBOR body in bytes; more is 413. Streamed uploads are not held to it.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Puts the conventions around all routes of the router. Call it last.
    pub fn apply<S: Clone + Send + Sync + 'static>(self, router: Router<S>) -> Router<S> {
        router.layer(middleware::from_fn_with_state(self.shared(), serve))
    }

    pub(crate) fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }

    pub(crate) fn of_request(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(AsRef::as_ref)
    }

    pub(crate) fn api(&self) -> Api {
        self.api
    }

    pub(crate) fn body_limit_bytes(&self) -> usize {
        self.body_limit
    }

    pub(crate) fn origin_policy(&self) -> &OriginPolicy {
        &self.origin
    }

    fn produced_by(&self, method: &Method, path: &str) -> Produces {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let matching = |exception: &&Exception| exception.method == *method && path_matches(exception.pattern, path);
        if let Some(exception) = self.exceptions.iter().rev().find(matching) {
            return exception.produces;
        }
        match (self.api, method) {
            (Api::Device, &Method::GET) => Produces::DeviceDocument,
            (Api::Management, &Method::GET | &Method::POST | &Method::PUT) => Produces::Hal,
            _ => Produces::Fixed,
        }
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        if expected.starts_with("{*") {
            return segments.next().is_some_and(|segment| !segment.is_empty());
        }
        match segments.next() {
            Some(segment) if expected == segment || (expected.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// What finishing an answer needs to know of its request.
struct Asked {
    api: Api,
    media_type: MediaType,
    /// The request headers, for `If-None-Match`; absent when the method is not a reading one.
    conditions: Option<HeaderMap>,
}

async fn serve(State(surface): State<Arc<Surface>>, mut request: Request, next: Next) -> Response {
    let log = AccessLog::begin(&request);
    let https = Origin::of(request.uri(), request.headers(), &surface.origin).is_some_and(|origin| origin.is_https());
    let mut response = match asked(&surface, &request) {
        Some(asked) => {
            request.extensions_mut().insert(surface);
            finish(panics::caught(next.run(request)).await, &asked)
        }
        None => ApiError::status(StatusCode::NOT_ACCEPTABLE).into_response(),
    };
    headers::secure(response.headers_mut(), https);
    state_length(&mut response);
    log.end(response.status());
    response
}

/// `None`: a known path cannot answer in any form the caller accepts.
fn asked(surface: &Surface, request: &Request) -> Option<Asked> {
    let produces = surface.produced_by(request.method(), request.uri().path());
    let negotiable = produces != Produces::Fixed && request.extensions().get::<MatchedPath>().is_some();
    let media_type = match accept::negotiate(request.headers(), produces.offers(surface.api)) {
        Some(media_type) => media_type,
        None if negotiable => return None,
        None => MediaType::HalJson,
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let conditions = reads.then(|| conditions_of(request.headers()));
    Some(Asked { api: surface.api, media_type, conditions })
}

fn conditions_of(headers: &HeaderMap) -> HeaderMap {
    let values = headers.get_all(header::IF_NONE_MATCH).into_iter();
    values.map(|value| (header::IF_NONE_MATCH, value.clone())).collect()
}

fn finish(mut response: Response, asked: &Asked) -> Response {
    if asked.api == Api::Device && response.extensions_mut().remove::<Overloaded>().is_some() {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    let Some(document) = response.extensions_mut().remove::<Document>() else { return response };
    let bytes = match asked.media_type {
        MediaType::HalJson | MediaType::Json => document.json,
        MediaType::Cbor => match cbor::from_json(&document.json, document.linked) {
            Ok(bytes) => Bytes::from(bytes),
            Err(error) => return ApiError::internal_because(error.to_string()).into_response(),
        },
    };
    match &asked.conditions {
        Some(conditions) if document.tagged && response.status().is_success() => {
            tagged(response, bytes, asked.media_type, conditions)
        }
        _ => with_body(response, bytes, asked.media_type),
    }
}

fn tagged(mut response: Response, bytes: Bytes, media_type: MediaType, conditions: &HeaderMap) -> Response {
    let tag = etag::of(&bytes);
    let unchanged = etag::matches(conditions, &tag);
    // A tag is quotes and hexadecimal digits: always a header value.
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if !unchanged {
        return with_body(response, bytes, media_type);
    }
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().remove(header::CONTENT_TYPE);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::empty();
    response
}

/// Devices with small HTTP stacks want a length even on empty answers.
fn state_length(response: &mut Response) {
    let lengthless = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if lengthless || response.status().is_informational() {
        return;
    }
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
}

fn with_body(mut response: Response, bytes: Bytes, media_type: MediaType) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type.name()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *response.body_mut() = Body::from(bytes);
    response
}

#[cfg(test)]
mod tests;
