//! What API Gateway says about a request, in place of the connection that ends at it.

use axum::Router;
use axum::extract::Request;
use axum::middleware;
use lambda_http::request::RequestContext;

use crate::peer::GatewayPeer;

/// Routes whose handlers find the caller's address as [`GatewayPeer`].
pub(crate) fn behind_gateway(router: Router) -> Router {
    router.layer(middleware::map_request(async |mut request: Request| {
        if let Some(peer) = request.extensions().get::<RequestContext>().and_then(peer_of) {
            request.extensions_mut().insert(peer);
        }
        request
    }))
}

fn peer_of(context: &RequestContext) -> Option<GatewayPeer> {
    match context {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_ref()?.parse().ok().map(GatewayPeer),
        _ => None,
    }
}
