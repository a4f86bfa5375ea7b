//! The request filters around every route (DDI §16).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::peer::peer_ip;

/// Refuses what the filters do not let through.
pub(crate) async fn enforce(State(app): State<App>, request: Request, next: Next) -> Response {
    let address = peer_ip(request.extensions(), request.headers(), app.settings.origin.trust_forwarded);
    match app.filters.admit(request.method(), request.uri(), request.headers(), address, app.now()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}
