//! How devices log in (DDI §15): target token, gateway token, client certificate vouched for by a proxy.

use harrier_domain::target::Target;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use crate::certificate::ClientCertificate;
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

impl CertificateHeaders {
    /// The headers of a proxy that has its own names for them; the usual ones where there are none.
    #[must_use]
    pub fn named(controller_id: Vec<String>, authority: Vec<String>) -> Self {
        let usual = Self::default();
        let or_usual = |names: Vec<String>, usual| if names.is_empty() { usual } else { names };
        Self {
            controller_id: or_usual(controller_id, usual.controller_id),
            authority: or_usual(authority, usual.authority),
        }
    }
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

/// What a caller shows to be a device.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    pub headers: &'a HeaderMap,
    /// The names of a trusted proxy's headers, if there is one.
    pub proxy: Option<&'a CertificateHeaders>,
    /// The certificate of the connection, verified.
    pub certificate: Option<&'a ClientCertificate>,
}

/// Tries the mechanisms in the contract's order; the first that succeeds wins. `None` is 401.
#[must_use]
pub fn authenticate(
    logins: &DeviceLogins,
    credentials: Credentials<'_>,
    controller_id: &str,
    target: Option<&Target>,
) -> Option<DeviceAccess> {
    let Credentials { headers, proxy, certificate } = credentials;
    let vouched_for = proxy.is_some_and(|names| certificate_vouches(logins, names, controller_id, headers))
        || certificate.is_some_and(|certificate| is_certified(logins, certificate, controller_id));
    if vouched_for {
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

/// The certificate names the device, and the tenant trusts one of the authorities that issued it.
fn is_certified(logins: &DeviceLogins, certificate: &ClientCertificate, controller_id: &str) -> bool {
    certificate.common_name == controller_id
        && certificate.authorities.iter().any(|fingerprint| is_trusted(logins, fingerprint))
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
    is_the_only_common_name(controller_id, names, headers) && every_source_vouches(logins, names, headers)
}

/// Every header of a common name must say the same: a device that adds one beside the proxy's is not believed, whichever
/// of the names the proxy uses and wherever it puts its own.
fn is_the_only_common_name(controller_id: &str, names: &CertificateHeaders, headers: &HeaderMap) -> bool {
    let mut common_names = names.controller_id.iter().flat_map(|name| headers.get_all(name)).peekable();
    common_names.peek().is_some() && common_names.all(|value| value.as_bytes() == controller_id.as_bytes())
}

/// At least one header, and each source of authorities (plain or numbered, of the newer or the older name) has one that
/// the tenant trusts: a list that a device adds cannot replace the proxy's.
fn every_source_vouches(logins: &DeviceLogins, names: &CertificateHeaders, headers: &HeaderMap) -> bool {
    let mut sources = names.authority.iter().flat_map(|name| authority_sources(name, headers)).peekable();
    sources.peek().is_some() && sources.all(|source| source.iter().any(|presented| is_trusted(logins, presented)))
}

fn is_trusted(logins: &DeviceLogins, presented: &str) -> bool {
    let presented = presented.trim().to_lowercase();
    let trusted = |allowed: &&String| secret::matches(&presented, &comparable(allowed));
    logins.certificate_authorities.iter().find(trusted).is_some()
}

/// Fingerprints may be written with colons, as programs print them.
fn comparable(authority: &str) -> String {
    let authority = authority.trim().to_lowercase();
    let is_fingerprint = authority.len() == 95 && authority.split(':').all(|byte| byte.len() == 2);
    if is_fingerprint { authority.replace(':', "") } else { authority }
}

/// The plain headers' lists, and the numbered headers from 0 or 1 up to the first gap.
fn authority_sources(name: &str, headers: &HeaderMap) -> Vec<Vec<String>> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let list = |value: &HeaderValue| text(value).split([';', ',']).map(ToOwned::to_owned).collect();
    let numbered = |index: usize| headers.get(format!("{name}-{index}")).map(text);
    let first = if numbered(0).is_some() { 0 } else { 1 };
    let chain: Vec<String> = (first..).map_while(numbered).collect();
    let plain = headers.get_all(name).iter().map(list);
    plain.chain((!chain.is_empty()).then_some(chain)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use harrier_domain::audit::Actor;

    type Headers<'a> = &'a [(&'static str, &'static str)];

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
        let headers = headers(pairs);
        let shown = Credentials { headers: &headers, proxy: Some(&names), certificate: None };
        authenticate(logins, shown, "dev", Some(&target)).map(|access| access.may_register)
    }

    #[test]
    fn item_36_of_the_checklist_the_token_matrix() {
        let off = DeviceLogins::default();
        let rows: [(Headers, Option<bool>); 14] = [
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
        let shown = Credentials { headers: &pairs, proxy: None, certificate: None };
        assert_eq!(authenticate(&logins(), shown, "dev", None), None);
    }

    #[test]
    fn a_proxy_may_have_its_own_names_for_headers() {
        let names = CertificateHeaders::named(vec!["X-Device".into()], vec!["X-Issuer".into()]);
        let rows: [(Headers, bool); 3] = [
            (&[("x-device", "dev"), ("x-issuer", "hash-a")], true),
            (&[("x-device", "dev"), ("x-issuer-1", "z"), ("x-issuer-2", "hash-a")], true),
            (&[("x-controller-id", "dev"), ("x-authority", "hash-a")], false),
        ];
        for (pairs, good) in rows {
            let headers = headers(pairs);
            let shown = Credentials { headers: &headers, proxy: Some(&names), certificate: None };
            assert_eq!(authenticate(&logins(), shown, "dev", None).is_some(), good, "{pairs:?}");
        }
    }

    #[test]
    fn a_header_beside_the_proxys_own_changes_nothing_for_the_better() {
        let rows: [&[(&str, &str)]; 7] = [
            &[("x-controller-id", "dev"), ("x-ssl-client-cn", "other"), ("x-ssl-issuer-hash-1", "hash-a")],
            &[("x-controller-id", "dev"), ("x-controller-id", "other"), ("x-authority", "hash-a")],
            &[("x-controller-id", "other"), ("x-controller-id", "dev"), ("x-authority", "hash-a")],
            &[("x-controller-id", "dev"), ("x-authority", "hash-a"), ("x-authority", "bad")],
            &[("x-controller-id", "dev"), ("x-authority", "hash-a"), ("x-authority-0", "bad")],
            &[("x-controller-id", "dev"), ("x-authority", "hash-a"), ("x-ssl-issuer-hash-1", "bad")],
            &[("x-controller-id", "dev"), ("x-authority-0", "bad"), ("x-ssl-issuer-hash-1", "hash-a")],
        ];
        for pairs in rows {
            let mut all = HeaderMap::new();
            for (name, value) in pairs {
                all.append(*name, value.parse().unwrap());
            }
            let names = CertificateHeaders::default();
            let shown = Credentials { headers: &all, proxy: Some(&names), certificate: None };
            assert_eq!(authenticate(&logins(), shown, "dev", None), None, "{pairs:?}");
        }
        let agreeing = [("x-controller-id", "dev"), ("x-ssl-client-cn", "dev"), ("x-authority", "hash-a")];
        assert_eq!(may_register(&logins(), &agreeing), Some(true));
    }

    #[test]
    fn an_unknown_device_has_no_target_token() {
        let pairs = headers(&[("authorization", "TargetToken secret")]);
        let shown = Credentials { headers: &pairs, proxy: None, certificate: None };
        assert_eq!(authenticate(&logins(), shown, "dev", None), None);
    }

    #[test]
    fn a_certificate_logs_in_whom_it_names_where_its_issuer_is_trusted() {
        let fingerprint = "0a".repeat(32);
        let with_colons = vec!["0A"; 32].join(":");
        let certificate = |name: &str, authorities: &[&str]| ClientCertificate {
            common_name: name.to_owned(),
            authorities: authorities.iter().map(ToString::to_string).collect(),
        };
        let trusting = |authority: &str| DeviceLogins {
            certificate_authorities: vec![authority.to_owned()],
            ..DeviceLogins::default()
        };
        let rows = [
            (trusting(&fingerprint), certificate("dev", &["ff", &fingerprint]), true),
            (trusting(&with_colons), certificate("dev", &[&fingerprint]), true),
            (trusting(&fingerprint), certificate("other", &[&fingerprint]), false),
            (trusting(&fingerprint), certificate("dev", &["ff"]), false),
            (trusting(&fingerprint), certificate("dev", &[]), false),
            (trusting(""), certificate("dev", &[""]), false),
            (DeviceLogins::default(), certificate("dev", &[&fingerprint]), false),
        ];
        for (logins, certificate, good) in rows {
            let shown = Credentials { headers: &HeaderMap::new(), proxy: None, certificate: Some(&certificate) };
            assert_eq!(authenticate(&logins, shown, "dev", None).is_some(), good, "{certificate:?}");
        }
    }
}
