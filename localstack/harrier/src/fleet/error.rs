//! What a virtual device or the one who drives it can meet.

use reqwest::StatusCode;

/// A request that did not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    #[error("{request}: {source}")]
    Network { request: String, source: reqwest::Error },
    #[error("{request} was answered with {status}: {body}")]
    Refused { request: String, status: StatusCode, body: String },
    #[error("{request} was answered with something else than expected: {reason}")]
    Unexpected { request: String, reason: String },
    #[error("{file} is not what was announced: {reason}")]
    Damaged { file: String, reason: String },
    #[error("the update was not concluded in time; last: {last}")]
    OutOfPatience { last: String },
    /// Drawn by [`crate::fleet::Behaviour::crash`], not the server's doing.
    #[error("the device crashed")]
    Crashed,
}

impl FleetError {
    pub(super) fn unexpected(request: &str, reason: impl ToString) -> Self {
        Self::Unexpected { request: request.to_owned(), reason: reason.to_string() }
    }

    /// Whether a device may hope that the same will do another time.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Network { .. } | Self::Crashed => true,
            Self::Refused { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS || is_overtaken(*status)
            }
            Self::Unexpected { .. } | Self::Damaged { .. } | Self::OutOfPatience { .. } => false,
        }
    }
}

/// The action changed while the device acted on what it knew: the next poll tells it (DDI §5.2, §6.1, §8).
fn is_overtaken(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE)
}
