//! A plain stream becomes a sealed object.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use harrier_domain::{Error, Result};

use super::{ChunkCipher, ChunkPosition, Sealing};
use crate::failure::encryption_failed;

/// Seals what is pushed into it, chunk by chunk. It holds back one chunk at most, because only the end of the stream tells
/// which is the last.
pub(crate) struct Sealer {
    /// Until it is handed out.
    header: Vec<u8>,
    chunks: Arc<dyn ChunkCipher>,
    held_back: BytesMut,
    index: u64,
    /// Bytes handed out.
    length: u64,
}

impl Sealer {
    pub(crate) fn new(sealing: Sealing) -> Self {
        let Sealing { header, chunks } = sealing;
        Self { header, chunks, held_back: BytesMut::new(), index: 0, length: 0 }
    }

    /// Takes plain bytes, gives sealed ones; there may be none yet.
    ///
    /// # Errors
    /// [`Error::EncryptionFailed`].
    pub(crate) fn push(&mut self, plain: &[u8]) -> Result<Bytes> {
        self.held_back.extend_from_slice(plain);
        let chunk = self.chunks.chunk_length().max(1);
        let mut sealed = BytesMut::from(&std::mem::take(&mut self.header)[..]);
        while self.held_back.len() > chunk {
            let full = self.held_back.split_to(chunk);
            sealed.put_slice(&self.seal(&full, false)?);
        }
        Ok(self.hand_out(sealed))
    }

    /// The rest.
    ///
    /// # Errors
    /// [`Error::EncryptionFailed`].
    pub(crate) fn finish(&mut self) -> Result<Bytes> {
        let rest = self.held_back.split();
        let mut sealed = BytesMut::from(&std::mem::take(&mut self.header)[..]);
        sealed.put_slice(&self.seal(&rest, true)?);
        Ok(self.hand_out(sealed))
    }

    /// Bytes of the sealed object so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    fn seal(&mut self, plain: &[u8], is_last: bool) -> Result<Vec<u8>> {
        let mut chunk = Vec::with_capacity(plain.len() + self.chunks.overhead());
        chunk.extend_from_slice(plain);
        let position = ChunkPosition { index: self.index, is_last };
        self.chunks.seal(position, &mut chunk).map_err(encryption_failed("a new file"))?;
        if chunk.len() != plain.len() + self.chunks.overhead() {
            tracing::error!("the encryption does not keep to its own sizes");
            return Err(Error::EncryptionFailed);
        }
        self.index += 1;
        Ok(chunk)
    }

    fn hand_out(&mut self, sealed: BytesMut) -> Bytes {
        self.length += sealed.len() as u64;
        sealed.freeze()
    }
}
