//! Files that their uploaders put into storage themselves, in parts and by presigned links, and that we read from there.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Part};
use futures::TryStreamExt;
use harrier_domain::{Error, Result};

use crate::client::Artifacts;
use crate::digests::Hasher;
use crate::failure::{is_not_found, load_failed, upload_failed};
use crate::keys::{INCOMING, Incoming};
use crate::limits::UploadLimits;
use crate::stage::Staged;

/// How long the link of a part is good: time to send one part over a slow line. A new one can be had at any time.
const LINK_LIFETIME: Duration = Duration::from_secs(3600);

/// A part that storage has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedPart {
    /// From 1.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// `None` from stand-ins that do not tell it and do not ask for it.
    etag: Option<String>,
}

impl Artifacts {
    /// Begins an upload; returns what storage calls it. It is no object before it is completed, and the lifecycle rule removes
    /// it when it never is.
    ///
    /// # Errors
    /// [`Error::UploadFailed`].
    pub async fn begin_incoming(&self, incoming: &Incoming) -> Result<String> {
        let request = self.data.create_multipart_upload().bucket(&*self.bucket).key(incoming.key());
        let created = request.send().await.map_err(upload_failed("no upload could be started"))?;
        created.upload_id.ok_or_else(|| Error::UploadFailed("the upload got no id".to_owned()))
    }

    /// A link to which exactly `length` bytes can be put as a part of the upload: the length is signed.
    ///
    /// # Errors
    /// [`Error::UploadFailed`] when there are no credentials to sign with.
    pub async fn presign_part(&self, incoming: &Incoming, session: &str, number: u32, length: u64) -> Result<String> {
        let unusable = |_| Error::UploadFailed("no link can be made for the part".to_owned());
        let config = PresigningConfig::expires_in(LINK_LIFETIME).map_err(|_| unusable(()))?;
        let request = self.signing.upload_part().bucket(&*self.bucket).key(incoming.key()).upload_id(session);
        let request = request.part_number(i32::try_from(number).map_err(|_| unusable(()))?);
        let request = request.content_length(i64::try_from(length).map_err(|_| unusable(()))?);
        let signed = request.presigned(config).await.map_err(upload_failed("no link can be made for the part"))?;
        Ok(signed.uri().to_owned())
    }

    /// Up to `limit` parts that storage has, in the order of their numbers, those above `after` only. `None` when there is no
    /// such upload any more: completed, aborted or expired.
    ///
    /// # Errors
    /// [`Error::UploadFailed`].
    pub async fn received_parts(
        &self,
        incoming: &Incoming,
        session: &str,
        (after, limit): (u32, u32),
    ) -> Result<Option<Vec<ReceivedPart>>> {
        let request = self.data.list_parts().bucket(&*self.bucket).key(incoming.key()).upload_id(session);
        let request = request.part_number_marker(after.to_string()).max_parts(i32::try_from(limit).unwrap_or(i32::MAX));
        match request.send().await {
            Ok(listed) => {
                let received = listed.parts().iter().filter_map(received);
                Ok(Some(received.filter(|part| part.number > after).take(limit as usize).collect()))
            }
            Err(error) if is_not_found(&error) => Ok(None),
            Err(error) => Err(upload_failed("the parts could not be listed")(error)),
        }
    }

    /// Makes the parts one object, which is the sign to take it in. Returns whether the upload was still there.
    ///
    /// # Errors
    /// [`Error::UploadFailed`].
    pub async fn complete_incoming(
        &self,
        incoming: &Incoming,
        session: &str,
        parts: Vec<ReceivedPart>,
    ) -> Result<bool> {
        let parts = parts.into_iter().map(completed).collect();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.data.complete_multipart_upload().bucket(&*self.bucket).key(incoming.key());
        match request.upload_id(session).multipart_upload(parts).send().await {
            Ok(_) => Ok(true),
            Err(error) if is_not_found(&error) => Ok(false),
            Err(error) => Err(upload_failed("the parts could not be put together")(error)),
        }
    }

    /// Whether the file is complete in storage and was not taken in yet.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`].
    pub async fn has_incoming(&self, incoming: &Incoming) -> Result<bool> {
        self.size_of(&incoming.key()).await.map(|size| size.is_some())
    }

    /// Throws away the parts, or the object they became. What fails is left to the lifecycle rule.
    pub async fn abort_incoming(&self, incoming: &Incoming, session: &str) {
        let request = self.data.abort_multipart_upload().bucket(&*self.bucket).key(incoming.key());
        if let Err(error) = request.upload_id(session).send().await
            && !is_not_found(&error)
        {
            tracing::warn!(key = incoming.key(), %error, "an upload is left to the lifecycle rule");
        }
        self.discard_incoming(incoming).await;
    }

    /// Throws away the object. What fails is left to the lifecycle rule.
    pub async fn discard_incoming(&self, incoming: &Incoming) {
        let key = incoming.key();
        if let Err(error) = self.data.delete_object().bucket(&*self.bucket).key(&key).send().await {
            tracing::warn!(key, %error, "an uploaded file is left to the lifecycle rule");
        }
    }

    /// Reads the file and computes its digests, in constant memory. It stays where it is, and can be published from there.
    /// `None` when there is none.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`] when storage fails or the stream breaks off.
    pub async fn digest_incoming(&self, incoming: &Incoming) -> Result<Option<Staged>> {
        let key = incoming.key();
        if self.size_of(&key).await?.is_none() {
            return Ok(None);
        }
        let content = self.open_object(&key, None).await?;
        let (mut hasher, mut size, mut chunks) = (Hasher::new(), 0, content.chunks);
        while let Some(chunk) = chunks.try_next().await.map_err(load_failed(&key))? {
            hasher.update(&chunk);
            size += chunk.len() as u64;
        }
        let tenant = incoming.tenant.to_string();
        Ok(Some(Staged { tenant, key, digests: hasher.finish(), size, stored: size, sealed: None }))
    }

    /// Reads the file, computes its digests, and stages it encrypted under `name`, in constant memory. `None` when there is
    /// none.
    ///
    /// # Errors
    /// As [`Artifacts::stage_sealed`], and [`Error::ArtifactLoadFailed`] when the stream breaks off.
    pub async fn seal_incoming(&self, incoming: &Incoming, name: &str) -> Result<Option<Staged>> {
        let key = incoming.key();
        if self.size_of(&key).await?.is_none() {
            return Ok(None);
        }
        let content = self.open_object(&key, None).await?.chunks;
        let staged = self.stage_sealed(incoming.tenant.as_str(), name, content, UploadLimits::default()).await;
        match staged {
            Err(Error::BodyNotReadable(reason)) => {
                tracing::error!(key, reason, "an uploaded file could not be read to its end");
                Err(Error::ArtifactLoadFailed)
            }
            staged => staged.map(Some),
        }
    }

    /// All files that are complete in storage and were not taken in yet, of all tenants.
    ///
    /// # Errors
    /// [`Error::ArtifactLoadFailed`].
    pub async fn incoming(&self) -> Result<Vec<Incoming>> {
        let mut found = Vec::new();
        let mut pages = self.data.list_objects_v2().bucket(&*self.bucket).prefix(INCOMING).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(load_failed(INCOMING))?;
            found.extend(page.contents().iter().filter_map(|object| Incoming::parse(object.key()?)));
        }
        Ok(found)
    }
}

fn received(part: &Part) -> Option<ReceivedPart> {
    let number = part.part_number().and_then(|number| u32::try_from(number).ok())?;
    let size = part.size().and_then(|size| u64::try_from(size).ok())?;
    Some(ReceivedPart { number, size, etag: part.e_tag().map(str::to_owned) })
}

fn completed(part: ReceivedPart) -> CompletedPart {
    CompletedPart::builder().set_part_number(i32::try_from(part.number).ok()).set_e_tag(part.etag).build()
}
