//! Why an upload did not reach its end.

use std::path::PathBuf;

use reqwest::StatusCode;

use super::api::Refusal;

/// A failure, worded for the person who uploads.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("{path}: {source}", path = .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{0} has no name; give one with --name")]
    NoName(PathBuf),
    #[error("{request}: {}", causes(.source))]
    Network { request: String, source: reqwest::Error },
    #[error("{request} was answered with {status}: {message}")]
    Answer { request: String, status: StatusCode, message: String },
    #[error("the server refused the file: {message} ({code})")]
    Refused { code: String, message: String },
}

impl UploadError {
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self::Refused { code: refusal.error_code, message: refusal.message }
    }

    /// Whether the same may go well another time.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Network { .. } => true,
            // A link that has expired is 403, and the next one is fresh.
            Self::Answer { status, .. } => {
                status.is_server_error() || matches!(*status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
            }
            Self::File { .. } | Self::NoName(_) | Self::Refused { .. } => false,
        }
    }
}

/// All causes, without the address: it may be a presigned one.
fn causes(error: &reqwest::Error) -> String {
    let mut text = String::from(if error.is_timeout() { "no answer in time" } else { "no connection" });
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
