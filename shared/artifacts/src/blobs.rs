//! Reading and deleting published blobs.

use std::io;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use harrier_domain::{Error, Result};

use crate::client::Artifacts;
use crate::failure::{delete_failed, load_failed};
use crate::keys;
use crate::range::ByteRange;

/// Bytes as they arrive from storage; an error ends them.
pub type ByteChunks = BoxStream<'static, io::Result<Bytes>>;

/// An opened blob.
pub struct BlobContent {
    /// Bytes that `chunks` will yield.
    pub length: u64,
    pub chunks: ByteChunks,
}

impl Artifacts {
    /// Opens a blob, or one range of it. Nothing is buffered beyond what the connection holds.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`] when the blob is missing, shorter than the range, or storage fails (DDI §9.7).
    pub async fn open(&self, tenant: &str, sha256: &str, range: Option<ByteRange>) -> Result<BlobContent> {
        let key = keys::blob(tenant, sha256);
        let request = self.data.get_object().bucket(&*self.bucket).key(&key);
        let request = request.set_range(range.map(ByteRange::request_header));
        let object = request.send().await.map_err(load_failed(&key))?;
        let length = object.content_length.and_then(|length| u64::try_from(length).ok());
        Ok(BlobContent { length: length.ok_or(Error::ArtifactLoadFailed)?, chunks: chunks(object.body) })
    }

    /// Opens a blob or range that must have exactly `length` bytes, because that many were promised to the client.
    pub(crate) async fn open_exactly(
        &self,
        tenant: &str,
        sha256: &str,
        range: Option<ByteRange>,
        length: u64,
    ) -> Result<ByteChunks> {
        let content = self.open(tenant, sha256, range).await?;
        if content.length != length {
            tracing::error!(tenant, sha256, expected = length, found = content.length, "a blob has the wrong size");
            return Err(Error::ArtifactLoadFailed);
        }
        Ok(content.chunks)
    }

    /// Deletes a blob. The caller has made sure that no artifact of the tenant refers to it; a missing blob is no error.
    ///
    /// # Errors
    /// [`Error::ArtifactDeleteFailed`] when storage fails.
    pub async fn delete(&self, tenant: &str, sha256: &str) -> Result<()> {
        let key = keys::blob(tenant, sha256);
        let request = self.data.delete_object().bucket(&*self.bucket).key(&key);
        request.send().await.map_err(delete_failed(&key))?;
        Ok(())
    }
}

fn chunks(body: ByteStream) -> ByteChunks {
    let next = |mut body: ByteStream| async move {
        let chunk = body.next().await?;
        Some((chunk.map_err(io::Error::other), body))
    };
    stream::unfold(body, next).boxed()
}
