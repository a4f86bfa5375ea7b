//! Size limits that hold while an upload streams (domain §12.1 step 6).

use harrier_domain::{Error, Result};

/// What the tenant may still store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageRoom {
    /// Bytes the tenant may store in all.
    pub limit: u64,
    /// Bytes its artifacts take already.
    pub used: u64,
}

/// How large an upload may get. `None` is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of one file.
    pub max_file_size: Option<u64>,
    pub storage: Option<StorageRoom>,
}

impl UploadLimits {
    /// Checks the bytes seen so far. When both limits are passed, the lower one decides the error.
    ///
    /// # Errors
    /// [`Error::FileSizeQuotaExceeded`], [`Error::StorageQuotaExceeded`].
    pub fn check(&self, size: u64) -> Result<()> {
        let file_room = self.max_file_size.unwrap_or(u64::MAX);
        let storage_room = self.storage.map_or(u64::MAX, |room| room.limit.saturating_sub(room.used));
        if size <= file_room.min(storage_room) {
            return Ok(());
        }
        if file_room <= storage_room {
            return Err(Error::FileSizeQuotaExceeded { limit: file_room });
        }
        Err(Error::StorageQuotaExceeded { limit: self.storage.map_or(storage_room, |room| room.limit) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_limit_decides() {
        let room = |used| Some(StorageRoom { limit: 100, used });
        let file = Error::FileSizeQuotaExceeded { limit: 50 };
        let storage = Error::StorageQuotaExceeded { limit: 100 };
        let table = [
            (UploadLimits::default(), u64::MAX, Ok(())),
            (UploadLimits { max_file_size: Some(50), storage: None }, 50, Ok(())),
            (UploadLimits { max_file_size: Some(50), storage: None }, 51, Err(file.clone())),
            (UploadLimits { max_file_size: Some(50), storage: room(0) }, 101, Err(file.clone())),
            (UploadLimits { max_file_size: Some(50), storage: room(50) }, 51, Err(file)),
            (UploadLimits { max_file_size: Some(50), storage: room(60) }, 40, Ok(())),
            (UploadLimits { max_file_size: Some(50), storage: room(60) }, 200, Err(storage.clone())),
            (UploadLimits { max_file_size: None, storage: room(130) }, 0, Ok(())),
            (UploadLimits { max_file_size: None, storage: room(130) }, 1, Err(storage)),
        ];
        for (limits, size, expected) in table {
            assert_eq!(limits.check(size), expected, "{limits:?} {size}");
        }
    }
}
