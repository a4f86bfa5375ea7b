//! Which answer a request for an artifact gets, decided before any byte is read (DDI §9.4, §10; management §5.12).

use http::header::{IF_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE};
use http::{HeaderMap, Method};

use crate::conditions::{if_match_holds, if_none_match_hits, if_range_holds};
use crate::file::ArtifactFile;
use crate::range::{ByteRange, parse_ranges};

/// The answer, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 412
    PreconditionFailed,
    /// 304
    NotModified,
    /// 416
    NotSatisfiable,
    /// 200 without body
    HeadersOnly,
    /// 200
    Whole,
    /// 206 with one range
    One(ByteRange),
    /// 206 `multipart/byteranges`
    Several(Vec<ByteRange>),
}

/// Chooses the answer. `Range` counts for `GET` only.
#[must_use]
pub fn choose_answer(method: &Method, headers: &HeaderMap, file: &ArtifactFile) -> Answer {
    if !if_match_holds(headers, file) {
        return Answer::PreconditionFailed;
    }
    if if_none_match_hits(headers, file) {
        return Answer::NotModified;
    }
    if method == Method::HEAD {
        return Answer::HeadersOnly;
    }
    let Some(range) = headers.get(RANGE) else { return Answer::Whole };
    if !if_range_holds(headers, file) {
        return Answer::Whole;
    }
    choose_ranges(range.to_str().unwrap_or_default(), file.size)
}

fn choose_ranges(header: &str, size: u64) -> Answer {
    match parse_ranges(header, size).as_deref() {
        Err(_) => Answer::NotSatisfiable,
        Ok([range]) => Answer::One(*range),
        Ok(ranges) => Answer::Several(ranges.to_vec()),
    }
}

/// Whether object storage would give the same answer, so that the client may be sent there.
///
/// It serves one range per request, and it would judge conditions by its own tag and date, not by ours: a client that sends
/// our tag along would be refused or would lose its resume point.
#[must_use]
pub fn storage_can_answer(answer: &Answer, headers: &HeaderMap) -> bool {
    let conditional = [IF_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE].iter().any(|name| headers.contains_key(name));
    matches!(answer, Answer::Whole | Answer::One(_)) && !conditional
}

#[cfg(test)]
mod tests {
    use super::*;
    use harrier_domain::software::Binary;
    use http::header::{HeaderName, IF_NONE_MATCH};
    use http::{HeaderValue, Method};

    fn file() -> ArtifactFile {
        let text = |value: &str| value.to_owned();
        ArtifactFile {
            filename: text("f"),
            size: 100,
            sha1: text("ab"),
            md5: text(""),
            sha256: text(""),
            binary: Binary::Shared(text("")),
            created_at: 0,
        }
    }

    fn headers(values: &[(HeaderName, &'static str)]) -> HeaderMap {
        values.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    type Sent = &'static [(HeaderName, &'static str)];

    const FIRST: ByteRange = ByteRange { first: 0, last: 9 };
    const TAIL: ByteRange = ByteRange { first: 98, last: 99 };

    #[test]
    fn answers() {
        let table: &[(Method, Sent, Answer, bool)] = &[
            (Method::GET, &[], Answer::Whole, true),
            (Method::HEAD, &[], Answer::HeadersOnly, false),
            (Method::HEAD, &[(RANGE, "bytes=0-9")], Answer::HeadersOnly, false),
            (Method::HEAD, &[(IF_MATCH, "zz")], Answer::PreconditionFailed, false),
            (Method::GET, &[(RANGE, "bytes=0-9")], Answer::One(FIRST), true),
            (Method::GET, &[(RANGE, "bytes=-2,0-9")], Answer::Several(vec![FIRST, TAIL]), false),
            (Method::GET, &[(RANGE, "bytes=zz")], Answer::NotSatisfiable, false),
            (Method::GET, &[(RANGE, "bytes=0-9"), (IF_RANGE, "\"ab\"")], Answer::One(FIRST), false),
            (Method::GET, &[(RANGE, "bytes=0-9"), (IF_RANGE, "\"zz\"")], Answer::Whole, false),
            (Method::GET, &[(RANGE, "bytes=zz"), (IF_RANGE, "\"zz\"")], Answer::Whole, false),
            (Method::GET, &[(RANGE, "bytes=zz"), (IF_MATCH, "zz")], Answer::PreconditionFailed, false),
            (Method::GET, &[(IF_MATCH, "\"ab\"")], Answer::Whole, false),
            (Method::GET, &[(IF_NONE_MATCH, "\"ab\"")], Answer::NotModified, false),
        ];
        for (method, values, expected, elsewhere) in table {
            let headers = headers(values);
            let answer = choose_answer(method, &headers, &file());
            assert_eq!(&answer, expected, "{method} {values:?}");
            assert_eq!(storage_can_answer(&answer, &headers), *elsewhere, "{method} {values:?}");
        }
    }

    #[test]
    fn an_unreadable_range_is_refused() {
        let value = HeaderValue::from_bytes(b"bytes=0-9\xff").unwrap();
        let headers = HeaderMap::from_iter([(RANGE, value)]);
        assert_eq!(choose_answer(&Method::GET, &headers, &file()), Answer::NotSatisfiable);
    }
}
