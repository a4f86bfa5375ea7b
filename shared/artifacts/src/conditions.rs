//! Conditional requests on an artifact: `If-Match`, `If-None-Match`, `If-Range` (DDI §9.4, §10) and HTTP dates.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH, IF_RANGE};

use crate::file::ArtifactFile;

/// Whether `If-Match` is absent or names the artifact: `"<sha1>"`, bare `<sha1>`, `*`, or a comma list with one of them.
///
/// The reference takes the bare form only; the standard one is quoted, so both are taken. Weak tags never match.
#[must_use]
pub fn if_match_holds(headers: &HeaderMap, file: &ArtifactFile) -> bool {
    if !headers.contains_key(IF_MATCH) {
        return true;
    }
    let etag = file.etag();
    list_elements(headers, IF_MATCH).any(|element| element == "*" || element == file.sha1 || element == etag)
}

/// Whether `If-None-Match` names exactly this artifact, so that 304 is the answer. `*` is ignored, a weak prefix too.
#[must_use]
pub fn if_none_match_hits(headers: &HeaderMap, file: &ArtifactFile) -> bool {
    let etag = file.etag();
    list_elements(headers, IF_NONE_MATCH).any(|element| element.strip_prefix("W/").unwrap_or(element) == etag)
}

/// Whether `Range` counts: `If-Range` is absent, is our quoted tag, or is a date not older than `Last-Modified`.
///
/// Compared in whole seconds, so that a client which echoes our own `Last-Modified` may resume.
#[must_use]
pub fn if_range_holds(headers: &HeaderMap, file: &ArtifactFile) -> bool {
    let Some(value) = headers.get(IF_RANGE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let value = value.trim();
    if value == file.etag() {
        return true;
    }
    parse_http_date(value).is_some_and(|seconds| seconds >= whole_seconds(file.created_at))
}

/// An HTTP date (RFC 1123 form) of epoch milliseconds; fractions of a second are cut off.
#[must_use]
pub fn http_date(epoch_ms: i64) -> String {
    httpdate::fmt_http_date(system_time(epoch_ms))
}

/// Epoch seconds of an HTTP date in any of its three forms.
#[must_use]
pub fn parse_http_date(value: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(value).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|elapsed| elapsed.as_secs())
}

/// The last second an HTTP date can name, 9999-12-31T23:59:59Z: the formatter refuses later ones.
const LAST_SECOND: u64 = 253_402_300_799;

fn system_time(epoch_ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(whole_seconds(epoch_ms).min(LAST_SECOND))
}

fn whole_seconds(epoch_ms: i64) -> u64 {
    u64::try_from(epoch_ms).unwrap_or_default() / 1000
}

fn list_elements(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use harrier_domain::software::Binary;
    use http::HeaderValue;

    const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
    /// Sun, 06 Nov 1994 08:49:37.600 GMT.
    const CREATED: i64 = 784_111_777_600;

    fn file() -> ArtifactFile {
        ArtifactFile {
            filename: "f".into(),
            size: 1,
            sha1: SHA1.into(),
            md5: String::new(),
            sha256: String::new(),
            binary: Binary::Shared(String::new()),
            created_at: CREATED,
        }
    }

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn if_match() {
        let quoted = format!("\"{SHA1}\"");
        let table: &[(&[&str], bool)] = &[
            (&[], true),
            (&[SHA1], true),
            (&[&quoted], true),
            (&["*"], true),
            (&[&format!("\"other\", {quoted}")], true),
            (&[&format!("other,{SHA1}")], true),
            (&["\"other\"", &quoted], true),
            (&["other"], false),
            (&["\"other\""], false),
            (&[""], false),
            (&[&format!("W/{quoted}")], false),
            (&[&format!("\"{SHA1}")], false),
            (&["\"*\""], false),
        ];
        for (values, expected) in table {
            assert_eq!(if_match_holds(&headers(IF_MATCH, values), &file()), *expected, "{values:?}");
        }
    }

    #[test]
    fn if_none_match() {
        let quoted = format!("\"{SHA1}\"");
        let table: &[(&[&str], bool)] = &[
            (&[], false),
            (&[""], false),
            (&["*"], false),
            (&["\"other\""], false),
            (&[SHA1], false),
            (&[&quoted], true),
            (&[&format!("W/{quoted}")], true),
            (&[&format!("\"other\",{quoted}")], true),
        ];
        for (values, expected) in table {
            assert_eq!(if_none_match_hits(&headers(IF_NONE_MATCH, values), &file()), *expected, "{values:?}");
        }
    }

    #[test]
    fn if_range() {
        let quoted = format!("\"{SHA1}\"");
        let table: &[(&[&str], bool)] = &[
            (&[], true),
            (&[&quoted], true),
            (&["Sun, 06 Nov 1994 08:49:37 GMT"], true),
            (&["Sunday, 06-Nov-94 08:49:37 GMT"], true),
            (&["Sun Nov  6 08:49:37 1994"], true),
            (&["Sun, 06 Nov 1994 08:49:38 GMT"], true),
            (&["Sun, 06 Nov 1994 08:49:36 GMT"], false),
            (&[&format!("W/{quoted}")], false),
            (&["\"other\""], false),
            (&[SHA1], false),
            (&["*"], false),
            (&[""], false),
            (&["yesterday"], false),
        ];
        for (values, expected) in table {
            assert_eq!(if_range_holds(&headers(IF_RANGE, values), &file()), *expected, "{values:?}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(http_date(CREATED), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
