//! One request and its answer, as they passed.

use http::header::{CONTENT_LENGTH, HeaderName, RANGE};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

/// Bodies of answers are kept up to this size.
pub(super) const KEPT: usize = 1024 * 1024;

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: Method,
    /// With query.
    pub path: String,
    pub request_headers: HeaderMap,
    pub request_body: Vec<u8>,
    pub status: StatusCode,
    pub answer_headers: HeaderMap,
    /// The start of the answer's body, up to 1 MiB.
    pub answer_body: Vec<u8>,
    /// Bytes of the answer's body that passed.
    pub passed: u64,
}

impl Exchange {
    /// The part of the path after the device's root; the path itself for other requests.
    #[must_use]
    pub fn resource(&self) -> &str {
        let path = self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path);
        let Some((_, device)) = path.split_once("/controller/v1/") else {
            return path;
        };
        device.split_once('/').map_or("", |(_, resource)| resource)
    }

    #[must_use]
    pub fn is_feedback(&self) -> bool {
        self.method == Method::POST && self.resource().ends_with("/feedback")
    }

    /// `execution` and `finished` of a feedback.
    #[must_use]
    pub fn reported(&self) -> Option<(String, String)> {
        if !self.is_feedback() {
            return None;
        }
        let body: Value = serde_json::from_slice(&self.request_body).ok()?;
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Some((text("/status/execution")?, text("/status/result/finished")?))
    }

    /// Whether the body of a feedback contains this.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.is_feedback() && String::from_utf8_lossy(&self.request_body).contains(text)
    }

    /// Whether the answer has a link of this relation.
    #[must_use]
    pub fn tells(&self, relation: &str) -> bool {
        let body: Value = serde_json::from_slice(&self.answer_body).unwrap_or_default();
        body["_links"].get(relation).is_some()
    }

    /// Whether this is a `GET` of an artifact's bytes.
    #[must_use]
    pub fn is_download(&self) -> bool {
        let resource = self.resource();
        self.method == Method::GET && resource.contains("/artifacts/") && !resource.ends_with(".MD5SUM")
    }

    /// The first byte of an open range the client asked for: `bytes=<n>-`.
    #[must_use]
    pub fn range_start(&self) -> Option<u64> {
        self.header(&self.request_headers, RANGE)?.strip_prefix("bytes=")?.split('-').next()?.parse().ok()
    }

    /// The length the answer announced.
    #[must_use]
    pub fn announced_length(&self) -> Option<u64> {
        self.header(&self.answer_headers, CONTENT_LENGTH)?.parse().ok()
    }

    fn header<'a>(&self, headers: &'a HeaderMap, name: HeaderName) -> Option<&'a str> {
        headers.get(name)?.to_str().ok()
    }
}
