//! The file on this machine.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};

use harrier_artifacts::{Digests, Hasher};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::{Observer, Progress, UploadError};

const BUFFER: usize = 256 * 1024;

/// A file with its digests.
#[derive(Debug)]
pub(super) struct LocalFile {
    path: PathBuf,
    pub name: String,
    pub size: u64,
    pub digests: Digests,
}

impl LocalFile {
    /// Reads the whole file once, in constant memory.
    pub(super) async fn open(path: &Path, name: Option<&str>, observer: Observer<'_>) -> Result<Self, UploadError> {
        let own_name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.map(str::to_owned).or_else(own_name).ok_or_else(|| UploadError::NoName(path.to_owned()))?;
        let failed = |source| UploadError::File { path: path.to_owned(), source };
        let mut file = File::open(path).await.map_err(failed)?;
        let (mut hasher, mut size, mut buffer) = (Hasher::new(), 0, vec![0; BUFFER]);
        loop {
            let read = file.read(&mut buffer).await.map_err(failed)?;
            if read == 0 {
                break;
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
            size += read as u64;
            observer(Progress::Hashed(read as u64));
        }
        Ok(Self { path: path.to_owned(), name, size, digests: hasher.finish() })
    }

    /// Reads `length` bytes from `offset` on.
    pub(super) async fn section(&self, offset: u64, length: u64) -> Result<tokio::io::Take<File>, UploadError> {
        let failed = |source| UploadError::File { path: self.path.clone(), source };
        let mut file = File::open(&self.path).await.map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).await.map_err(failed)?;
        Ok(file.take(length))
    }
}
