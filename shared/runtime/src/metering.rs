//! The price of each request, logged and, if configured, shown to the caller.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::App;

const HEADER: HeaderName = HeaderName::from_static("x-request-units");

/// Middleware: measures the request units of the handler it surrounds.
pub(crate) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut response, units) = harrier_store::measure(next.run(request)).await;
    app.metrics.consumed(units);
    tracing::debug!(read_units = units.read, write_units = units.write, "request units");
    if app.settings.expose_request_units {
        let text = format!("read={}, write={}", units.read, units.write);
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(HEADER, value);
        }
    }
    response
}
