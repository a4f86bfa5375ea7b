//! Addresses of devices: what is recorded, and what an operator sees of it (management §1.10 and §7.25, DDI §14).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address recorded when the tracking of device addresses is switched off (DDI §14).
pub const HIDDEN_ADDRESS: &str = "http://***";

/// The address recorded for a device that polls: `http://<ip>`, IPv6 in brackets (DDI §14).
#[must_use]
pub fn device_address(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => format!("http://{ip}"),
        IpAddr::V6(ip) => format!("http://[{ip}]"),
    }
}

/// The first address literal of a forwarding header such as `X-Forwarded-For` (DDI §14, §16).
///
/// Literals may carry a port or brackets; words such as `unknown` are passed over.
#[must_use]
pub fn forwarded_ip(header: &str) -> Option<IpAddr> {
    header.split(',').find_map(|element| ip_literal(element.trim()))
}

/// The last address literal of a forwarding header: the one that the nearest proxy wrote, whatever the caller sent.
#[must_use]
pub fn last_forwarded_ip(header: &str) -> Option<IpAddr> {
    header.rsplit(',').find_map(|element| ip_literal(element.trim()))
}

fn ip_literal(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// The `ipAddress` an operator sees: the URI host part of a target's address, IPv6 with its brackets.
///
/// `None` when the address is no URI, has no real host (`***`), or is one of a message broker (management §7.25).
#[must_use]
pub fn ip_address(address: &str) -> Option<String> {
    if address.contains(is_forbidden_in_uri) {
        return None;
    }
    let (scheme, rest) = address.split_once("://")?;
    if !is_scheme(scheme) || is_broker_scheme(scheme) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let endpoint = authority.rsplit_once('@').map_or(authority, |(_user, endpoint)| endpoint);
    host_of(endpoint).map(str::to_owned)
}

fn is_forbidden_in_uri(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "<>\"{}|\\^`".contains(character)
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

fn is_broker_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("amqp") || scheme.eq_ignore_ascii_case("amqps")
}

fn host_of(endpoint: &str) -> Option<&str> {
    let (host, port) = match endpoint.rfind(']') {
        Some(end) => (&endpoint[..=end], &endpoint[end + 1..]),
        None => endpoint.split_at(endpoint.find(':').unwrap_or(endpoint.len())),
    };
    (is_port(port) && is_host(host)).then_some(host)
}

fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    text.is_empty() || digits.is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_digit()))
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    host.parse::<Ipv4Addr>().is_ok() || is_host_name(host)
}

/// Labels of letters, digits and inner hyphens; the last one starts with a letter, else it were a broken IPv4 address.
fn is_host_name(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let last = labels.clone().next_back().unwrap_or_default();
    last.starts_with(|first: char| first.is_ascii_alphabetic()) && labels.into_iter().all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_hosts_are_shown() {
        let shown = [
            ("http://192.168.0.4", "192.168.0.4"),
            ("http://192.168.0.4:8080/path?x#y", "192.168.0.4"),
            ("http://[2001:db8::1]/", "[2001:db8::1]"),
            ("https://[2001:db8::1]:443", "[2001:db8::1]"),
            ("https://user:secret@device-1.local/x", "device-1.local"),
            ("coap://gateway", "gateway"),
            ("http://10.0.0.1:", "10.0.0.1"),
        ];
        for (address, expected) in shown {
            assert_eq!(ip_address(address).as_deref(), Some(expected), "{address}");
        }
    }

    #[test]
    fn brokers_placeholders_and_other_text_are_not() {
        let hidden = [
            "",
            HIDDEN_ADDRESS,
            "amqp://vhost/reply.exchange",
            "AMQPS://broker.example",
            "192.168.0.4",
            "urn:device:4711",
            "http://",
            "http:///path",
            "http://a b",
            "http://under_score",
            "http://300.1.1.1",
            "http://[::zz]",
            "http://[::1",
            "http://host:port",
            "1http://host",
            "http://-a.de",
            "http://a..de",
            "not an address",
        ];
        for address in hidden {
            assert_eq!(ip_address(address), None, "{address}");
        }
    }

    #[test]
    fn the_first_literal_of_the_header_counts() {
        let headers = [
            ("192.168.0.4 , 10.0.0.1 ", Some("192.168.0.4")),
            ("unknown, 10.0.0.1", Some("10.0.0.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]:4711, 10.0.0.1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("10.0.0.1:4711", Some("10.0.0.1")),
            ("[10.0.0.1]", None),
            ("", None),
            ("localhost", None),
        ];
        for (header, expected) in headers {
            assert_eq!(forwarded_ip(header), expected.map(|ip| ip.parse().unwrap()), "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_recorded_address_shows_its_ip(ip: IpAddr) {
            let host = ip_address(&device_address(ip)).unwrap();
            proptest::prop_assert_eq!(forwarded_ip(&host), Some(ip));
        }
    }
}
