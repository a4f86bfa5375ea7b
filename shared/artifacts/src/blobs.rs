//! Reading and deleting published blobs.

use std::io;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use harrier_domain::software::Binary;
use harrier_domain::{Error, Result};

use crate::client::Artifacts;
use crate::encryption::SealedObject;
use crate::failure::{delete_failed, load_failed};
use crate::file::ArtifactFile;
use crate::keys;
use crate::range::ByteRange;

/// Bytes as they arrive from storage; an error ends them.
pub type ByteChunks = BoxStream<'static, io::Result<Bytes>>;

/// An opened object.
pub(crate) struct BlobContent {
    /// Bytes that `chunks` will yield.
    pub(crate) length: u64,
    pub(crate) chunks: ByteChunks,
}

impl Artifacts {
    /// Opens a file, or one range of it, as devices get it. Nothing is buffered beyond what the connection holds, and one
    /// chunk of an encrypted file.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`] when the bytes are missing, not as many as recorded, or storage fails (DDI §9.7);
    /// [`Error::EncryptionFailed`] when they cannot be decrypted.
    pub async fn open(&self, tenant: &str, file: &ArtifactFile, range: Option<ByteRange>) -> Result<ByteChunks> {
        let length = range.map_or(file.size, ByteRange::len);
        match &file.binary {
            Binary::Shared(_) => self.open_stored(tenant, &file.binary, range, length).await,
            Binary::Sealed(name) => self.open_sealed(tenant, name, file.size, range).await,
        }
    }

    /// Opens stored bytes as they are, or one range of them.
    pub(crate) async fn open_object(&self, key: &str, range: Option<ByteRange>) -> Result<BlobContent> {
        let request = self.data.get_object().bucket(&*self.bucket).key(key);
        let request = request.set_range(range.map(ByteRange::request_header));
        let object = request.send().await.map_err(load_failed(key))?;
        let length = object.content_length.and_then(|length| u64::try_from(length).ok());
        Ok(BlobContent { length: length.ok_or(Error::ArtifactLoadFailed)?, chunks: chunks(object.body) })
    }

    /// Opens stored bytes or a range that must have exactly `length` bytes, because that many were promised to the client.
    pub(crate) async fn open_stored(
        &self,
        tenant: &str,
        binary: &Binary,
        range: Option<ByteRange>,
        length: u64,
    ) -> Result<ByteChunks> {
        let key = keys::binary(tenant, binary);
        let content = self.open_object(&key, range).await?;
        if content.length != length {
            tracing::error!(key, expected = length, found = content.length, "a binary has the wrong size");
            return Err(Error::ArtifactLoadFailed);
        }
        Ok(content.chunks)
    }

    /// Deletes stored bytes. The caller has made sure that no artifact of the tenant refers to them; missing ones are no
    /// error.
    ///
    /// # Errors
    /// [`Error::ArtifactDeleteFailed`] when storage fails.
    pub async fn delete(&self, tenant: &str, binary: &Binary) -> Result<()> {
        let key = keys::binary(tenant, binary);
        let request = self.data.delete_object().bucket(&*self.bucket).key(&key);
        request.send().await.map_err(delete_failed(&key))?;
        if let (Binary::Sealed(name), Some(encryption)) = (binary, &self.encryption) {
            encryption.forget(&SealedObject { tenant: keys::stored(tenant), name: name.clone() });
        }
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
