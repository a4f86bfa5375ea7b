//! The facts about an artifact that delivery needs.

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
    /// Lower-case hex; names the blob.
    pub sha256: String,
    /// Epoch milliseconds; `Last-Modified` on the wire.
    pub created_at: i64,
}

impl ArtifactFile {
    /// The strong entity tag, quotes included (DDI §9.3).
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.sha1)
    }
}
