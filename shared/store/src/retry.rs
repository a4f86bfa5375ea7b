//! Deciding again when somebody else was faster (`domain-behaviour.md` §1.1 "Retry").

use harrier_domain::Error;
use std::future::Future;
use std::time::Duration;

use crate::error::{Result, StoreError};

/// How often a decision is tried before the caller hears of the conflict.
pub const MAX_ATTEMPTS: u32 = 16;

const FIRST_PAUSE_MILLIS: u64 = 2;
const LONGEST_PAUSE_MILLIS: u64 = 500;

/// Runs `attempt` (load, decide, commit) until it does not meet a conflict.
///
/// # Errors
/// What `attempt` fails with; [`Error::ConcurrentModification`] after [`MAX_ATTEMPTS`] conflicts.
pub async fn until_settled<T, F>(mut attempt: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for number in 1..=MAX_ATTEMPTS {
        match attempt().await {
            Err(StoreError::Conflict) => pause(number).await,
            settled => return settled,
        }
    }
    Err(StoreError::Refused(Error::ConcurrentModification))
}

/// Full jitter: competitors that met once shall not meet again.
pub(crate) async fn pause(attempt: u32) {
    let longest = (FIRST_PAUSE_MILLIS << attempt.min(8)).min(LONGEST_PAUSE_MILLIS);
    tokio::time::sleep(Duration::from_millis(rand::random_range(0..=longest))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_conflict_is_tried_again_and_reported_in_the_end() {
        let mut left = 3;
        let settled = until_settled(|| {
            left -= 1;
            let outcome = if left > 0 { Err(StoreError::Conflict) } else { Ok(()) };
            async move { outcome }
        });
        assert!(settled.await.is_ok());
        let stubborn = until_settled(|| async { Err::<(), _>(StoreError::Conflict) }).await;
        assert!(matches!(stubborn, Err(StoreError::Refused(Error::ConcurrentModification))));
    }
}
