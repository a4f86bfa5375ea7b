//! One line per request: method, route, status, duration. Never a header, a token, an id or a query.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode};

pub(crate) struct AccessLog {
    method: Method,
    route: Option<MatchedPath>,
    begun: Instant,
}

impl AccessLog {
    pub(crate) fn begin(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { method: request.method().clone(), route, begun: Instant::now() }
    }

    pub(crate) fn end(self, status: StatusCode) {
        let path = self.route.as_ref().map_or("(no route)", MatchedPath::as_str);
        let duration_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(target: "harrier::access", method = %self.method, path, status = status.as_u16(), duration_ms);
    }
}
