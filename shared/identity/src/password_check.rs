//! Checks passwords where blocking is allowed, a few at a time: each check takes 19 MiB and tens of milliseconds, and
//! anybody can ask for one.

use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::LoginError;
use crate::password::verify_password;

/// Most checks at the same time, however many processors there are: 76 MiB.
const MAX_AT_ONCE: usize = 4;

/// Most requests that wait for their turn. More are sent away: a flood of guesses shall not make the queue longer than
/// anybody would wait.
const MAX_WAITING: usize = 128;

/// The room in which passwords are checked. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PasswordChecks {
    waiting: Arc<Semaphore>,
    checking: Arc<Semaphore>,
}

/// A place in the room, kept until the check is done.
pub(crate) struct Turn {
    permit: OwnedSemaphorePermit,
}

impl PasswordChecks {
    pub(crate) fn new() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::with_room(processors.min(MAX_AT_ONCE), MAX_WAITING)
    }

    fn with_room(at_once: usize, waiting: usize) -> Self {
        Self { waiting: Arc::new(Semaphore::new(waiting)), checking: Arc::new(Semaphore::new(at_once)) }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Result<Turn, LoginError> {
        let _place_in_the_queue = self.waiting.try_acquire().map_err(|_| LoginError::TooBusy)?;
        Arc::clone(&self.checking).acquire_owned().await.map(|permit| Turn { permit }).map_err(|_| LoginError::TooBusy)
    }
}

impl Turn {
    /// Whether the password is the one that was hashed. The turn ends with the check, even if the caller is gone by then.
    pub(crate) async fn check(self, password: String, hash: String) -> bool {
        let checked = tokio::task::spawn_blocking(move || {
            let verified = verify_password(&password, &hash);
            drop(self.permit);
            verified
        });
        checked.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_sent_away() {
        let checks = PasswordChecks::with_room(1, 1);
        let turn = checks.turn().await.unwrap();
        let second = tokio::spawn({
            let checks = checks.clone();
            async move { checks.turn().await.is_ok() }
        });
        while checks.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(checks.turn().await, Err(LoginError::TooBusy)));
        drop(turn);
        assert!(second.await.unwrap());
    }
}
