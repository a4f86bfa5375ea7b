//! Where a request comes from, as far as it can be believed.

use axum::extract::ConnectInfo;
use harrier_domain::network::last_forwarded_ip;
use http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The address that a gateway in front of us saw, told by the gateway itself and not by a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayPeer(pub IpAddr);

/// The caller's address: what the gateway saw, else what a trusted proxy says, else the other end of the connection.
#[must_use]
pub fn peer_ip(extensions: &Extensions, headers: &HeaderMap, trust_forwarded: bool) -> Option<IpAddr> {
    let gateway = extensions.get::<GatewayPeer>().map(|GatewayPeer(address)| *address);
    let forwarded = || headers.get("x-forwarded-for").and_then(|value| last_forwarded_ip(value.to_str().ok()?));
    let proxy = || forwarded().filter(|_| trust_forwarded);
    let connection = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    gateway.or_else(proxy).or_else(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_believed_only_of_a_trusted_proxy_and_only_its_own_word() {
        let headers = HeaderMap::from_iter([(
            http::header::HeaderName::from_static("x-forwarded-for"),
            http::HeaderValue::from_static("127.0.0.1, 203.0.113.9"),
        )]);
        let ip = |text: &str| text.parse::<IpAddr>().ok();
        let mut extensions = Extensions::new();
        assert_eq!(peer_ip(&extensions, &headers, false), None);
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4000))));
        assert_eq!(peer_ip(&extensions, &headers, false), ip("192.0.2.1"));
        assert_eq!(peer_ip(&extensions, &headers, true), ip("203.0.113.9"));
        assert_eq!(peer_ip(&extensions, &HeaderMap::new(), true), ip("192.0.2.1"));
        extensions.insert(GatewayPeer(IpAddr::from([198, 51, 100, 1])));
        assert_eq!(peer_ip(&extensions, &headers, true), ip("198.51.100.1"));
    }
}
