//! A sealed object becomes plain bytes again, whole or a range.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt, TryStreamExt};
use harrier_domain::software::Binary;
use harrier_domain::{Error, Result};

use super::layout::{Layout, Span};
use super::{ChunkCipher, Provider, SealedObject};
use crate::blobs::ByteChunks;
use crate::client::Artifacts;
use crate::failure::encryption_failed;
use crate::keys;
use crate::range::ByteRange;

impl Artifacts {
    /// Opens a sealed file of `size` plain bytes, or one range of it. The first chunk is opened at once, so that forged
    /// bytes are known before an answer begins; later ones break the stream off.
    ///
    /// # Errors
    /// [`Error::EncryptionFailed`] when no encryption is plugged in, no key is to be had, or the bytes were changed;
    /// [`Error::ArtifactLoadFailed`] when the object is missing, has the wrong size, or storage fails.
    pub(crate) async fn open_sealed(
        &self,
        tenant: &str,
        name: &str,
        size: u64,
        range: Option<ByteRange>,
    ) -> Result<ByteChunks> {
        let provider = self.encryption.as_deref().ok_or_else(|| not_plugged_in(name))?;
        let object = SealedObject { tenant: keys::stored(tenant), name: name.to_owned() };
        let cipher = self.cipher(provider, &object).await?;
        let (chunk, overhead) = (cipher.chunk_length() as u64, cipher.overhead() as u64);
        let layout = Layout { header: provider.header_length(), chunk, overhead, size };
        let range = range.unwrap_or(ByteRange { first: 0, last: size.saturating_sub(1) });
        let span = layout.span(range);
        let stored = Binary::Sealed(object.name.clone());
        let sealed = self.open_stored(tenant, &stored, Some(span.bytes), span.bytes.len()).await?;
        let opening = Opening::new(sealed, cipher, layout, span, range.len());
        opening.stream(&object.name).await
    }

    async fn cipher(&self, provider: &Provider, object: &SealedObject) -> Result<Arc<dyn ChunkCipher>> {
        if let Some(cipher) = provider.recall(object) {
            return Ok(cipher);
        }
        let length = provider.header_length();
        let range = length.checked_sub(1).map(|last| ByteRange { first: 0, last });
        let stored = Binary::Sealed(object.name.clone());
        let header = match range {
            Some(_) => self.open_stored(&object.tenant, &stored, range, length).await?,
            None => stream::empty().boxed(),
        };
        let header = header.try_collect::<BytesMut>().await.map_err(|cause| {
            tracing::error!(%object, %cause, "the header of an encrypted artifact could not be read");
            Error::ArtifactLoadFailed
        })?;
        provider.resume(object, &header).await
    }
}

fn not_plugged_in(name: &str) -> Error {
    tracing::error!(name, "an encrypted artifact is asked for, but no encryption is configured");
    Error::EncryptionFailed
}

/// The chunks that are still to come.
pub(super) struct Opening {
    sealed: ByteChunks,
    buffered: BytesMut,
    cipher: Arc<dyn ChunkCipher>,
    layout: Layout,
    next: u64,
    last: u64,
    /// Plain bytes to drop from the next chunk.
    skip: u64,
    /// Plain bytes still to hand out.
    left: u64,
}

impl Opening {
    pub(super) fn new(
        sealed: ByteChunks,
        cipher: Arc<dyn ChunkCipher>,
        layout: Layout,
        span: Span,
        length: u64,
    ) -> Self {
        let Span { first, last, skip, .. } = span;
        Self { sealed, buffered: BytesMut::new(), cipher, layout, next: first, last, skip, left: length }
    }

    pub(super) async fn stream(mut self, name: &str) -> Result<ByteChunks> {
        let first = self.next_chunk().await.map_err(encryption_failed(name))?;
        let rest = stream::try_unfold(self, |mut opening| async move {
            Ok(opening.next_chunk().await?.map(|chunk| (chunk, opening)))
        });
        Ok(stream::iter(first.map(Ok)).chain(rest).boxed())
    }

    async fn next_chunk(&mut self) -> io::Result<Option<Bytes>> {
        if self.next > self.last || self.left == 0 {
            return Ok(None);
        }
        let mut chunk = self.read(self.layout.sealed_length(self.next)).await?;
        self.cipher.open(self.layout.position(self.next), &mut chunk).map_err(io::Error::other)?;
        self.next += 1;
        let skip = usize::try_from(std::mem::take(&mut self.skip)).unwrap_or(usize::MAX);
        let mut plain = Bytes::from(chunk);
        let mut plain = plain.split_off(skip.min(plain.len()));
        plain.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= plain.len() as u64;
        Ok(Some(plain))
    }

    async fn read(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        while self.buffered.len() < length {
            let Some(bytes) = self.sealed.try_next().await? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            self.buffered.extend_from_slice(&bytes);
        }
        Ok(self.buffered.split_to(length).to_vec())
    }
}
