//! Where we are, as the caller sees us: scheme, host and port of every link (management §1.5, DDI §3.7).

use axum::extract::FromRequestParts;
use harrier_domain::named;
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Uri, header};

use crate::error::ApiError;
use crate::href::Href;
use crate::surface::Surface;

named! {
    /// The scheme of a listener.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Scheme {
        #[default]
        Http = "http",
        Https = "https",
    }
}

impl Scheme {
    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::from_name(&text.trim().to_ascii_lowercase())
    }
}

/// What a deployment believes about its own address.
#[derive(Debug, Clone, Default)]
pub struct OriginPolicy {
    /// `https://updates.example.org[/prefix]`; wins over everything in the request.
    pub public_base_url: Option<String>,
    /// Whether `Forwarded` and `X-Forwarded-{Proto,Host,Port}` are a trusted proxy's.
    pub trust_forwarded: bool,
    /// The scheme of the listener, for requests that do not say it.
    pub scheme: Scheme,
}

/// The caller's view of our address. As an extractor it refuses a request whose `Host` is not one with 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    base: String,
}

impl Origin {
    /// An origin for links that no request asked for. A trailing slash is dropped.
    #[must_use]
    pub fn from_base_url(url: &str) -> Self {
        Self { base: url.trim_end_matches('/').to_owned() }
    }

    /// Starts an address; `path` is our own text, begins with `/` and is not encoded.
    #[must_use]
    pub fn href(&self, path: &str) -> Href {
        Href::new(format!("{}{path}", self.base))
    }

    /// Scheme, host, port and prefix, without a trailing slash.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether the caller came by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// The origin of a request. `None` when its `Host` is not an authority.
    #[must_use]
    pub fn of(uri: &Uri, headers: &HeaderMap, policy: &OriginPolicy) -> Option<Self> {
        if let Some(url) = &policy.public_base_url {
            return Some(Self::from_base_url(url));
        }
        let direct = Seen {
            scheme: uri.scheme_str().and_then(Scheme::parse).unwrap_or(policy.scheme),
            authority: direct_authority(uri, headers)?,
        };
        let seen = if policy.trust_forwarded { forwarded(headers, &direct).unwrap_or(direct) } else { direct };
        Some(seen.into_origin())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let origin = match Surface::of_request(&parts.extensions) {
            Some(surface) => Self::of(&parts.uri, &parts.headers, surface.origin_policy()),
            None => Self::of(&parts.uri, &parts.headers, &OriginPolicy::default()),
        };
        origin.ok_or_else(ApiError::bad_request)
    }
}

struct Seen {
    scheme: Scheme,
    authority: Authority,
}

impl Seen {
    fn into_origin(self) -> Origin {
        let (scheme, host) = (self.scheme.name(), self.authority.host());
        let base = match self.authority.port_u16() {
            Some(port) if port != self.scheme.default_port() => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Origin { base }
    }
}

/// A request without any host (HTTP/1.0, tests) is one to this machine.
fn direct_authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    match (headers.get(header::HOST), uri.authority()) {
        (Some(host), _) => parse_authority(host.to_str().ok()?),
        (None, Some(authority)) => parse_authority(authority.as_str()),
        (None, None) => Some(Authority::from_static("localhost")),
    }
}

/// An authority that is a plain host and port: no user info, nothing that would end the host in a link.
fn parse_authority(text: &str) -> Option<Authority> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(plain) {
        return None;
    }
    let authority: Authority = text.parse().ok()?;
    let rest = text.strip_prefix(authority.host())?;
    let port_is_sound = rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    (!authority.host().is_empty() && port_is_sound).then_some(authority)
}

/// What the proxy next to the caller saw: the first element of `Forwarded`, else of `X-Forwarded-*`.
fn forwarded(headers: &HeaderMap, direct: &Seen) -> Option<Seen> {
    let standard = first_element(headers, "forwarded");
    let (proto, host, port) = match standard {
        Some(element) => (parameter(element, "proto"), parameter(element, "host"), None),
        None => (
            first_element(headers, "x-forwarded-proto"),
            first_element(headers, "x-forwarded-host"),
            first_element(headers, "x-forwarded-port"),
        ),
    };
    let scheme = proto.and_then(Scheme::parse).unwrap_or(direct.scheme);
    let authority = host.and_then(parse_authority).unwrap_or_else(|| direct.authority.clone());
    let port = port.and_then(|port| port.parse::<u16>().ok());
    let authority = match port {
        Some(port) => parse_authority(&format!("{}:{port}", authority.host()))?,
        None => authority,
    };
    Some(Seen { scheme, authority })
}

fn first_element<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let element = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
    (!element.is_empty()).then_some(element)
}

fn parameter<'e>(element: &'e str, name: &str) -> Option<&'e str> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    Some(value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(headers: &[(&'static str, &str)], policy: &OriginPolicy) -> Option<String> {
        let uri = Uri::from_static("/rest/v1/targets");
        let headers = headers.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect();
        Origin::of(&uri, &headers, policy).map(|origin| origin.base)
    }

    #[test]
    fn the_request_alone() {
        let https = OriginPolicy { scheme: Scheme::Https, ..OriginPolicy::default() };
        let table: &[(&str, &OriginPolicy, Option<&str>)] = &[
            ("fw.example.org", &OriginPolicy::default(), Some("http://fw.example.org")),
            ("fw.example.org:80", &OriginPolicy::default(), Some("http://fw.example.org")),
            ("fw.example.org:8080", &OriginPolicy::default(), Some("http://fw.example.org:8080")),
            ("fw.example.org:443", &https, Some("https://fw.example.org")),
            ("[2001:db8::1]:8443", &https, Some("https://[2001:db8::1]:8443")),
            ("evil.example.org/path", &OriginPolicy::default(), None),
            ("user@evil.example.org", &OriginPolicy::default(), None),
            ("a b", &OriginPolicy::default(), None),
            ("host:99999", &OriginPolicy::default(), None),
            ("host:", &OriginPolicy::default(), None),
            ("", &OriginPolicy::default(), None),
        ];
        for (host, policy, expected) in table {
            assert_eq!(base(&[("host", host)], policy).as_deref(), *expected, "{host}");
        }
        assert_eq!(base(&[], &https).as_deref(), Some("https://localhost"));
    }

    #[test]
    fn proxies_are_believed_only_when_trusted() {
        let forwarded = [
            ("host", "internal:8080"),
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "fw.example.org"),
            ("x-forwarded-port", "8443"),
        ];
        let trusting = OriginPolicy { trust_forwarded: true, ..OriginPolicy::default() };
        assert_eq!(base(&forwarded, &OriginPolicy::default()).as_deref(), Some("http://internal:8080"));
        assert_eq!(base(&forwarded, &trusting).as_deref(), Some("https://fw.example.org:8443"));
        assert_eq!(base(&forwarded[..1], &trusting).as_deref(), Some("http://internal:8080"));
        let standard = [("host", "internal"), ("forwarded", "for=1.2.3.4;proto=https;host=\"fw.example.org\", for=b")];
        assert_eq!(base(&standard, &trusting).as_deref(), Some("https://fw.example.org"));
        let hostile = [("host", "internal"), ("x-forwarded-host", "evil/..?")];
        assert_eq!(base(&hostile, &trusting).as_deref(), Some("http://internal"));
    }

    #[test]
    fn the_public_address_wins() {
        let policy = OriginPolicy {
            public_base_url: Some("https://updates.example.org/fleet/".to_owned()),
            trust_forwarded: true,
            scheme: Scheme::Http,
        };
        let found = base(&[("host", "a b"), ("x-forwarded-host", "other")], &policy);
        assert_eq!(found.as_deref(), Some("https://updates.example.org/fleet"));
    }
}
