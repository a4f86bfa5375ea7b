//! Reads the provider's discovery document and keys (OpenID Connect Discovery 1.0), over the AWS SDK's own HTTP client,
//! which every function carries anyway.

use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use std::sync::OnceLock;
use std::time::Duration;

use super::error::ProviderError;
use super::keys::KeySet;
use super::settings::is_protected;

/// More than any provider's document has; less than would hurt.
const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The provider's address and the way there.
pub(super) struct Provider {
    issuer: String,
    timeout: Duration,
    /// Made when first needed: it reads the system's certificates.
    connector: OnceLock<Option<SharedHttpConnector>>,
}

/// The parts of the discovery document that matter here.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Provider {
    pub(super) fn new(issuer: &str, timeout: Duration) -> Self {
        Self { issuer: issuer.to_owned(), timeout, connector: OnceLock::new() }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys the provider publishes now.
    pub(super) async fn keys(&self) -> Result<KeySet, ProviderError> {
        match tokio::time::timeout(self.timeout, self.discover_and_read()).await {
            Ok(keys) => keys,
            Err(_) => Err(ProviderError::TimedOut),
        }
    }

    async fn discover_and_read(&self) -> Result<KeySet, ProviderError> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let document = self.get(&address).await?;
        let discovery: Discovery = serde_json::from_slice(&document).map_err(|_| ProviderError::Unreadable)?;
        if discovery.issuer != self.issuer {
            return Err(ProviderError::OtherIssuer);
        }
        if !discovery.jwks_uri.parse().is_ok_and(|uri| is_protected(&uri)) {
            return Err(ProviderError::Unprotected);
        }
        KeySet::parse(&self.get(&discovery.jwks_uri).await?)
    }

    /// Redirects are not followed: they count as a failure.
    async fn get(&self, address: &str) -> Result<Vec<u8>, ProviderError> {
        let mut request = HttpRequest::get(address).map_err(|_| ProviderError::Unreachable)?;
        request.headers_mut().insert("accept", "application/json");
        let connector = self.connector().ok_or(ProviderError::Unreachable)?;
        let response = connector.call(request).await.map_err(|_| ProviderError::Unreachable)?;
        if response.status().as_u16() != 200 {
            return Err(ProviderError::Status(response.status().as_u16()));
        }
        let body = Limited::new(response.into_body(), MAX_DOCUMENT_BYTES).collect().await;
        Ok(body.map_err(|_| ProviderError::Unreadable)?.to_bytes().to_vec())
    }

    fn connector(&self) -> Option<&SharedHttpConnector> {
        let make = || default_connector(&HttpConnectorSettings::default(), None);
        self.connector.get_or_init(make).as_ref()
    }
}
