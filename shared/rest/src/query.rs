//! Query parameters. Unknown ones are ignored, unreadable ones are 400 `rest.body.notReadable` (management §1.1).

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::error::{ApiError, ApiResult};

/// The decoded query of a request: `query.flag("offline")?`.
#[derive(Debug, Clone, Default)]
pub struct QueryParams(Vec<(String, String)>);

impl QueryParams {
    /// Decodes a raw query; bytes that are not UTF-8 become replacement characters.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        Self(form_urlencoded::parse(raw.as_bytes()).into_owned().collect())
    }

    /// The parameter as it is; repeated ones are joined by a comma. `None` when absent, not when empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Every value of a repeated parameter.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number; empty counts as absent, of repeated ones the first counts.
    ///
    /// # Errors
    /// `rest.body.notReadable` when it is no number of that size.
    pub fn number<N: FromStr>(&self, name: &str) -> ApiResult<Option<N>> {
        let Some(text) = self.first(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| ApiError::not_readable(format_args!("query parameter {name} is not a number")))
    }

    /// A boolean: `true`, `on`, `yes`, `1` and their opposites; empty counts as absent.
    ///
    /// # Errors
    /// `rest.body.notReadable` for anything else.
    pub fn flag(&self, name: &str) -> ApiResult<Option<bool>> {
        let Some(text) = self.first(name) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "on" | "yes" | "1" => Ok(Some(true)),
            "false" | "off" | "no" | "0" => Ok(Some(false)),
            _ => Err(ApiError::not_readable(format_args!("query parameter {name} is not a boolean"))),
        }
    }

    fn first(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        let value = value.trim();
        (!value.is_empty()).then_some(value)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = QueryParams::parse("q=name%3D%3Da%20b+c&q=d&empty=&n=7&n=x");
        assert_eq!(query.text("q").as_deref(), Some("name==a b c,d"));
        assert_eq!(query.text("empty").as_deref(), Some(""));
        assert_eq!(query.text("absent"), None);
        assert_eq!(query.number::<i64>("n").unwrap(), Some(7));
        assert_eq!(query.number::<i64>("empty").unwrap(), None);
        assert!(query.number::<i64>("q").is_err());
    }

    #[test]
    fn the_flag_table() {
        let table = [("true", Some(true)), ("ON", Some(true)), ("0", Some(false)), ("no", Some(false)), ("", None)];
        for (text, expected) in table {
            assert_eq!(QueryParams::parse(&format!("f={text}")).flag("f").unwrap(), expected, "{text}");
        }
        assert!(QueryParams::parse("f=x").flag("f").is_err());
    }
}
