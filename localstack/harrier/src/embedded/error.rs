//! What can go wrong when an embedded stand-in is opened or served.

use std::path::{Path, PathBuf};

/// Why an embedded stand-in could not be opened, run or served.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The file system refused an operation on this path.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file or directory that was being used.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another process has this state open; two at once would corrupt each other's view.
    #[error("{path} is in use by another process", path = .0.display())]
    InUse(PathBuf),
    /// The embedded database refused to open or to work.
    #[error("embedded database: {0}")]
    Database(String),
    /// The embedded object store refused to open.
    #[error("embedded object store: {0}")]
    ObjectStore(String),
    /// A listener or thread of the operating system could not be had.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// The stand-in's own threads are gone, which only follows a panic in them.
    #[error("the embedded database has stopped")]
    Stopped,
}

impl EmbeddedError {
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }
}
