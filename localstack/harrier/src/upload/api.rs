//! The operations of the Management API that an upload needs.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::UploadError;
use super::file::LocalFile;

/// Without a byte for so long, a connection is given up.
const SILENCE: Duration = Duration::from_secs(60);

/// A Harrier and who uploads to it. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    pub(super) http: Client,
    url: String,
    user: String,
    password: String,
}

/// Leaves the password out.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.url).field("user", &self.user).finish_non_exhaustive()
    }
}

/// What is asked for.
#[derive(Debug, Serialize)]
pub(super) struct Asked<'a> {
    filename: &'a str,
    size: u64,
    hashes: Hashes,
}

impl<'a> Asked<'a> {
    pub(super) fn of(file: &'a LocalFile) -> Self {
        let digests = file.digests.clone();
        let hashes = Hashes { sha1: digests.sha1, md5: digests.md5, sha256: digests.sha256 };
        Self { filename: &file.name, size: file.size, hashes }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Hashes {
    sha1: String,
    md5: String,
    pub(super) sha256: String,
}

/// An upload as the server sees it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadStatus {
    pub(super) id: i64,
    pub(super) filename: String,
    pub(super) size: u64,
    #[serde(default)]
    pub(super) hashes: Hashes,
    pub(super) state: String,
    pub(super) artifact_id: Option<i64>,
    pub(super) error: Option<Refusal>,
}

/// Why the server refused a file, or a request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Refusal {
    pub(super) error_code: String,
    pub(super) message: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageOf<T> {
    pub(super) content: Vec<T>,
    pub(super) total: u64,
}

impl Server {
    /// # Errors
    /// [`UploadError::Network`] when no HTTP client can be made.
    pub fn new(url: &str, user: &str, password: &str) -> Result<Self, UploadError> {
        let http = Client::builder().connect_timeout(SILENCE).read_timeout(SILENCE).tcp_nodelay(true).build();
        let http = http.map_err(|source| UploadError::Network { request: "an HTTP client".to_owned(), source })?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { http, url, user: user.to_owned(), password: password.to_owned() })
    }

    pub(super) async fn ask(&self, module: i64, asked: &Asked<'_>) -> Result<UploadStatus, UploadError> {
        let path = uploads(module);
        read("POST", &path, self.request(Method::POST, &path).json(asked)).await
    }

    pub(super) async fn uploads(&self, module: i64) -> Result<Vec<UploadStatus>, UploadError> {
        let path = uploads(module);
        let page: PageOf<UploadStatus> = read("GET", &path, self.request(Method::GET, &path)).await?;
        Ok(page.content)
    }

    pub(super) async fn status(&self, module: i64, upload: i64) -> Result<UploadStatus, UploadError> {
        let path = format!("{}/{upload}", uploads(module));
        read("GET", &path, self.request(Method::GET, &path)).await
    }

    /// Parts after the first `offset`.
    pub(super) async fn parts(
        &self,
        module: i64,
        upload: i64,
        (offset, limit): (u32, u32),
    ) -> Result<PageOf<Part>, UploadError> {
        let path = format!("{}/{upload}/parts?offset={offset}&limit={limit}", uploads(module));
        read("GET", &path, self.request(Method::GET, &path)).await
    }

    pub(super) async fn complete(&self, module: i64, upload: i64) -> Result<UploadStatus, UploadError> {
        let path = format!("{}/{upload}/complete", uploads(module));
        read("POST", &path, self.request(Method::POST, &path)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/rest/v1{path}", self.url);
        self.http.request(method, url).basic_auth(&self.user, Some(&self.password))
    }
}

fn uploads(module: i64) -> String {
    format!("/softwaremodules/{module}/artifacts/uploads")
}

/// Sends a request to the API and reads the answer.
async fn read<T: DeserializeOwned>(method: &str, path: &str, request: RequestBuilder) -> Result<T, UploadError> {
    let name = || format!("{method} {path}");
    let network = |source| UploadError::Network { request: name(), source };
    let response = request.send().await.map_err(network)?;
    let status = response.status();
    let body = response.bytes().await.map_err(network)?;
    let unreadable = |message| UploadError::Answer { request: name(), status, message };
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()));
    }
    let refusal: Refusal = serde_json::from_slice(&body).unwrap_or_default();
    Err(unreadable(refusal.message))
}
