//! A queue that hands its messages to the simulation: the SDK's client over a connector that keeps what is sent.

use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_sdk_sqs::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use harrier_campaigns::StepQueue;
use serde_json::{Value, json};

/// What was sent and not taken yet.
#[derive(Debug, Clone, Default)]
pub(super) struct CapturedQueue {
    sent: Arc<Mutex<Vec<String>>>,
}

impl CapturedQueue {
    pub(super) fn sender(&self) -> StepQueue {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::from_keys("simulation", "simulation", None))
            .endpoint_url("http://sqs.simulation.invalid")
            .http_client(SharedHttpClient::new(self.clone()));
        StepQueue::new(aws_sdk_sqs::Client::from_conf(config.build()), "http://sqs.simulation.invalid/0/steps")
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, request: &Value) -> Value {
        let entries = request["Entries"].as_array().cloned().unwrap_or_default();
        let bodies = entries.iter().filter_map(|entry| entry["MessageBody"].as_str().map(str::to_owned));
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend(bodies);
        let sent = entries.iter().map(|entry| json!({ "Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "" }));
        json!({ "Successful": sent.collect::<Vec<_>>(), "Failed": [] })
    }
}

impl HttpClient for CapturedQueue {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for CapturedQueue {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null);
        let answer = self.keep(&request).to_string();
        let status = StatusCode::try_from(200_u16).unwrap_or_else(|_| unreachable!("200 is a status"));
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}
