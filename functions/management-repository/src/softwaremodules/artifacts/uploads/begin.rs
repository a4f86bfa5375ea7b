//! `POST /rest/v1/softwaremodules/{id}/artifacts/uploads`

use axum::extract::State;
use harrier_domain::authority::Authority;
use harrier_domain::text::{self, Violations};
use harrier_domain::upload::AnnouncedDigests;
use harrier_domain::{Error, Result};
use harrier_rest::{ApiError, ApiResult, Hal, Json, Origin, Path};
use harrier_runtime::{App, Caller};
use harrier_uploads::{UploadRequest, Uploads};
use schemars::JsonSchema;
use serde::Deserialize;

use super::representation::UploadResource;

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct UploadCreate {
    filename: Option<String>,
    /// Bytes.
    size: Option<u64>,
    #[serde(default)]
    hashes: AnnouncedHashes,
}

/// Hexadecimal, in any letter case; each is optional.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct AnnouncedHashes {
    sha1: Option<String>,
    md5: Option<String>,
    sha256: Option<String>,
}

pub(super) async fn begin(
    State(app): State<App>,
    caller: Caller,
    origin: Origin,
    Path(module): Path<i64>,
    Json(request): Json<UploadCreate>,
) -> ApiResult<Hal<UploadResource>> {
    caller.require(Authority::CreateSoftwareModule)?;
    // As an empty file in one request.
    if request.size == Some(0) {
        return Err(ApiError::bad_request());
    }
    let request = checked(&request, &app, &caller)?;
    let upload = Uploads::new(&app).begin(caller.tenant(), module, request).await?;
    Ok(Hal::created(UploadResource::new(&upload, &origin)))
}

fn checked(request: &UploadCreate, app: &App, caller: &Caller) -> Result<UploadRequest> {
    let mut violations = Violations::default();
    let filename = violations.required(text::filename, "filename", request.filename.as_ref());
    let size = violations.check(text::required("size", request.size)).unwrap_or_default();
    let hashes = &request.hashes;
    let announced = AnnouncedDigests {
        sha1: violations.check(digest("hashes.sha1", hashes.sha1.as_ref(), 40)).flatten(),
        md5: violations.check(digest("hashes.md5", hashes.md5.as_ref(), 32)).flatten(),
        sha256: violations.check(digest("hashes.sha256", hashes.sha256.as_ref(), 64)).flatten(),
    };
    violations.finish()?;
    Ok(UploadRequest { filename, size, announced, actor: caller.actor(), now: app.now() })
}

/// A digest of so many digits, in lower case; blank is as good as absent.
fn digest(field: &str, text: Option<&String>, digits: usize) -> Result<Option<String>> {
    let Some(text) = text.map(|text| text.trim()).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(text.to_ascii_lowercase()));
    }
    Err(Error::violation(field, &format!("must have {digits} hexadecimal digits")))
}
