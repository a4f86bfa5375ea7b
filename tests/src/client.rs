//! A client that takes answers as they are: redirects are answers, and so are refusals.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use serde_json::Value;

/// Sends requests with one set of credentials.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

impl Client {
    /// Of the server at this URL, without credentials.
    #[must_use]
    pub fn new(base: String) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { http, base, authorization: None }
    }

    /// As a user of the Management API.
    #[must_use]
    pub fn with_login(self, name: &str, password: &str) -> Self {
        self.with_authorization(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
    }

    /// With any `Authorization` header, for example `TargetToken …`.
    #[must_use]
    pub fn with_authorization(self, header: String) -> Self {
        Self { authorization: Some(header), ..self }
    }

    /// The `Authorization` header it sends.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A request in the making; `path` may be an absolute URL, as links are.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let request = self.http.request(method, url);
        match &self.authorization {
            Some(header) => request.header(AUTHORIZATION, header),
            None => request,
        }
    }

    /// Any request at all.
    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.unwrap_or_default())).await
    }

    /// Uploads a file in hawkBit's way.
    pub async fn upload(&self, path: &str, filename: &str, content: &[u8]) -> Answer {
        let part = Part::bytes(content.to_vec()).file_name(filename.to_owned());
        self.send(self.request(Method::POST, path).multipart(Form::new().part("file", part))).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.expect("the whole body") }
    }
}

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The same, having made sure of the status.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Request units the server says it consumed: read, write.
    #[must_use]
    pub fn units(&self) -> Option<(f64, f64)> {
        let number = |part: &str| part.split_once('=')?.1.trim().parse::<f64>().ok();
        let (read, write) = self.header("x-request-units")?.split_once(',')?;
        Some((number(read)?, number(write)?))
    }

    /// The last part of a refusal's error code (management §2): `configKeyInvalid`, `notReadable`, …; empty without one.
    #[must_use]
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let code = body["errorCode"].as_str().unwrap_or_default();
        code.rsplit('.').next().unwrap_or_default().to_owned()
    }
}
