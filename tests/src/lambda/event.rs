//! HTTP requests as events of an API Gateway HTTP API, payload format 2.0, and answers back (Amazon API Gateway Developer
//! Guide, "Create AWS Lambda proxy integrations for HTTP APIs").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

/// The event of a request that came by plain HTTP from `peer`.
#[must_use]
pub fn event_of(parts: &Parts, body: &Bytes, peer: &str) -> Value {
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = text(HOST);
    let mut headers = joined(&parts.headers);
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    for (name, value) in [("x-forwarded-for", peer), ("x-forwarded-proto", "http"), ("x-forwarded-port", port)] {
        headers.insert(name.to_owned(), json!(value));
    }
    let is_text = is_text(text(CONTENT_TYPE)) && std::str::from_utf8(body).is_ok();
    let body_text = if is_text { String::from_utf8_lossy(body).into_owned() } else { STANDARD.encode(body) };
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.uri.path(),
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": host,
            "domainPrefix": "api",
            "http": {
                "method": parts.method.as_str(),
                "path": parts.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": peer,
                "userAgent": text(USER_AGENT),
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_000_i64,
        },
        "isBase64Encoded": !is_text,
    });
    if !body.is_empty() {
        event["body"] = json!(body_text);
    }
    event
}

/// The gateway joins the values of a repeated header with commas.
fn joined(headers: &HeaderMap) -> Map<String, Value> {
    let mut all = Map::new();
    for name in headers.keys() {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        all.insert(name.to_string(), json!(values.join(",")));
    }
    all
}

/// Other bodies reach a function in base64.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str())
        || essence.is_empty()
}

/// The answer that a function's output stands for; `None` when the gateway could not make sense of it.
#[must_use]
pub fn answer_of(output: &Value) -> Option<Response<Bytes>> {
    let status = output["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok())?;
    let body = output["body"].as_str().unwrap_or_default();
    let body = match output["isBase64Encoded"].as_bool() {
        Some(true) => Bytes::from(STANDARD.decode(body).ok()?),
        _ => Bytes::from(body.to_owned()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in output["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn binary_bodies_travel_in_base64() {
        let request =
            Request::post("/a%20b?x=1&x=2").header(CONTENT_TYPE, "application/octet-stream").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let event = event_of(&parts, &Bytes::from_static(&[0, 255]), "192.0.2.7");
        assert_eq!((&event["isBase64Encoded"], &event["body"]), (&json!(true), &json!("AP8=")));
        assert_eq!((&event["rawPath"], &event["rawQueryString"]), (&json!("/a%20b"), &json!("x=1&x=2")));
    }

    #[test]
    fn answers_are_decoded() {
        let output = json!({ "statusCode": 206, "headers": { "a": "b" }, "body": "AP8=", "isBase64Encoded": true });
        let answer = answer_of(&output).unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["a"]), (206, &HeaderValue::from_static("b")));
        assert_eq!(answer.body().as_ref(), [0, 255]);
        assert!(answer_of(&json!({ "errorMessage": "x" })).is_none());
    }
}
