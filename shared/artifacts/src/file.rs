//! The facts about an artifact that delivery needs.

use harrier_domain::software::{Artifact, Binary};

/// An artifact record, as far as its bytes are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactFile {
    /// The name the uploader gave.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hex; quoted, it is the entity tag.
    pub sha1: String,
    /// Lower-case hex.
    pub md5: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Which stored bytes it has.
    pub binary: Binary,
    /// Epoch milliseconds; `Last-Modified` on the wire.
    pub created_at: i64,
}

impl From<&Artifact> for ArtifactFile {
    fn from(artifact: &Artifact) -> Self {
        Self {
            filename: artifact.filename.clone(),
            size: artifact.size,
            sha1: artifact.sha1.clone(),
            md5: artifact.md5.clone(),
            sha256: artifact.sha256.clone(),
            binary: artifact.binary(),
            created_at: artifact.audit.created_at,
        }
    }
}

impl ArtifactFile {
    /// The strong entity tag, quotes included (DDI §9.3).
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.sha1)
    }
}
