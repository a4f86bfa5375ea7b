//! Who may do what: the holder of the store's own key everything, anyone else what a signature by it allows.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use rand::RngCore;
use s3s::access::{S3Access, S3AccessContext};
use s3s::path::S3Path;
use s3s::{S3Result, s3_error};

use super::EmbeddedError;

const ACCESS_KEY_ID: &str = "harrier-embedded";

/// The store's only pair of keys.
pub(super) struct AccessKey {
    secret: String,
}

impl AccessKey {
    /// Reads the secret from the file at `path`, or makes one and keeps it there, readable by its owner only.
    pub(super) fn load_or_create(path: &Path) -> Result<Self, EmbeddedError> {
        match std::fs::read_to_string(path) {
            Ok(secret) if secret.len() == 64 => Ok(Self { secret }),
            Ok(_) => Self::create(path),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(EmbeddedError::file(path)(error)),
        }
    }

    fn create(path: &Path) -> Result<Self, EmbeddedError> {
        let mut random = [0; 32];
        rand::rng().fill_bytes(&mut random);
        let secret = hex::encode(random);
        write_private(path, secret.as_bytes()).map_err(EmbeddedError::file(path))?;
        Ok(Self { secret })
    }

    pub(super) fn id(&self) -> &str {
        ACCESS_KEY_ID
    }

    pub(super) fn secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for AccessKey {
    /// The secret stays out of logs.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AccessKey").field("id", &self.id()).finish_non_exhaustive()
    }
}

fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

/// Refuses unsigned requests, and keys that would leave their bucket when they become paths.
pub(super) struct OnlySigned;

#[async_trait::async_trait]
impl S3Access for OnlySigned {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        if request.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        }
        match request.s3_path() {
            S3Path::Object { key, .. } => check_key(key),
            S3Path::Root | S3Path::Bucket { .. } => Ok(()),
        }
    }
}

/// Refuses keys with segments that mean something to a file system.
pub(super) fn check_key(key: &str) -> S3Result<()> {
    if key.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(s3_error!(InvalidArgument, "Keys with . or .. segments are not supported"));
    }
    Ok(())
}
