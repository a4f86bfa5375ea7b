//! The HTTP connector below the SDK's client: requests go to the engine's threads instead of a socket.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use super::{Answer, EmbeddedDynamoDb};

/// Hands out connectors to one embedded database.
#[derive(Clone, Debug)]
pub(super) struct InProcessHttpClient {
    database: EmbeddedDynamoDb,
}

impl InProcessHttpClient {
    pub(super) fn new(database: EmbeddedDynamoDb) -> Self {
        Self { database }
    }
}

impl HttpClient for InProcessHttpClient {
    /// The timeouts in `settings` do not apply: there is no connection, and a job that has started always ends.
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcessHttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let database = self.database.clone();
        HttpConnectorFuture::new(answer(database, request))
    }
}

async fn answer(database: EmbeddedDynamoDb, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
    let body = read_body(request.into_body()).await?;
    let answer = database.answer(target, body).await.map_err(|error| ConnectorError::other(error.into(), None))?;
    to_response(answer)
}

async fn read_body(body: SdkBody) -> Result<Vec<u8>, ConnectorError> {
    if let Some(bytes) = body.bytes() {
        return Ok(bytes.to_vec());
    }
    let collected = body.collect().await.map_err(ConnectorError::user)?;
    Ok(collected.to_bytes().to_vec())
}

fn to_response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
