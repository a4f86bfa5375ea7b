//! Addresses with encoded segments and query values (management §1.5).

use std::fmt::Display;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986 is encoded, in path segments and in query values alike.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An address in the making.
#[derive(Debug, Clone)]
pub struct Href {
    text: String,
    has_query: bool,
}

impl Href {
    pub(crate) fn new(text: String) -> Self {
        Self { text, has_query: false }
    }

    /// Appends `/` and the encoded segment.
    #[must_use]
    pub fn segment(mut self, segment: impl Display) -> Self {
        self.text.push('/');
        self.push_encoded(&segment);
        self
    }

    /// Appends a query variable with an encoded value; the name is our own text.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(name);
        self.text.push('=');
        self.push_encoded(&value);
        self
    }

    /// Appends a query variable unless it is unset.
    #[must_use]
    pub fn query_if_set(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    fn push_encoded(&mut self, value: &dyn Display) {
        let plain = value.to_string();
        self.text.extend(utf8_percent_encode(&plain, RESERVED));
    }
}

impl From<Href> for String {
    fn from(href: Href) -> Self {
        href.text
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn segments_and_values_are_encoded() {
        let origin = crate::Origin::from_base_url("http://h");
        let href = origin.href("/rest/v1/targets").segment("a/b ü:1").segment("actions").segment(7).segment("status");
        let href = href.query("offset", 0).query("limit", 50).query("sort", "id:DESC").query_if_set("q", None::<&str>);
        let expected = "http://h/rest/v1/targets/a%2Fb%20%C3%BC%3A1/actions/7/status?offset=0&limit=50&sort=id%3ADESC";
        assert_eq!(String::from(href), expected);
    }
}
