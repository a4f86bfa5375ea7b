//! One process per state directory.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::EmbeddedError;

/// Holds an advisory lock for as long as it lives. The operating system drops it with the process, however
/// that ends, so a crash leaves nothing to clean up.
#[derive(Debug)]
pub(super) struct StateLock(#[expect(dead_code, reason = "held, never read")] File);

impl StateLock {
    /// Takes the lock kept in the file at `path`, which is created when missing.
    pub(super) fn take(path: &Path) -> Result<Self, EmbeddedError> {
        let file = File::create(path).map_err(EmbeddedError::file(path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse(path.to_path_buf())),
            Err(TryLockError::Error(source)) => Err(EmbeddedError::file(path)(source)),
        }
    }
}
