//! Why a step was not done. The queue brings it again, and after five times puts it aside.

use harrier_store::StoreError;
use thiserror::Error;

pub type Result<T, E = EngineError> = std::result::Result<T, E>;

/// A unit of work that did not come to its end.
#[derive(Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue did not take a step. The text is for the log.
    #[error("the queue failed: {0}")]
    Queue(String),
    /// A message that is no step of this program.
    #[error("the step cannot be read: {0}")]
    Unreadable(String),
}

impl From<harrier_domain::Error> for EngineError {
    fn from(refusal: harrier_domain::Error) -> Self {
        Self::Store(StoreError::Refused(refusal))
    }
}
