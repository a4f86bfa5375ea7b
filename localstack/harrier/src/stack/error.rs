//! Why the stack could not be started or stopped.

use std::net::SocketAddr;
use std::path::PathBuf;

use harrier_artifacts::encryption::KeyFileError;
use harrier_identity::PasswordError;
use harrier_store::StoreError;

use crate::embedded::EmbeddedError;

/// A failure that ends the program, worded for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot use the certificate {certificate} with the key {key}: {source}", certificate = .certificate.display(), key = .key.display())]
    Tls { certificate: PathBuf, key: PathBuf, source: std::io::Error },
    #[error("cannot use {path} for client certificates: {source}", path = .path.display())]
    ClientAuthorities { path: PathBuf, source: std::io::Error },
    #[error("cannot make the bucket {bucket}: {reason}")]
    Bucket { bucket: String, reason: String },
    #[error("the queue of steps: {0}")]
    Queue(String),
    #[error("the engine of campaigns: {0}")]
    Engine(#[from] harrier_campaigns::EngineError),
    /// [`Stack::settle`](super::Stack::settle) did not come to an end.
    #[error("unsettled: {0}")]
    Unsettled(String),
    #[error("the encryption key {file}: {source}", file = .file.display())]
    EncryptionKey { file: PathBuf, source: KeyFileError },
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("the operating system gives no randomness")]
    Randomness,
    #[error("{0}")]
    Refused(#[from] harrier_domain::Error),
    #[error(transparent)]
    System(#[from] std::io::Error),
}
