//! AES-256-GCM in chunks of 64 KiB.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with random access:
//!
//! - **Key**: every object has a random data key of its own. It is in the header, wrapped by a [`KeyWrapper`] and bound to
//!   the object's name. Sealing an object anew takes a new key, so a key meets each nonce once.
//! - **Nonce**, 12 bytes: `1` for the last chunk and `0` for others, three zero bytes, the chunk's index as a big-endian
//!   64-bit number. So a chunk opens at its place only, and a file that ends early has no last chunk.
//! - **Associated data**: SHA-256 over header, tenant and name. So a changed header, or an object under another name, opens
//!   nothing, even where a wrapper does not bind the name itself.
//!
//! The header has a fixed length, so that the place of a chunk does not depend on who wrapped the key:
//! `HARRIER` and the format's version, the wrapped key's length as a big-endian 16-bit number, the wrapped key, zeros.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest;

use super::{
    ArtifactEncryption, ChunkCipher, ChunkPosition, EncryptionError, KeyWrapper, PlainKey, SealedObject, Sealing,
};

pub(super) const HEADER_LENGTH: usize = 512;
const MAGIC: [u8; 8] = *b"HARRIER\x01";
/// The magic, and the length of the wrapped key.
pub(super) const BEFORE_KEY: usize = MAGIC.len() + 2;

const CHUNK_LENGTH: usize = 64 * 1024;
const TAG_LENGTH: usize = 16;

/// The encryption that comes with Harrier.
#[derive(Debug)]
pub struct ChunkedAesGcm {
    keys: Arc<dyn KeyWrapper>,
}

impl ChunkedAesGcm {
    #[must_use]
    pub fn new(keys: Arc<dyn KeyWrapper>) -> Self {
        Self { keys }
    }
}

#[async_trait]
impl ArtifactEncryption for ChunkedAesGcm {
    fn header_length(&self) -> usize {
        HEADER_LENGTH
    }

    async fn begin(&self, object: &SealedObject) -> Result<Sealing, EncryptionError> {
        let key = self.keys.generate(object).await?;
        let header = write_header(&key.wrapped)?;
        let chunks = Arc::new(AesGcmChunks::new(&key.plain, &header, object)?);
        Ok(Sealing { header, chunks })
    }

    async fn resume(&self, object: &SealedObject, header: &[u8]) -> Result<Arc<dyn ChunkCipher>, EncryptionError> {
        let wrapped = read_header(header).ok_or(EncryptionError::Forged)?;
        let key = self.keys.unwrap(wrapped, object).await?;
        Ok(Arc::new(AesGcmChunks::new(&key, header, object)?))
    }
}

fn write_header(wrapped: &[u8]) -> Result<Vec<u8>, EncryptionError> {
    let length = u16::try_from(wrapped.len()).ok().filter(|_| BEFORE_KEY + wrapped.len() <= HEADER_LENGTH);
    let length = length.ok_or_else(|| EncryptionError::Keys("the wrapped key is too long".to_owned()))?;
    let mut header = [&MAGIC[..], &length.to_be_bytes(), wrapped].concat();
    header.resize(HEADER_LENGTH, 0);
    Ok(header)
}

/// The wrapped key.
fn read_header(header: &[u8]) -> Option<&[u8]> {
    let rest = header.strip_prefix(&MAGIC).filter(|_| header.len() == HEADER_LENGTH)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

struct AesGcmChunks {
    key: LessSafeKey,
    bound_to: [u8; 32],
}

/// Leaves the key out.
impl fmt::Debug for AesGcmChunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AesGcmChunks").finish_non_exhaustive()
    }
}

impl AesGcmChunks {
    fn new(key: &PlainKey, header: &[u8], object: &SealedObject) -> Result<Self, EncryptionError> {
        let unusable = |_| EncryptionError::Keys("the key has the wrong length".to_owned());
        let key = UnboundKey::new(&AES_256_GCM, &key[..]).map_err(unusable)?;
        let identity = [header, object.to_string().as_bytes()].concat();
        let mut bound_to = [0; 32];
        bound_to.copy_from_slice(digest::digest(&digest::SHA256, &identity).as_ref());
        Ok(Self { key: LessSafeKey::new(key), bound_to })
    }
}

impl ChunkCipher for AesGcmChunks {
    fn chunk_length(&self) -> usize {
        CHUNK_LENGTH
    }

    fn overhead(&self) -> usize {
        TAG_LENGTH
    }

    fn seal(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError> {
        let sealed = self.key.seal_in_place_append_tag(nonce(position), Aad::from(self.bound_to), chunk);
        sealed.map_err(|_| EncryptionError::Forged)
    }

    fn open(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError> {
        let opened = self.key.open_in_place(nonce(position), Aad::from(self.bound_to), chunk);
        let length = opened.map_err(|_| EncryptionError::Forged)?.len();
        chunk.truncate(length);
        Ok(())
    }
}

fn nonce(position: ChunkPosition) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[0] = u8::from(position.is_last);
    nonce[4..].copy_from_slice(&position.index.to_be_bytes());
    Nonce::assume_unique_for_key(nonce)
}
