//! How devices log in (DDI §15): target token, gateway token, client certificate vouched for by a proxy.

use harrier_domain::target::Target;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::secret;

/// What the tenant allows. Empty secrets and lists match nothing.
#[derive(Clone, Default)]
pub struct DeviceLogins {
    pub target_token: bool,
    /// The gateway token, while it is enabled.
    pub gateway_token: Option<String>,
    /// Authorities a client certificate may come from, while the proxy header is enabled.
    pub certificate_authorities: Vec<String>,
}

/// The names of the headers in which a trusted proxy passes on what it verified of a client certificate.
///
/// Off unless configured: on a public entry point anybody can send headers (DDI §15).
#[derive(Debug, Clone)]
pub struct CertificateHeaders {
    /// Hold the common name, which must be the controller id. Newer name first.
    pub controller_id: Vec<String>,
    /// Hold the authorities, or with a suffix `-0`, `-1`, … one each.
    pub authority: Vec<String>,
}

impl Default for CertificateHeaders {
    /// The names of hawkBit since spring 2026 and before.
    fn default() -> Self {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        Self {
            controller_id: names(["X-Controller-Id", "X-Ssl-Client-Cn"]),
            authority: names(["X-Authority", "X-Ssl-Issuer-Hash"]),
        }
    }
}

/// A device that is who it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceAccess {
    /// An unknown device may register itself: not with a target token, which only a known device has.
    pub may_register: bool,
}

/// Tries the mechanisms in the contract's order; the first that succeeds wins. `None` is 401.
#[must_use]
pub fn authenticate(
    logins: &DeviceLogins,
    proxy: Option<&CertificateHeaders>,
    controller_id: &str,
    headers: &HeaderMap,
    target: Option<&Target>,
) -> Option<DeviceAccess> {
    if proxy.is_some_and(|names| certificate_vouches(logins, names, controller_id, headers)) {
        return Some(DeviceAccess { may_register: true });
    }
    if target_token_matches(logins, headers, target) {
        return Some(DeviceAccess { may_register: false });
    }
    if gateway_token_matches(logins, headers) {
        return Some(DeviceAccess { may_register: true });
    }
    None
}

fn target_token_matches(logins: &DeviceLogins, headers: &HeaderMap, target: Option<&Target>) -> bool {
    let (Some(token), Some(target)) = (credentials(headers, "TargetToken "), target) else {
        return false;
    };
    logins.target_token && secret::matches(token, &target.security_token)
}

fn gateway_token_matches(logins: &DeviceLogins, headers: &HeaderMap) -> bool {
    let (Some(token), Some(expected)) = (credentials(headers, "GatewayToken "), &logins.gateway_token) else {
        return false;
    };
    secret::matches(token, expected)
}

/// Scheme words are case-sensitive and followed by exactly one blank.
fn credentials<'h>(headers: &'h HeaderMap, scheme: &str) -> Option<&'h str> {
    headers
        .get_all(AUTHORIZATION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|value| value.strip_prefix(scheme))
}

fn certificate_vouches(
    logins: &DeviceLogins,
    names: &CertificateHeaders,
    controller_id: &str,
    headers: &HeaderMap,
) -> bool {
    let common_name = names.controller_id.iter().find_map(|name| headers.get(name)?.to_str().ok());
    common_name == Some(controller_id)
        && names.authority.iter().flat_map(|name| presented_authorities(name, headers)).any(|presented| {
            logins.certificate_authorities.iter().any(|allowed| {
                let (presented, allowed) = (presented.trim(), allowed.trim());
                !allowed.is_empty() && secret::matches(&presented.to_lowercase(), &allowed.to_lowercase())
            })
        })
}

/// The plain header's list, or else the numbered headers from 0 or 1 up to the first gap.
fn presented_authorities(name: &str, headers: &HeaderMap) -> Vec<String> {
    if let Some(list) = headers.get(name).and_then(|value| value.to_str().ok()) {
        return list.split([';', ',']).map(ToOwned::to_owned).collect();
    }
    let numbered = |index: usize| headers.get(format!("{name}-{index}"))?.to_str().ok().map(ToOwned::to_owned);
    let first = if numbered(0).is_some() { 0 } else { 1 };
    (first..).map_while(numbered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use harrier_domain::audit::Actor;

    fn logins() -> DeviceLogins {
        DeviceLogins {
            target_token: true,
            gateway_token: Some("gate".into()),
            certificate_authorities: vec!["Hash-A".into(), String::new()],
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn may_register(logins: &DeviceLogins, pairs: &[(&'static str, &str)]) -> Option<bool> {
        let target = Target::new("dev", "secret".into(), &Actor::System, 0);
        let names = CertificateHeaders::default();
        authenticate(logins, Some(&names), "dev", &headers(pairs), Some(&target)).map(|access| access.may_register)
    }

    #[test]
    fn item_36_of_the_checklist_the_token_matrix() {
        let off = DeviceLogins::default();
        let rows: [(&[(&str, &str)], Option<bool>); 14] = [
            (&[("authorization", "TargetToken secret")], Some(false)),
            (&[("authorization", "TargetToken wrong")], None),
            (&[("authorization", "targettoken secret")], None),
            (&[("authorization", "TargetToken  secret")], None),
            (&[("authorization", "TargetToken ")], None),
            (&[("authorization", "GatewayToken gate")], Some(true)),
            (&[("authorization", "GatewayToken secret")], None),
            (&[], None),
            (&[("x-controller-id", "dev"), ("x-authority", "x; hash-a")], Some(true)),
            (
                &[("x-ssl-client-cn", "dev"), ("x-ssl-issuer-hash-1", "z"), ("x-ssl-issuer-hash-2", "hash-a")],
                Some(true),
            ),
            (&[("x-controller-id", "dev"), ("x-authority-0", "z"), ("x-authority-2", "hash-a")], None),
            (&[("x-controller-id", "other"), ("x-authority", "hash-a")], None),
            (&[("x-controller-id", "dev"), ("x-authority", "")], None),
            (&[("x-controller-id", "dev")], None),
        ];
        for (pairs, expected) in rows {
            assert_eq!(may_register(&logins(), pairs), expected, "{pairs:?}");
            assert_eq!(may_register(&off, pairs), None, "disabled: {pairs:?}");
        }
    }

    #[test]
    fn proxy_headers_mean_nothing_unless_a_proxy_is_configured() {
        let pairs = headers(&[("x-controller-id", "dev"), ("x-authority", "hash-a")]);
        assert_eq!(authenticate(&logins(), None, "dev", &pairs, None), None);
    }

    #[test]
    fn an_unknown_device_has_no_target_token() {
        let pairs = headers(&[("authorization", "TargetToken secret")]);
        assert_eq!(authenticate(&logins(), None, "dev", &pairs, None), None);
    }
}
