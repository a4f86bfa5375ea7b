//! From the uploader's stream into a staging object, in constant memory.

use std::fmt::Display;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use futures::Stream;
use harrier_domain::software::Binary;
use harrier_domain::{Error, Result};

use crate::client::Artifacts;
use crate::digests::{Digests, Expected};
use crate::encryption::SealedObject;
use crate::failure::upload_failed;
use crate::keys;
use crate::limits::UploadLimits;
use crate::multipart_upload::MultipartUpload;
use crate::part_reader::PartReader;

/// An upload that is stored but not yet published: not reachable by anybody, removed by the lifecycle rule in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    pub tenant: String,
    /// Where its bytes lie.
    pub key: String,
    pub digests: Digests,
    /// Bytes as devices get them. Zero for an empty upload, which the caller refuses.
    pub size: u64,
    /// Bytes as stored.
    pub(crate) stored: u64,
    /// What it is to be stored as, if it is encrypted.
    pub(crate) sealed: Option<String>,
}

impl Staged {
    /// Which stored bytes it becomes.
    #[must_use]
    pub fn binary(&self) -> Binary {
        match &self.sealed {
            Some(name) => Binary::Sealed(name.clone()),
            None => Binary::Shared(self.digests.sha256.clone()),
        }
    }

    /// The name of its encrypted bytes.
    #[must_use]
    pub fn sealed(&self) -> Option<&str> {
        self.sealed.as_deref()
    }
}

/// So many parts have the configured size. Every [`PARTS_PER_DOUBLING`] after them the size doubles, so that S3's 10 000 parts
/// reach about 500 GiB: 8 MiB parts up to 40 GiB, then 16, 32, … 256 MiB.
const EQUAL_PARTS: u32 = 5000;
const PARTS_PER_DOUBLING: u32 = 1000;

fn part_size(base: u64, parts_before: i32) -> usize {
    let beyond = u32::try_from(parts_before).unwrap_or_default().checked_sub(EQUAL_PARTS);
    let doublings = beyond.map_or(0, |beyond| beyond / PARTS_PER_DOUBLING + 1);
    usize::try_from(base << doublings).unwrap_or(usize::MAX)
}

impl Artifacts {
    /// Streams `content` into the staging object of `upload_id`, hashing on the way and enforcing `limits`. A repeated
    /// `upload_id` overwrites. On an error, and when the future is dropped, nothing is left but what the lifecycle rule removes.
    ///
    /// # Errors
    /// [`harrier_domain::Error::FileSizeQuotaExceeded`] and [`harrier_domain::Error::StorageQuotaExceeded`] as soon as a limit is passed,
    /// [`harrier_domain::Error::BodyNotReadable`] when `content` breaks off, [`harrier_domain::Error::UploadFailed`] when storage fails.
    pub async fn stage<S, E>(&self, tenant: &str, upload_id: &str, content: S, limits: UploadLimits) -> Result<Staged>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Display + Send,
    {
        let key = keys::staging(tenant, upload_id);
        let (digests, size, stored) = self.put(&key, PartReader::new(content, limits, None)).await?;
        Ok(Staged { tenant: tenant.to_owned(), key, digests, size, stored, sealed: None })
    }

    /// As [`Artifacts::stage`], but the bytes are encrypted before they reach storage. `name` becomes the name of the sealed
    /// object and of the staging object. Digests and size are those of the plain bytes.
    ///
    /// # Errors
    /// As [`Artifacts::stage`]; [`Error::EncryptionNotSupported`] when no encryption is plugged in,
    /// [`Error::EncryptionFailed`] when it fails.
    pub async fn stage_sealed<S, E>(&self, tenant: &str, name: &str, content: S, limits: UploadLimits) -> Result<Staged>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Display + Send,
    {
        let encryption = self.encryption.as_ref().ok_or(Error::EncryptionNotSupported)?;
        let sealer = encryption.sealer(&SealedObject { tenant: keys::stored(tenant), name: name.to_owned() }).await?;
        let key = keys::staging(tenant, name);
        let (digests, size, stored) = self.put(&key, PartReader::new(content, limits, Some(sealer))).await?;
        Ok(Staged { tenant: tenant.to_owned(), key, digests, size, stored, sealed: Some(name.to_owned()) })
    }

    async fn put<S, E>(&self, key: &str, mut reader: PartReader<S>) -> Result<(Digests, u64, u64)>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Display + Send,
    {
        let first = reader.next_part(part_size(self.sizes.part, 0)).await?;
        if reader.has_ended() {
            self.put_whole(key, first).await?;
        } else {
            self.put_parts(key, first, &mut reader).await?;
        }
        Ok(reader.finish())
    }

    async fn put_whole(&self, key: &str, content: Bytes) -> Result<()> {
        let request = self.data.put_object().bucket(&*self.bucket).key(key).body(ByteStream::from(content));
        request.send().await.map_err(upload_failed("the file could not be stored"))?;
        Ok(())
    }

    async fn put_parts<S, E>(&self, key: &str, first: Bytes, reader: &mut PartReader<S>) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Display + Send,
    {
        let mut upload = MultipartUpload::start(self, key).await?;
        let filled = self.fill(&mut upload, first, reader).await;
        upload.conclude(filled).await
    }

    async fn fill<S, E>(&self, upload: &mut MultipartUpload, first: Bytes, reader: &mut PartReader<S>) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Display + Send,
    {
        upload.put(first).await?;
        loop {
            let part = reader.next_part(part_size(self.sizes.part, upload.parts())).await?;
            if part.is_empty() {
                return Ok(());
            }
            upload.put(part).await?;
        }
    }

    /// Throws a staged upload away. Repeating it is harmless; a failure is logged and left to the lifecycle rule.
    pub async fn discard(&self, staged: &Staged) {
        let key = &staged.key;
        if let Err(cause) = self.data.delete_object().bucket(&*self.bucket).key(key).send().await {
            tracing::warn!(key, %cause, "a staged upload is left to the lifecycle rule");
        }
    }

    /// Compares a staged upload with what its uploader announced, and throws it away when they differ.
    ///
    /// # Errors
    /// [`harrier_domain::Error::ChecksumMismatch`] naming the first digest that differs.
    pub async fn verify(&self, staged: &Staged, expected: &Expected) -> Result<()> {
        let verdict = expected.verify(&staged.digests);
        if verdict.is_err() {
            self.discard(staged).await;
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_so_that_ten_thousand_reach_half_a_tebibyte() {
        const MIB: u64 = 1024 * 1024;
        let size = |before| part_size(8 * MIB, before) as u64 / MIB;
        let table = [(0, 8), (4999, 8), (5000, 16), (5999, 16), (6000, 32), (9999, 256)];
        for (before, expected) in table {
            assert_eq!(size(before), expected, "{before}");
        }
        let total: u64 = (0..10_000).map(size).sum();
        assert!(total > 500 * 1024, "{total} MiB");
    }
}
