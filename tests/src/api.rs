//! A plain HTTP client that shows everything there is to judge about an answer.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, redirect};
use serde_json::Value;

/// One caller: where, and with which `Authorization`.
#[derive(Debug, Clone)]
pub struct Api {
    http: Client,
    base: String,
    authorization: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `Null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer itself, if it has this status.
    ///
    /// # Panics
    /// If it has another one: the test has failed.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Request units the server says it consumed: read, write.
    #[must_use]
    pub fn units(&self) -> Option<(f64, f64)> {
        let text = self.header("x-request-units")?;
        let number = |part: &str| part.split_once('=')?.1.trim().parse::<f64>().ok();
        let (read, write) = text.split_once(',')?;
        Some((number(read)?, number(write)?))
    }
}

impl Api {
    /// # Panics
    /// If no HTTP client can be made.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build().expect("an HTTP client");
        Self { http, base: base.to_owned(), authorization: None }
    }

    #[must_use]
    pub fn basic(&self, user: &str, password: &str) -> Self {
        use base64::Engine;
        let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        self.authorized(&format!("Basic {encoded}"))
    }

    #[must_use]
    pub fn authorized(&self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self.clone() }
    }

    /// Sends any request; `path` begins with a slash, or is a whole URL.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, url);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, HeaderValue::from_str(authorization).expect("a header value"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("a whole body").to_vec();
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json_body("POST", path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.json_body("PUT", path, body).await
    }

    async fn json_body(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(method, path, &headers, Some(body.to_string().into_bytes())).await
    }

    /// Uploads a file in hawkBit's way.
    pub async fn upload(&self, path: &str, filename: &str, content: &[u8]) -> Answer {
        let boundary = "harrier-test-boundary";
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
        let content_type = format!("multipart/form-data; boundary={boundary}");
        self.send("POST", path, &[("content-type", &content_type)], Some(body)).await
    }
}
