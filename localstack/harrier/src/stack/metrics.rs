//! `GET /metrics` for Prometheus, on a listener of its own: it is none of the public APIs, and nobody logs in to it.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use harrier_runtime::{App, Clock, Gauge, SystemClock};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::StackError;
use crate::pumps::Pumps;

pub(super) fn routes(app: App, pumps: Pumps) -> Router {
    Router::new().route("/metrics", get(show)).with_state((app, pumps))
}

async fn show(State((app, pumps)): State<(App, Pumps)>) -> Response {
    if let Err(error) = look_at_queue(&app, &pumps).await {
        tracing::error!(%error, "the queue of steps cannot be looked at");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.prometheus()).into_response()
}

/// On AWS the queues tell this themselves.
async fn look_at_queue(app: &App, pumps: &Pumps) -> Result<(), StackError> {
    let steps = pumps.depth().await?;
    let oldest = pumps.oldest_step().await?;
    // The queue has the machine's time.
    let age = oldest.map_or(0, |sent_at| (SystemClock.now() - sent_at).max(0));
    app.metrics.state(Gauge::StepsWaiting, steps.total() as f64);
    app.metrics.state(Gauge::StepsAge, age as f64 / 1000.0);
    app.metrics.state(Gauge::DeadLetters, pumps.dead_letter_count().await? as f64);
    Ok(())
}
