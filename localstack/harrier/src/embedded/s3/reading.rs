//! Which bytes of an object a read gets, if any: conditions and ranges as RFC 9110 and S3 define them.

use http::header::{CONTENT_RANGE, ETAG, IF_RANGE};
use http::{HeaderMap, HeaderValue};
use s3s::dto::{ETag, ETagCondition, Range, Timestamp, TimestampFormat};
use s3s::{S3Error, S3Result, s3_error};

/// The conditions a read may carry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ReadConditions<'a> {
    pub(super) if_match: Option<&'a ETagCondition>,
    pub(super) if_unmodified_since: Option<&'a Timestamp>,
    pub(super) if_none_match: Option<&'a ETagCondition>,
    pub(super) if_modified_since: Option<&'a Timestamp>,
}

impl ReadConditions<'_> {
    /// Says 412 or 304 unless the conditions hold for an object with this tag and date. A tag outweighs a date.
    pub(super) fn check(&self, tag: &ETag, modified: &Timestamp) -> S3Result<()> {
        let fails = match (self.if_match, self.if_unmodified_since) {
            (Some(ETagCondition::ETag(wanted)), _) => !tag.strong_cmp(wanted),
            (None, Some(date)) => modified > date,
            (Some(ETagCondition::Any) | None, _) => false,
        };
        if fails {
            return Err(s3_error!(PreconditionFailed));
        }
        let unchanged = match (self.if_none_match, self.if_modified_since) {
            (Some(ETagCondition::ETag(known)), _) => tag.weak_cmp(known),
            (Some(ETagCondition::Any), _) => true,
            (None, Some(date)) => modified <= date,
            (None, None) => false,
        };
        if unchanged { Err(not_modified(tag)) } else { Ok(()) }
    }
}

/// A stretch of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// The stretch `range` selects from an object of `length` bytes.
pub(super) fn select(range: Range, length: u64) -> S3Result<Span> {
    let unsatisfiable = || unsatisfiable(length);
    match range {
        Range::Int { first, last } => {
            let available = length.checked_sub(first).filter(|rest| *rest > 0).ok_or_else(unsatisfiable)?;
            let wanted = last.map_or(available, |last| last.saturating_sub(first).saturating_add(1));
            Ok(Span { start: first, length: wanted.min(available) })
        }
        Range::Suffix { length: wanted } => {
            let taken = wanted.min(length);
            if taken == 0 {
                return Err(unsatisfiable());
            }
            Ok(Span { start: length - taken, length: taken })
        }
    }
}

/// Whether `If-Range` lets the range apply: it is absent, or names this very version of the object.
pub(super) fn range_applies(headers: &HeaderMap, tag: &ETag, modified: &Timestamp) -> bool {
    let Some(condition) = headers.get(IF_RANGE) else { return true };
    if let Ok(known) = ETag::parse_http_header(condition.as_bytes())
        && condition.as_bytes().contains(&b'"')
    {
        return tag.strong_cmp(&known);
    }
    let date = condition.to_str().ok().and_then(|text| Timestamp::parse(TimestampFormat::HttpDate, text).ok());
    date.is_some_and(|date| date == *modified)
}

fn not_modified(tag: &ETag) -> S3Error {
    with_header(s3_error!(NotModified), ETAG, tag.to_http_header().ok())
}

fn unsatisfiable(length: u64) -> S3Error {
    with_header(s3_error!(InvalidRange), CONTENT_RANGE, HeaderValue::try_from(format!("bytes */{length}")).ok())
}

fn with_header(mut error: S3Error, name: http::HeaderName, value: Option<HeaderValue>) -> S3Error {
    let mut headers = HeaderMap::new();
    if let Some(value) = value {
        headers.insert(name, value);
    }
    error.set_headers(headers);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(range: &str, length: u64) -> Option<(u64, u64)> {
        select(Range::parse(range).unwrap(), length).ok().map(|span| (span.start, span.length))
    }

    #[test]
    fn ranges_select_what_exists() {
        let cases = [
            ("bytes=0-0", 10, Some((0, 1))),
            ("bytes=0-", 10, Some((0, 10))),
            ("bytes=3-5", 10, Some((3, 3))),
            ("bytes=9-99", 10, Some((9, 1))),
            ("bytes=10-", 10, None),
            ("bytes=-3", 10, Some((7, 3))),
            ("bytes=-10", 10, Some((0, 10))),
            ("bytes=-99", 10, Some((0, 10))),
            ("bytes=-0", 10, None),
            ("bytes=0-", 0, None),
            ("bytes=-1", 0, None),
        ];
        for (range, length, expected) in cases {
            assert_eq!(selected(range, length), expected, "{range} of {length}");
        }
    }

    #[test]
    fn if_range_needs_the_very_version() {
        let modified = Timestamp::parse(TimestampFormat::HttpDate, "Sat, 01 Aug 2026 10:00:00 GMT").unwrap();
        let tag = ETag::Strong("abc".to_owned());
        let cases = [
            ("\"abc\"", true),
            ("\"abd\"", false),
            ("W/\"abc\"", false),
            ("Sat, 01 Aug 2026 10:00:00 GMT", true),
            ("Sat, 01 Aug 2026 10:00:01 GMT", false),
            ("nonsense", false),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(IF_RANGE, HeaderValue::from_static(value))]);
            assert_eq!(range_applies(&headers, &tag, &modified), expected, "{value}");
        }
        assert!(range_applies(&HeaderMap::new(), &tag, &modified));
    }

    #[test]
    fn a_tag_outweighs_a_date() {
        let earlier = Timestamp::parse(TimestampFormat::HttpDate, "Sat, 01 Aug 2026 10:00:00 GMT").unwrap();
        let modified = Timestamp::parse(TimestampFormat::HttpDate, "Sat, 01 Aug 2026 10:00:01 GMT").unwrap();
        let tag = ETag::Strong("abc".to_owned());
        let (same, other) = (ETagCondition::ETag(tag.clone()), ETagCondition::ETag(ETag::Strong("x".to_owned())));
        let status = |conditions: ReadConditions<'_>| {
            conditions.check(&tag, &modified).map_or_else(|error| error.status_code().unwrap().as_u16(), |()| 200)
        };
        let none = ReadConditions::default();
        let cases = [
            (ReadConditions { if_match: Some(&same), if_unmodified_since: Some(&earlier), ..none }, 200),
            (ReadConditions { if_match: Some(&other), ..none }, 412),
            (ReadConditions { if_match: Some(&ETagCondition::Any), ..none }, 200),
            (ReadConditions { if_unmodified_since: Some(&earlier), ..none }, 412),
            (ReadConditions { if_unmodified_since: Some(&modified), ..none }, 200),
            (ReadConditions { if_none_match: Some(&same), ..none }, 304),
            (ReadConditions { if_none_match: Some(&other), if_modified_since: Some(&modified), ..none }, 200),
            (ReadConditions { if_modified_since: Some(&modified), ..none }, 304),
            (ReadConditions { if_modified_since: Some(&earlier), ..none }, 200),
        ];
        for (conditions, expected) in cases {
            assert_eq!(status(conditions), expected, "{conditions:?}");
        }
    }
}
