//! What storage errors are on the wire.

use harrier_campaigns::EngineError;
use harrier_domain::Error;
use harrier_store::StoreError;

use super::ApiError;

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            // Decisions retry by themselves; a conflict that gets here was none that a retry could settle.
            StoreError::Conflict => Error::ConcurrentModification.into(),
            StoreError::Throttled => Self::unavailable(),
            StoreError::Backend(_) => Self::internal(error),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Queue(_) | EngineError::Unreadable(_) => Self::internal(error),
        }
    }
}
