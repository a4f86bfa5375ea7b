//! What the log gets, and what it never gets.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use harrier_rest::{ApiError, ApiResult, Surface};
use http::{Request, StatusCode};
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Lines {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

async fn broken() -> ApiResult<StatusCode> {
    Err(ApiError::internal(std::io::Error::other("the table is on fire")))
}

#[test]
fn a_failure_is_logged_with_its_cause_and_without_the_callers_secrets() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).finish();
    let router = Surface::device().apply(Router::new().route("/{tenant}/controller/v1/{controller}", get(broken)));
    let request = Request::get("/ACME/controller/v1/device-7?c=1").header("authorization", "TargetToken s3cret");
    let request = request.body(Body::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(subscriber, || runtime.block_on(router.oneshot(request))).unwrap();
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    for expected in
        ["the table is on fire", "method=GET", "/{tenant}/controller/v1/{controller}", "status=500", "duration_ms="]
    {
        assert!(log.contains(expected), "{expected} in {log}");
    }
    for secret in ["s3cret", "device-7", "ACME", "c=1"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
