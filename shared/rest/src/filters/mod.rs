//! Who is heard at all (DDI §16): requests per second, addresses that are shut out, host names we answer to.
//!
//! Requests are counted in this process alone. That costs no write and no read; where many processes share the load, each
//! lets its share through, and the limit proper is the gateway's.

mod counters;
mod network;

use std::net::IpAddr;

use http::{HeaderMap, Method, StatusCode, Uri, header};

use counters::Counters;
pub use network::{Network, NetworkError};

use crate::error::ApiError;

/// Requests in one second; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// `GET` and `HEAD`.
    pub reads: u32,
    /// Everything else.
    pub writes: u32,
}

impl Limits {
    fn of(self, method: &Method) -> u32 {
        if method.is_safe() { self.reads } else { self.writes }
    }
}

/// What is let through. [`FilterSettings::default`] lets everything through, [`FilterSettings::guarded`] is the contract's default.
#[derive(Debug, Clone, Default)]
pub struct FilterSettings {
    /// For one address altogether.
    pub per_address: Limits,
    /// For one device at one address. Nobody else can use up what a device has, unless they share its address.
    pub per_device: Limits,
    /// Addresses without limits.
    pub unlimited: Vec<Network>,
    /// Addresses that get nothing but 403.
    pub blocked: Vec<Network>,
    /// The host names requests may be for; empty: any.
    pub allowed_hosts: Vec<String>,
}

impl FilterSettings {
    /// 200 reads and 50 writes a second for an address that is not private.
    #[must_use]
    pub fn guarded() -> Self {
        let per_address = Limits { reads: 200, writes: 50 };
        Self { per_address, unlimited: Network::private(), ..Self::default() }
    }
}

/// The filters, with what they count.
#[derive(Debug, Default)]
pub struct RequestFilters {
    settings: FilterSettings,
    counters: Counters,
}

impl RequestFilters {
    #[must_use]
    pub fn new(settings: FilterSettings) -> Self {
        Self { settings, counters: Counters::default() }
    }

    /// Lets the request through, and counts it. `address` is the caller's, if it is known; `now` is epoch milliseconds.
    ///
    /// # Errors
    /// 403 for a blocked address, 400 for a host that is not ours, 429 for too many requests; all with an empty body.
    pub fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        address: Option<IpAddr>,
        now: i64,
    ) -> Result<(), ApiError> {
        if address.is_some_and(|address| contains(&self.settings.blocked, address)) {
            return Err(ApiError::status(StatusCode::FORBIDDEN));
        }
        if !self.is_our_host(uri, headers) {
            return Err(ApiError::bad_request());
        }
        match address.filter(|address| !contains(&self.settings.unlimited, *address)) {
            Some(address) if !self.has_room(method, uri, address, now) => {
                Err(ApiError::status(StatusCode::TOO_MANY_REQUESTS))
            }
            _ => Ok(()),
        }
    }

    fn is_our_host(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let allowed = &self.settings.allowed_hosts;
        if allowed.is_empty() {
            return true;
        }
        let header = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let host = header.or_else(|| uri.authority().map(http::uri::Authority::as_str)).unwrap_or_default();
        allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(without_port(host)))
    }

    fn has_room(&self, method: &Method, uri: &Uri, address: IpAddr, now: i64) -> bool {
        let FilterSettings { per_address, per_device, .. } = &self.settings;
        let device = device_of(uri.path());
        let device_has =
            device.is_none_or(|device| self.counters.take(per_device.of(method), method, address, device, now));
        device_has && self.counters.take(per_address.of(method), method, address, "", now)
    }
}

fn contains(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

fn without_port(host: &str) -> &str {
    let end_of_literal = host.rfind(']').map_or(0, |end| end + 1);
    let port = host[end_of_literal..].find(':').map(|colon| end_of_literal + colon);
    &host[..port.unwrap_or(host.len())]
}

/// The part of a path that names a device: `/{tenant}/controller/v1/{controllerId}`.
fn device_of(path: &str) -> Option<&str> {
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    let (second, fourth) = (slashes.nth(1)?, slashes.nth(1)?);
    let end = slashes.next().unwrap_or(path.len());
    (&path[second..fourth] == "/controller/v1").then_some(&path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: &str = "192.168.0.7";
    const FAR: &str = "203.0.113.9";

    fn admit(filters: &RequestFilters, method: &Method, path: &str, address: &str, now: i64) -> u16 {
        let uri: Uri = path.parse().unwrap();
        let host = HeaderMap::from_iter([(header::HOST, "fw.example.org:8443".parse().unwrap())]);
        match filters.admit(method, &uri, &host, address.parse().ok(), now) {
            Ok(()) => 200,
            Err(refusal) => axum::response::IntoResponse::into_response(refusal).status().as_u16(),
        }
    }

    fn answers(filters: &RequestFilters, method: &Method, address: &str, count: usize, now: i64) -> usize {
        (0..count).filter(|_| admit(filters, method, "/T/controller/v1/dev", address, now) == 200).count()
    }

    #[test]
    fn item_37_a_flood_is_let_through_by_the_second() {
        let filters = RequestFilters::new(FilterSettings::guarded());
        assert_eq!(answers(&filters, &Method::GET, FAR, 300, 5_000), 200);
        assert_eq!(answers(&filters, &Method::POST, FAR, 300, 5_999), 50, "writes are counted apart");
        assert_eq!(answers(&filters, &Method::GET, FAR, 300, 6_000), 200, "another second");
        assert_eq!(answers(&filters, &Method::GET, "203.0.113.10", 1, 6_000), 1, "another address");
        assert_eq!(answers(&filters, &Method::GET, NEAR, 300, 6_000), 300, "a private address");
        assert_eq!(answers(&filters, &Method::GET, "unknown", 300, 6_000), 300, "nobody to count for");
        let open = RequestFilters::default();
        assert_eq!(answers(&open, &Method::GET, FAR, 300, 5_000), 300);
    }

    #[test]
    fn item_37_blocked_addresses_and_other_hosts() {
        let settings = |host: &str| FilterSettings {
            blocked: vec!["203.0.113.0/24".parse().unwrap()],
            allowed_hosts: vec![host.to_owned()],
            ..FilterSettings::default()
        };
        let ours = RequestFilters::new(settings("FW.example.org"));
        assert_eq!(admit(&ours, &Method::GET, "/", FAR, 0), 403);
        assert_eq!(admit(&ours, &Method::GET, "/", NEAR, 0), 200);
        let others = RequestFilters::new(settings("example.org"));
        assert_eq!(admit(&others, &Method::GET, "/", NEAR, 0), 400);
    }

    #[test]
    fn a_device_has_its_own_limit() {
        let per_device = Limits { reads: 2, writes: 1 };
        let filters = RequestFilters::new(FilterSettings { per_device, ..FilterSettings::default() });
        let get = |path: &str| admit(&filters, &Method::GET, path, FAR, 0);
        let polls = ["", "/configData", "/deploymentBase/1"].map(|rest| get(&format!("/T/controller/v1/dev{rest}")));
        assert_eq!(polls, [200, 200, 429]);
        assert_eq!(get("/T/controller/v1/other"), 200);
        assert_eq!(admit(&filters, &Method::GET, "/T/controller/v1/dev", "203.0.113.10", 0), 200, "not from elsewhere");
        assert_eq!([get("/rest/v1/targets"), get("/rest/v1/targets"), get("/rest/v1/targets")], [200; 3]);
        let put = || admit(&filters, &Method::PUT, "/T/controller/v1/dev/configData", FAR, 0);
        assert_eq!([put(), put()], [200, 429]);
    }

    #[test]
    fn hosts_have_ports_and_devices_have_paths() {
        for (text, host) in [("a:80", "a"), ("a", "a"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("", "")] {
            assert_eq!(without_port(text), host);
        }
        let device = "/T/controller/v1/dev";
        for (path, found) in [
            (device, Some(device)),
            ("/T/controller/v1/dev/x/y", Some(device)),
            ("/rest/v1/targets/dev", None),
            ("/T/controller/v2/dev", None),
            ("/T/controller/v1", None),
            ("/", None),
        ] {
            assert_eq!(device_of(path), found, "{path}");
        }
    }
}
