//! Which media type the answer gets (management §1.1 and §5.15, DDI §1.2).

use harrier_domain::named;
use http::{HeaderMap, header};

named! {
    /// A media type this crate renders, as `Content-Type` calls it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum MediaType {
        HalJson = "application/hal+json",
        Json = "application/json",
        Cbor = "application/cbor",
    }
}

impl MediaType {
    fn subtype(self) -> &'static str {
        self.name().trim_start_matches("application/")
    }
}

/// The offered type that the `Accept` headers like best; the first offer when there is none or an empty one.
///
/// Quality decides, then how precisely the client named the type, then the client's order, then the order of the offers.
/// Parameters other than `q` are ignored. `None` means 406.
#[must_use]
pub fn negotiate(headers: &HeaderMap, offers: &[MediaType]) -> Option<MediaType> {
    let ranges = media_ranges(headers);
    let Some(ranges) = ranges else { return offers.first().copied() };
    let ranked = offers.iter().enumerate().filter_map(|(place, offer)| {
        let range = best_match(&ranges, *offer)?;
        let rank = (range.quality, range.precision(), std::cmp::Reverse(range.place), std::cmp::Reverse(place));
        (range.quality > 0).then_some((rank, *offer))
    });
    ranked.max_by_key(|(rank, _)| *rank).map(|(_, offer)| offer)
}

struct MediaRange {
    kind: String,
    subtype: String,
    /// In thousandths.
    quality: u16,
    place: usize,
}

impl MediaRange {
    fn precision(&self) -> u8 {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", _) => 0,
            (_, "*") => 1,
            (_, subtype) if subtype.starts_with("*+") => 2,
            _ => 3,
        }
    }

    fn admits(&self, offer: MediaType) -> bool {
        match self.precision() {
            0 => self.subtype == "*",
            1 => self.kind == "application",
            2 => self.kind == "application" && offer.subtype().ends_with(&self.subtype[1..]),
            _ => self.kind == "application" && self.subtype == offer.subtype(),
        }
    }
}

/// `None` when the client states no preference; an unreadable header is a preference for nothing we have.
fn media_ranges(headers: &HeaderMap) -> Option<Vec<MediaRange>> {
    let mut stated = false;
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT) {
        stated |= !value.as_bytes().trim_ascii().is_empty();
        let Ok(text) = value.to_str() else { continue };
        for item in text.split(',') {
            ranges.extend(parse_range(item, ranges.len()));
        }
    }
    stated.then_some(ranges)
}

fn parse_range(item: &str, place: usize) -> Option<MediaRange> {
    let mut parts = item.split(';');
    let (kind, subtype) = parts.next()?.trim().split_once('/')?;
    let mut quality = 1000;
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("q") {
            quality = parse_quality(value.trim())?;
        }
    }
    Some(MediaRange { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase(), quality, place })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to 0 ..= 1000 first
fn parse_quality(text: &str) -> Option<u16> {
    let quality: f32 = text.parse().ok()?;
    (0.0..=1.0).contains(&quality).then(|| (quality * 1000.0).round() as u16)
}

fn best_match(ranges: &[MediaRange], offer: MediaType) -> Option<&MediaRange> {
    let admitting = ranges.iter().filter(|range| range.admits(offer));
    admitting.max_by_key(|range| (range.precision(), std::cmp::Reverse(range.place)))
}

#[cfg(test)]
mod tests {
    use super::MediaType::{Cbor, HalJson, Json};
    use super::*;

    const MANAGEMENT: &[MediaType] = &[HalJson, Json];
    const DEVICE: &[MediaType] = &[HalJson, Json, Cbor];

    fn choose(accept: &str, offers: &[MediaType]) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        negotiate(&headers, offers)
    }

    #[test]
    fn no_preference_gets_the_first_offer() {
        assert_eq!(negotiate(&HeaderMap::new(), MANAGEMENT), Some(HalJson));
        assert_eq!(negotiate(&HeaderMap::new(), &[Json, HalJson]), Some(Json));
        assert_eq!(choose("", MANAGEMENT), Some(HalJson));
    }

    #[test]
    fn the_negotiation_table() {
        let table = [
            ("*/*", Some(HalJson)),
            ("application/*", Some(HalJson)),
            ("application/json", Some(Json)),
            ("application/json;charset=UTF-8", Some(Json)),
            ("APPLICATION/JSON", Some(Json)),
            ("application/hal+json", Some(HalJson)),
            ("application/*+json", Some(HalJson)),
            ("application/json, application/hal+json", Some(Json)),
            ("*/*, application/json", Some(Json)),
            ("application/json;q=0.5, application/hal+json;q=0.8", Some(HalJson)),
            ("application/json;q=0.1, */*", Some(HalJson)),
            ("application/hal+json;q=0, */*", Some(Json)),
            ("application/cbor", None),
            ("text/html", None),
            ("text/html, */*;q=0.1", Some(HalJson)),
            ("application/atom+xml", None),
            ("application/json;q=0", None),
            ("application/json;q=7", None),
            ("nonsense", None),
            ("application/json;q=x, application/hal+json", Some(HalJson)),
        ];
        for (accept, expected) in table {
            assert_eq!(choose(accept, MANAGEMENT), expected, "{accept}");
        }
    }

    #[test]
    fn devices_may_have_cbor() {
        assert_eq!(choose("application/cbor", DEVICE), Some(Cbor));
        assert_eq!(choose("application/atom+xml", DEVICE), None);
        assert_eq!(choose("*/*", DEVICE), Some(HalJson));
    }

    #[test]
    fn several_headers_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, "text/html".parse().unwrap());
        headers.append(header::ACCEPT, "application/json".parse().unwrap());
        assert_eq!(negotiate(&headers, MANAGEMENT), Some(Json));
    }
}
