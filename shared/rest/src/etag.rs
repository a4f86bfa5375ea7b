//! Entity tags over the exact bytes of an answer (management §1.9, DDI §18).

use std::fmt::Write;

use http::{HeaderMap, header};
use md5::{Digest, Md5};

/// A strong tag: `"0`, 32 hexadecimal MD5 digits, `"`.
pub(crate) fn of(body: &[u8]) -> String {
    let mut tag = String::with_capacity(35);
    tag.push_str("\"0");
    for byte in Md5::digest(body) {
        // Writing to a string does not fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether `If-None-Match` names the tag. `W/` is ignored; `*` and empty values count as absent.
pub(crate) fn matches(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|candidate| {
        let candidate = candidate.trim();
        candidate.strip_prefix("W/").unwrap_or(candidate) == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_is_the_md5_with_a_leading_zero() {
        assert_eq!(of(b"{}"), "\"099914b932bd37a50b983c5e7c90ae93b\"");
    }

    #[test]
    fn the_if_none_match_table() {
        let tag = of(b"{}");
        let table = [
            (tag.clone(), true),
            (format!("W/{tag}"), true),
            (format!("\"x\", {tag}"), true),
            (format!("{tag},\"x\""), true),
            ("*".to_owned(), false),
            (String::new(), false),
            (" ".to_owned(), false),
            ("\"other\"".to_owned(), false),
            (tag.trim_matches('"').to_owned(), false),
        ];
        for (value, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            assert_eq!(matches(&headers, &tag), expected, "{value:?}");
        }
        assert!(!matches(&HeaderMap::new(), &tag));
    }
}
