//! What can go wrong between a decision and its storage.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A storage operation that did not do what was asked. Nothing was changed, except after [`StoreError::Backend`], where
/// the outcome is unknown.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The domain says no; the caller may read why.
    #[error(transparent)]
    Refused(#[from] harrier_domain::Error),
    /// Somebody else changed what the decision was based on: load and decide again.
    #[error("the state changed while it was decided upon")]
    Conflict,
    /// The database asks to slow down, after the client's own retries.
    #[error("the database is throttling")]
    Throttled,
    /// The database failed or could not be reached. The text is for the log alone.
    #[error("the database failed: {0}")]
    Backend(String),
}

/// Error codes by which DynamoDB asks to slow down.
const THROTTLING_CODES: [&str; 4] =
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "ThrottledException"];

impl StoreError {
    /// A failure that is no condition check: throttling, or something for the log.
    pub(crate) fn backend<E, R>(error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        if error.code().is_some_and(|code| THROTTLING_CODES.contains(&code)) {
            crate::meter::throttled();
            return Self::Throttled;
        }
        Self::Backend(aws_sdk_dynamodb::error::DisplayErrorContext(&error).to_string())
    }

    pub(crate) fn broken_item(reason: impl std::fmt::Display) -> Self {
        Self::Backend(format!("stored item cannot be read: {reason}"))
    }
}
