//! The HTTP connector below the SDK's client: requests go to the store instead of a socket, bodies as streams.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::header::{HOST, HeaderValue};

use super::InProcessService;

/// Hands out connectors to one embedded store.
#[derive(Clone, Debug)]
pub(super) struct InProcessHttpClient {
    service: InProcessService,
}

impl InProcessHttpClient {
    pub(super) fn new(service: InProcessService) -> Self {
        Self { service }
    }
}

impl HttpClient for InProcessHttpClient {
    /// The timeouts in `settings` do not apply: there is no connection.
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcessHttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.service.clone();
        HttpConnectorFuture::new(answer(service, request))
    }
}

async fn answer(service: InProcessService, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let mut request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    // What an HTTP client adds, and the signature covers.
    if let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().entry(HOST).or_insert(host);
    }
    let response = service.call(request.map(s3s::Body::http_body_unsync)).await;
    let response = response.map_err(|error| ConnectorError::other(error.into(), None))?;
    let response = response.map(SdkBody::from_body_1_x);
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}
