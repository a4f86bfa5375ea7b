//! The multipart form of an upload. The file is staged while it is read; fields may come before or after it.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use harrier_artifacts::{Artifacts, Expected, Staged, UploadLimits};
use harrier_domain::Error;
use harrier_rest::{ApiError, ApiResult, QueryParams};

/// Longest text of a form field, bytes: more than any file name or checksum needs.
const MAX_FIELD: usize = 8 * 1024;

/// Where the file of an upload goes.
pub(super) struct Destination<'a> {
    pub artifacts: &'a Artifacts,
    pub tenant: &'a str,
    pub upload_id: &'a str,
    pub limits: UploadLimits,
    /// Encrypt it on the way.
    pub encrypted: bool,
}

/// What the form held so far.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The file. Whoever gives up on the form discards it.
    pub staged: Option<Staged>,
    original_filename: Option<String>,
    filename: Option<String>,
    md5: Option<String>,
    sha1: Option<String>,
    sha256: Option<String>,
}

impl Form {
    /// The texts that came as query parameters.
    pub fn with_query(query: &QueryParams) -> Self {
        let mut form = Self::default();
        for name in ["filename", "md5sum", "sha1sum", "sha256sum"] {
            if let Some(text) = query.text(name) {
                form.set(name, text);
            }
        }
        form
    }

    /// Reads all parts.
    ///
    /// # Errors
    /// 400 `artifact.uploadFailed` for a form that is malformed or has two files, the refusals of staging.
    pub async fn read(&mut self, mut parts: Multipart, destination: &Destination<'_>) -> ApiResult<()> {
        while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
            match part.name().map(ToOwned::to_owned).as_deref() {
                Some("file") => self.stage(part, destination).await?,
                Some(name) => {
                    let text = text_of(part).await?;
                    self.set(name, text);
                }
                None => {}
            }
        }
        Ok(())
    }

    async fn stage(&mut self, part: Field<'_>, destination: &Destination<'_>) -> ApiResult<()> {
        if self.staged.is_some() {
            return Err(ApiError::multipart_failed("more than one file"));
        }
        self.original_filename = part.file_name().map(ToOwned::to_owned);
        let Destination { artifacts, tenant, upload_id, limits, encrypted } = destination;
        let staged = match encrypted {
            true => artifacts.stage_sealed(tenant, upload_id, part, *limits).await,
            false => artifacts.stage(tenant, upload_id, part, *limits).await,
        };
        match staged {
            Ok(staged) => self.staged = Some(staged),
            Err(Error::BodyNotReadable(reason)) => return Err(ApiError::multipart_failed(reason)),
            Err(refusal) => return Err(refusal.into()),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, text: String) {
        let text = Some(text).filter(|text| !text.trim().is_empty());
        match name {
            "filename" => self.filename = text.or(self.filename.take()),
            "md5sum" => self.md5 = text.or(self.md5.take()),
            "sha1sum" => self.sha1 = text.or(self.sha1.take()),
            "sha256sum" => self.sha256 = text.or(self.sha256.take()),
            _ => {}
        }
    }

    /// The name the file shall have: as asked for, else as the part has it.
    pub fn filename(&self) -> &str {
        self.filename.as_deref().or(self.original_filename.as_deref()).unwrap_or_default()
    }

    /// The digests the uploader announced.
    pub fn expected(&self) -> Expected {
        let trimmed = |text: &Option<String>| text.as_ref().map(|text| text.trim().to_owned());
        Expected { md5: trimmed(&self.md5), sha1: trimmed(&self.sha1), sha256: trimmed(&self.sha256) }
    }
}

async fn text_of(mut part: Field<'_>) -> ApiResult<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_FIELD {
            return Err(ApiError::multipart_failed("a form field is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiError::multipart_failed("a form field is not UTF-8"))
}

fn broken(error: &MultipartError) -> ApiError {
    ApiError::multipart_failed(error.body_text())
}
