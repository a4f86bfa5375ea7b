//! The listener for presigned URLs. Devices may reach it, so it answers nothing but what a signature names.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RANGE};
use http::{HeaderMap, Method, StatusCode, Uri};
use s3s::dto::Range;

use super::{EmbeddedS3, InProcessService};

/// Routes for presigned GET, HEAD and PUT.
pub(super) fn router(store: EmbeddedS3) -> Router {
    Router::new().fallback(answer).with_state(store.service())
}

async fn answer(State(service): State<InProcessService>, mut request: Request) -> Response {
    if ![Method::GET, Method::HEAD, Method::PUT].contains(request.method()) {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed");
    }
    let Some(signed) = signed_headers(request.uri()) else {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    };
    if has_unsigned_instructions(request.headers(), &signed) {
        return refusal(StatusCode::FORBIDDEN, "AccessDenied");
    }
    drop_unusable_range(request.headers_mut());
    forward(&service, request).await
}

/// Hands a request to the store and its answer back.
pub(in crate::embedded) async fn forward(service: &InProcessService, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
    }
}

/// The names of the headers a presigned URL vouches for, or none if it is not one.
fn signed_headers(uri: &Uri) -> Option<Vec<String>> {
    let query = uri.query()?;
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value("X-Amz-Signature")?;
    let names = value("X-Amz-SignedHeaders")?.replace("%3B", ";").replace("%3b", ";").to_ascii_lowercase();
    Some(names.split(';').map(str::to_owned).collect())
}

/// Whether the request carries S3 instructions, such as the source of a copy, that whoever signed it did not give.
/// S3 refuses these too.
fn has_unsigned_instructions(headers: &HeaderMap, signed: &[String]) -> bool {
    let mut names = headers.keys().map(http::HeaderName::as_str);
    names.any(|name| name.starts_with("x-amz-") && !signed.iter().any(|vouched| vouched == name))
}

/// A range that cannot be understood, or several at once, means the whole object, as on S3.
fn drop_unusable_range(headers: &mut HeaderMap) {
    let usable = |value: &http::HeaderValue| value.to_str().is_ok_and(|text| Range::parse(text).is_ok());
    if headers.get(RANGE).is_some_and(|value| !usable(value)) {
        headers.remove(RANGE);
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code></Error>");
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}
