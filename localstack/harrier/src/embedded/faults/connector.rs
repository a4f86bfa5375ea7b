//! The connector that consults the plan before each request.

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::answers::refusal;
use super::{Fault, FaultyHttpClient};

#[derive(Debug)]
pub(super) struct FaultyConnector {
    inner: SharedHttpConnector,
    client: FaultyHttpClient,
}

impl FaultyConnector {
    pub(super) fn new(inner: SharedHttpConnector, client: FaultyHttpClient) -> Self {
        Self { inner, client }
    }
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = operation_of(&request);
        let Some(fault) = self.client.with_progress(|progress| progress.next(&operation)) else {
            return self.inner.call(request);
        };
        if let Some(response) = refusal(fault, &operation, &request) {
            return HttpConnectorFuture::ready(Ok(response));
        }
        HttpConnectorFuture::new(suffer(self.inner.clone(), fault, request))
    }
}

fn operation_of(request: &HttpRequest) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    target.unwrap_or(request.method()).to_owned()
}

async fn suffer(
    inner: SharedHttpConnector,
    fault: Fault,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::TimedOutBeforeCommit => Err(timeout()),
        Fault::TimedOutAfterCommit => {
            inner.call(request).await?;
            Err(timeout())
        }
        Fault::Duplicate => {
            if let Some(copy) = request.try_clone() {
                inner.call(copy).await?;
            }
            inner.call(request).await
        }
        _ => inner.call(request).await,
    }
}

fn timeout() -> ConnectorError {
    ConnectorError::timeout("injected: no answer in time".into())
}
