//! `GET /docs`: a page that shows the documents. It is complete in itself: nothing is loaded from elsewhere.

use axum::response::IntoResponse;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};

/// What the browser may load and do: this server's script, style and documents, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn html() -> impl IntoResponse {
    asset("text/html; charset=utf-8", include_str!("page.html"))
}

pub(super) async fn css() -> impl IntoResponse {
    asset("text/css; charset=utf-8", include_str!("page.css"))
}

pub(super) async fn js() -> impl IntoResponse {
    asset("text/javascript; charset=utf-8", include_str!("page.js"))
}

fn asset(media_type: &'static str, content: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, media_type), (CONTENT_SECURITY_POLICY, POLICY)], content)
}
