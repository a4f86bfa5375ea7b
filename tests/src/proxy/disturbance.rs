//! What can happen to a download on its way.

use std::sync::Arc;

use tokio::sync::Notify;

/// Happens to one answer after so many bytes of its body.
#[derive(Debug, Clone)]
pub enum Disturbance {
    /// The connection breaks.
    Cut { after: u64 },
    /// Nothing comes any more, and `reached` is told: time to kill the client.
    Hold { after: u64, reached: Arc<Notify> },
    /// The same, until `resume` is told.
    Pause { after: u64, reached: Arc<Notify>, resume: Arc<Notify> },
}

impl Disturbance {
    pub(super) fn after(&self) -> u64 {
        match self {
            Self::Cut { after } | Self::Hold { after, .. } | Self::Pause { after, .. } => *after,
        }
    }
}
