//! The device API as one device calls it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, RANGE};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{Credential, FleetError, Identity, Plan};

/// Longest silence of a server.
const SILENCE: Duration = Duration::from_secs(30);

/// The client all devices share; each request takes a connection from its pool.
pub(super) fn http_client() -> Result<Client, FleetError> {
    let built = Client::builder().connect_timeout(SILENCE).read_timeout(SILENCE).tcp_nodelay(true).build();
    built.map_err(|source| FleetError::Network { request: "an HTTP client".to_owned(), source })
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
}

/// Links of a poll (DDI §3).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Links {
    pub(super) deployment_base: Option<Link>,
    pub(super) cancel_action: Option<Link>,
    pub(super) confirmation_base: Option<Link>,
    pub(super) config_data: Option<Link>,
}

impl Links {
    /// How many actions the device is told about: one at most (DDI §3.3).
    pub(super) fn offers(&self) -> usize {
        [&self.deployment_base, &self.cancel_action, &self.confirmation_base].into_iter().flatten().count()
    }
}

#[derive(Debug, Deserialize)]
struct Poll {
    #[serde(rename = "_links", default)]
    links: Links,
}

/// A deployment as the device needs it (DDI §5.4).
#[derive(Debug, Deserialize)]
pub(super) struct DeploymentBase {
    pub(super) id: String,
    pub(super) deployment: Deployment,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deployment {
    pub(super) update: String,
    /// `available` or `unavailable`, where there are such windows.
    #[serde(rename = "maintenanceWindow")]
    pub(super) maintenance_window: Option<String>,
    pub(super) chunks: Vec<Chunk>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    pub(super) artifacts: Vec<Artifact>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Artifact {
    pub(super) filename: String,
    pub(super) size: u64,
    pub(super) hashes: Hashes,
    #[serde(rename = "_links")]
    pub(super) links: ArtifactLinks,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Hashes {
    pub(super) sha256: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ArtifactLinks {
    pub(super) download: Option<Link>,
    pub(super) download_http: Option<Link>,
}

impl Artifact {
    /// The safest link there is.
    pub(super) fn href(&self) -> Option<&str> {
        let link = self.links.download.as_ref().or(self.links.download_http.as_ref());
        link.map(|link| link.href.as_str())
    }
}

/// A feedback's execution and result (DDI §6.1).
#[derive(Debug, Clone, Copy)]
pub(super) struct Report {
    pub(super) execution: &'static str,
    pub(super) finished: &'static str,
    pub(super) detail: &'static str,
    pub(super) code: Option<i32>,
}

impl Report {
    pub(super) fn new(execution: &'static str, finished: &'static str, detail: &'static str) -> Self {
        Self { execution, finished, detail, code: None }
    }

    pub(super) fn with_code(self, code: Option<i32>) -> Self {
        Self { code, ..self }
    }
}

/// One device's view of the server.
#[derive(Debug)]
pub(super) struct DeviceApi {
    http: Client,
    gate: Arc<Semaphore>,
    root: String,
    authorization: Option<String>,
}

impl DeviceApi {
    pub(super) fn new(http: Client, gate: Arc<Semaphore>, plan: &Plan, identity: &Identity) -> Self {
        let root = format!("{}/{}/controller/v1/{}", plan.base_url, plan.tenant, identity.controller_id);
        let authorization = match &identity.credential {
            Credential::TargetToken(token) => Some(format!("TargetToken {token}")),
            Credential::GatewayToken(token) => Some(format!("GatewayToken {token}")),
            Credential::Anonymous => None,
        };
        Self { http, gate, root, authorization }
    }

    pub(super) async fn poll(&self) -> Result<Links, FleetError> {
        let poll: Poll = self.read(&self.root).await?;
        Ok(poll.links)
    }

    pub(super) async fn deployment(&self, href: &str) -> Result<DeploymentBase, FleetError> {
        self.read(href).await
    }

    /// The id of the action to be stopped (DDI §8.1).
    pub(super) async fn cancel_action(&self, href: &str) -> Result<String, FleetError> {
        let answer: Value = self.read(href).await?;
        let stop = answer.pointer("/cancelAction/stopId").and_then(Value::as_str);
        stop.map(str::to_owned).ok_or_else(|| FleetError::unexpected(href, "no cancelAction.stopId"))
    }

    pub(super) async fn send_attributes(&self, href: &str, attributes: &Value) -> Result<(), FleetError> {
        let body = json!({ "mode": "merge", "data": attributes });
        self.answered(self.request(Method::PUT, href).json(&body), href).await.map(drop)
    }

    /// Sends a feedback to `<href without query>/feedback`.
    pub(super) async fn report(&self, href: &str, report: Report) -> Result<(), FleetError> {
        let status = json!({
            "execution": report.execution,
            "result": { "finished": report.finished },
            "details": [report.detail],
            "code": report.code,
        });
        self.send_feedback(href, &json!({ "status": status })).await
    }

    /// The link of the action that waits for a confirmation, behind the link of a poll (DDI §13.2).
    pub(super) async fn waiting_action(&self, href: &str) -> Result<Option<Link>, FleetError> {
        let waiting: Poll = self.read(href).await?;
        Ok(waiting.links.confirmation_base)
    }

    /// `confirmed` or `denied` (DDI §13.4).
    pub(super) async fn answer_confirmation(&self, href: &str, answer: &str) -> Result<(), FleetError> {
        self.send_feedback(href, &json!({ "confirmation": answer, "details": ["Asked the user"] })).await
    }

    async fn send_feedback(&self, href: &str, body: &Value) -> Result<(), FleetError> {
        let resource = href.split_once('?').map_or(href, |(path, _)| path);
        let url = format!("{resource}/feedback");
        self.answered(self.request(Method::POST, &url).json(body), &url).await.map(drop)
    }

    /// The size a `HEAD` tells.
    pub(super) async fn size_of(&self, href: &str) -> Result<u64, FleetError> {
        let answer = self.answered(self.request(Method::HEAD, href), href).await?;
        let length = answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        length.and_then(|text| text.parse().ok()).ok_or_else(|| FleetError::unexpected(href, "no Content-Length"))
    }

    /// Starts a download of the bytes from `first` to `last` (inclusive), or to the end.
    pub(super) async fn download(&self, href: &str, first: u64, last: Option<u64>) -> Result<Response, FleetError> {
        let request = self.request(Method::GET, href).header(ACCEPT, "application/octet-stream");
        let request = match (first, last) {
            (0, None) => request,
            (first, None) => request.header(RANGE, format!("bytes={first}-")),
            (first, Some(last)) => request.header(RANGE, format!("bytes={first}-{last}")),
        };
        self.answered(request, href).await
    }

    async fn read<T: DeserializeOwned>(&self, url: &str) -> Result<T, FleetError> {
        let request = self.request(Method::GET, url).header(ACCEPT, "application/hal+json");
        let answer = self.answered(request, url).await?;
        let body = answer.bytes().await.map_err(|source| FleetError::Network { request: url.to_owned(), source })?;
        serde_json::from_slice(&body).map_err(|error| FleetError::unexpected(url, error))
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    /// Sends when there is room for another request, and wants success.
    async fn answered(&self, request: RequestBuilder, url: &str) -> Result<Response, FleetError> {
        let _room = self.gate.acquire().await.map_err(|closed| FleetError::unexpected(url, closed))?;
        let sent = request.send().await;
        let answer = sent.map_err(|source| FleetError::Network { request: url.to_owned(), source })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = answer.text().await.unwrap_or_default();
        Err(FleetError::Refused { request: url.to_owned(), status, body })
    }
}
