//! A stand-in for AWS KMS: the two operations that artifacts need, with a key that hides nothing.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harrier::embedded::loopback::LocalServer;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;

/// A running KMS with one key.
pub struct Kms {
    server: LocalServer,
}

/// The key it has.
pub const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

impl Kms {
    pub async fn start() -> Self {
        let router = Router::new().fallback(answer).with_state(Arc::new(()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        Self { server: LocalServer::start(listener, router).expect("a server") }
    }

    /// What a function finds in its environment.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("AWS_ENDPOINT_URL_KMS", self.server.endpoint()), ("HARRIER_ARTIFACT_KMS_KEY", KEY.to_owned())]
    }
}

async fn answer(State(_): State<Arc<()>>, headers: HeaderMap, Json(request): Json<Value>) -> Response {
    let operation = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(request["KeyId"], KEY);
    let context = &request["EncryptionContext"];
    match operation {
        "TrentService.GenerateDataKey" => {
            let plain = STANDARD.encode(rand::random::<[u8; 32]>());
            // A wrapped key of KMS has about 180 bytes.
            let wrapped = json!({"context": context, "key": plain, "padding": "0".repeat(60)}).to_string();
            Json(json!({"KeyId": KEY, "Plaintext": plain, "CiphertextBlob": STANDARD.encode(wrapped)})).into_response()
        }
        "TrentService.Decrypt" => {
            let wrapped = STANDARD.decode(request["CiphertextBlob"].as_str().unwrap_or_default()).unwrap_or_default();
            let wrapped: Value = serde_json::from_slice(&wrapped).unwrap_or_default();
            if wrapped["context"] != *context {
                return (StatusCode::BAD_REQUEST, Json(json!({"__type": "InvalidCiphertextException"})))
                    .into_response();
            }
            Json(json!({"KeyId": KEY, "Plaintext": wrapped["key"]})).into_response()
        }
        _ => (StatusCode::BAD_REQUEST, Json(json!({"__type": "UnknownOperationException"}))).into_response(),
    }
}
