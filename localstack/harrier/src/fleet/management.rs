//! The Management API as the one who drives a fleet uses it.

use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::FleetError;

/// Targets created or assigned in one request.
const BATCH: usize = 500;

/// A client of `/rest/v1` with HTTP Basic credentials. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Management {
    http: Client,
    base_url: String,
    user: String,
    password: String,
}

/// What came of an assignment (management §8.3).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    pub assigned: usize,
    pub already_assigned: usize,
    #[serde(default)]
    pub assigned_actions: Vec<AssignedAction>,
}

#[derive(Debug, Deserialize)]
pub struct AssignedAction {
    pub id: i64,
}

/// An entry of an action's history.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct ActionStatus {
    pub id: i64,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub messages: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct PageOf<T> {
    content: Vec<T>,
    total: usize,
}

#[derive(Debug, Deserialize)]
struct Identified {
    id: i64,
}

/// A target as [`Management::create_targets`] gets it back.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatedTarget {
    controller_id: String,
    security_token: String,
}

impl Management {
    /// # Errors
    /// [`FleetError::Network`] when no HTTP client can be made.
    pub fn new(base_url: &str, user: &str, password: &str) -> Result<Self, FleetError> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Ok(Self { http: super::ddi::http_client()?, base_url, user: user.to_owned(), password: password.to_owned() })
    }

    /// # Errors
    /// As all requests here: [`FleetError::Network`], or [`FleetError::Refused`] for anything but success.
    pub async fn configure(&self, key: &str, value: impl Into<Value>) -> Result<(), FleetError> {
        let body = json!({ "value": value.into() });
        self.call(Method::PUT, &format!("/system/configs/{key}"), Some(&body)).await.map(drop)
    }

    /// Makes targets; gives back each controller id with its security token.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn create_targets(&self, controller_ids: &[String]) -> Result<Vec<(String, String)>, FleetError> {
        let mut created = Vec::with_capacity(controller_ids.len());
        for batch in controller_ids.chunks(BATCH) {
            let bodies: Vec<_> = batch.iter().map(|id| json!({ "controllerId": id, "name": id })).collect();
            let answer = self.call(Method::POST, "/targets", Some(&Value::from(bodies))).await?;
            let targets: Vec<CreatedTarget> = decode("/targets", answer)?;
            created.extend(targets.into_iter().map(|target| (target.controller_id, target.security_token)));
        }
        Ok(created)
    }

    /// Makes a software module; gives back its id.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn create_module(&self, name: &str, version: &str, kind: &str) -> Result<i64, FleetError> {
        let body = json!([{ "name": name, "version": version, "type": kind }]);
        self.create("/softwaremodules", &body).await
    }

    /// Uploads `length` bytes as a multipart form, as they come; gives back the artifact.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn upload(
        &self,
        module: i64,
        file_name: &str,
        length: u64,
        content: impl Into<Body>,
    ) -> Result<Value, FleetError> {
        let path = format!("/softwaremodules/{module}/artifacts");
        let part = Part::stream_with_length(content, length).file_name(file_name.to_owned());
        let request = self.request(Method::POST, &path).multipart(Form::new().part("file", part));
        self.read(&path, request).await
    }

    /// Makes a distribution set; gives back its id.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn create_set(&self, name: &str, version: &str, kind: &str, modules: &[i64]) -> Result<i64, FleetError> {
        let modules: Vec<_> = modules.iter().map(|id| json!({ "id": id })).collect();
        let body = json!([{ "name": name, "version": version, "type": kind, "modules": modules }]);
        self.create("/distributionsets", &body).await
    }

    /// Assigns a set to targets, forced.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn assign(&self, set: i64, controller_ids: &[String]) -> Result<Assignment, FleetError> {
        let path = format!("/distributionsets/{set}/assignedTargets");
        let mut all = Assignment { assigned: 0, already_assigned: 0, assigned_actions: Vec::new() };
        for batch in controller_ids.chunks(BATCH) {
            let bodies: Vec<_> = batch.iter().map(|id| json!({ "id": id, "type": "forced" })).collect();
            let answer = self.call(Method::POST, &path, Some(&Value::from(bodies))).await?;
            let done: Assignment = decode(&path, answer)?;
            all.assigned += done.assigned;
            all.already_assigned += done.already_assigned;
            all.assigned_actions.extend(done.assigned_actions);
        }
        Ok(all)
    }

    /// Asks that an action be cancelled.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn cancel(&self, controller_id: &str, action: i64) -> Result<(), FleetError> {
        self.call(Method::DELETE, &format!("/targets/{controller_id}/actions/{action}"), None).await.map(drop)
    }

    /// # Errors
    /// As [`Management::configure`].
    pub async fn target(&self, controller_id: &str) -> Result<Value, FleetError> {
        self.call(Method::GET, &format!("/targets/{controller_id}"), None).await
    }

    /// # Errors
    /// As [`Management::configure`].
    pub async fn attributes(&self, controller_id: &str) -> Result<Value, FleetError> {
        self.call(Method::GET, &format!("/targets/{controller_id}/attributes"), None).await
    }

    /// # Errors
    /// As [`Management::configure`].
    pub async fn action(&self, controller_id: &str, action: i64) -> Result<Value, FleetError> {
        self.call(Method::GET, &format!("/targets/{controller_id}/actions/{action}"), None).await
    }

    /// Everything on an action's record, oldest first.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn history(&self, controller_id: &str, action: i64) -> Result<Vec<ActionStatus>, FleetError> {
        self.all(&format!("/targets/{controller_id}/actions/{action}/status?sort=id:ASC")).await
    }

    /// Every item of a list, page by page. The path has its query already.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn all<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, FleetError> {
        let mut items = Vec::new();
        let separator = if path.contains('?') { '&' } else { '?' };
        loop {
            let page_path = format!("{path}{separator}limit={BATCH}&offset={}", items.len());
            let page: PageOf<T> = decode(path, self.call(Method::GET, &page_path, None).await?)?;
            let is_last = page.content.is_empty() || items.len() + page.content.len() >= page.total;
            items.extend(page.content);
            if is_last {
                return Ok(items);
            }
        }
    }

    /// An artifact's bytes.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn download(&self, module: i64, artifact: i64) -> Result<Response, FleetError> {
        let path = format!("/softwaremodules/{module}/artifacts/{artifact}/download");
        answered(&path, self.request(Method::GET, &path)).await
    }

    /// Any request; `null` for an answer without a body.
    ///
    /// # Errors
    /// As [`Management::configure`].
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, FleetError> {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        self.read(path, request).await
    }

    /// A request below `/rest/v1` with credentials, for what the other methods do not do.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/rest/v1{path}", self.base_url);
        self.http.request(method, url).basic_auth(&self.user, Some(&self.password))
    }

    async fn create(&self, path: &str, body: &Value) -> Result<i64, FleetError> {
        let created: Vec<Identified> = decode(path, self.call(Method::POST, path, Some(body)).await?)?;
        let first = created.first().map(|item| item.id);
        first.ok_or_else(|| FleetError::unexpected(path, "an empty list"))
    }

    async fn read(&self, path: &str, request: RequestBuilder) -> Result<Value, FleetError> {
        let answer = answered(path, request).await?;
        let broken = |source| FleetError::Network { request: path.to_owned(), source };
        let bytes = answer.bytes().await.map_err(broken)?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|error| FleetError::unexpected(path, error))
    }
}

async fn answered(path: &str, request: RequestBuilder) -> Result<Response, FleetError> {
    let sent = request.send().await;
    let answer = sent.map_err(|source| FleetError::Network { request: path.to_owned(), source })?;
    let status = answer.status();
    if matches!(status, StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT) {
        return Ok(answer);
    }
    let body = answer.text().await.unwrap_or_default();
    Err(FleetError::Refused { request: path.to_owned(), status, body })
}

fn decode<T: serde::de::DeserializeOwned>(path: &str, value: Value) -> Result<T, FleetError> {
    serde_json::from_value(value).map_err(|error| FleetError::unexpected(path, error))
}
