//! Encryption of artifacts at rest: the plug-point, and the implementation that comes with Harrier (domain §12.5).
//!
//! # What is promised
//!
//! The files of software modules with `encrypted: true` are stored encrypted, and devices and users get them in the clear.
//! Digests, entity tags and sizes are those of the plain file. A file is stored as one *sealed object*:
//!
//! ```text
//! header │ sealed chunk 0 │ sealed chunk 1 │ … │ sealed last chunk
//! ```
//!
//! All chunks but the last have the same size, and each grows by the same number of bytes, so that the chunks which a range
//! needs are found by arithmetic and read alone. Cutting into chunks, ranges, and the header's place are this crate's work;
//! a plug-in makes headers, and seals and opens single chunks.
//!
//! # What a plug-in must detect
//!
//! A sealed object may be cut short, its chunks may be swapped, repeated or changed, and whole objects may be exchanged, by
//! whoever can write to the bucket. [`ChunkCipher::open`] gets the chunk's position, and whether it is the last;
//! [`ArtifactEncryption::resume`] gets the object's name. All three must enter what is authenticated.
//!
//! # Writing another plug-in
//!
//! ```
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use harrier_artifacts::encryption::{
//!     ArtifactEncryption, ChunkCipher, ChunkPosition, EncryptionError, SealedObject, Sealing,
//! };
//!
//! /// Not encryption: hides nothing. It shows what a plug-in consists of.
//! #[derive(Debug)]
//! struct Mask;
//!
//! #[derive(Debug)]
//! struct MaskChunks {
//!     mask: u8,
//! }
//!
//! #[async_trait]
//! impl ArtifactEncryption for Mask {
//!     fn header_length(&self) -> usize {
//!         1
//!     }
//!
//!     async fn begin(&self, object: &SealedObject) -> Result<Sealing, EncryptionError> {
//!         let mask = object.name.bytes().fold(0, |mask, byte| mask ^ byte);
//!         Ok(Sealing { header: vec![mask], chunks: Arc::new(MaskChunks { mask }) })
//!     }
//!
//!     async fn resume(&self, _: &SealedObject, header: &[u8]) -> Result<Arc<dyn ChunkCipher>, EncryptionError> {
//!         let [mask] = header else { return Err(EncryptionError::Forged) };
//!         Ok(Arc::new(MaskChunks { mask: *mask }))
//!     }
//! }
//!
//! impl ChunkCipher for MaskChunks {
//!     fn chunk_length(&self) -> usize {
//!         4096
//!     }
//!
//!     fn overhead(&self) -> usize {
//!         1
//!     }
//!
//!     fn seal(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError> {
//!         chunk.iter_mut().for_each(|byte| *byte ^= self.mask);
//!         chunk.push(u8::from(position.is_last));
//!         Ok(())
//!     }
//!
//!     fn open(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError> {
//!         if chunk.pop() != Some(u8::from(position.is_last)) {
//!             return Err(EncryptionError::Forged);
//!         }
//!         chunk.iter_mut().for_each(|byte| *byte ^= self.mask);
//!         Ok(())
//!     }
//! }
//!
//! # fn plug_in(artifacts: harrier_artifacts::Artifacts) {
//! // `App::with_encryption` does this for all handlers.
//! let artifacts = artifacts.with_encryption(Arc::new(Mask));
//! assert!(artifacts.can_encrypt());
//! # }
//! ```

mod aes_gcm;
mod layout;
mod local_keys;
mod opening;
mod provider;
mod sealer;

#[cfg(test)]
mod tests;

use std::fmt::{self, Debug, Display};
use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

pub use aes_gcm::ChunkedAesGcm;
pub use local_keys::{KeyFileError, LocalKeys};
pub(crate) use provider::Provider;
pub(crate) use sealer::Sealer;

/// Encrypts files. One value serves the whole installation.
#[async_trait]
pub trait ArtifactEncryption: Debug + Send + Sync {
    /// Bytes of every header.
    fn header_length(&self) -> usize;

    /// Begins a new sealed object: with fresh secrets, also when an object of this name was begun before.
    ///
    /// # Errors
    /// [`EncryptionError::Keys`] when no key can be had; trying again may help.
    async fn begin(&self, object: &SealedObject) -> Result<Sealing, EncryptionError>;

    /// Makes what [`begin`](Self::begin) made out of its header.
    ///
    /// # Errors
    /// [`EncryptionError::Forged`] for a header that was not made for this object, [`EncryptionError::Keys`] as above.
    async fn resume(&self, object: &SealedObject, header: &[u8]) -> Result<Arc<dyn ChunkCipher>, EncryptionError>;
}

/// Seals and opens the chunks of one object. Its sizes never change.
pub trait ChunkCipher: Debug + Send + Sync {
    /// Bytes of every plain chunk but the last, at least 1.
    fn chunk_length(&self) -> usize;

    /// Bytes that sealing adds to a chunk.
    fn overhead(&self) -> usize;

    /// Seals a chunk in place. Each position is sealed once in the life of a header.
    ///
    /// # Errors
    /// [`EncryptionError::Forged`] when the chunk cannot be sealed.
    fn seal(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError>;

    /// Opens a sealed chunk in place.
    ///
    /// # Errors
    /// [`EncryptionError::Forged`] for a chunk that was not sealed at this position of this object.
    fn open(&self, position: ChunkPosition, chunk: &mut Vec<u8>) -> Result<(), EncryptionError>;
}

/// The beginning of a new sealed object.
#[derive(Debug)]
pub struct Sealing {
    /// [`ArtifactEncryption::header_length`] bytes.
    pub header: Vec<u8>,
    pub chunks: Arc<dyn ChunkCipher>,
}

/// Where a chunk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkPosition {
    /// From 0.
    pub index: u64,
    pub is_last: bool,
}

/// The name of a sealed object, which its encryption is bound to. No two files of an installation have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedObject {
    /// As stored: upper case.
    pub tenant: String,
    pub name: String,
}

impl Display for SealedObject {
    /// Without ambiguity: no tenant has a slash in its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.name)
    }
}

/// Why something could not be encrypted or decrypted.
#[derive(Debug, Error)]
pub enum EncryptionError {
    /// The keeper of the keys failed or refused.
    #[error("no key: {0}")]
    Keys(String),
    /// The bytes are not what was sealed.
    #[error("the encrypted bytes were changed, or belong elsewhere")]
    Forged,
}

/// Bytes of a data key: AES-256.
pub const DATA_KEY_LENGTH: usize = 32;

/// A key in the clear. It is wiped from memory with the value.
pub type PlainKey = Zeroizing<[u8; DATA_KEY_LENGTH]>;

/// A fresh key for one sealed object.
pub struct DataKey {
    pub plain: PlainKey,
    /// What [`KeyWrapper::unwrap`] makes the plain key of; at most [`MAX_WRAPPED_LENGTH`] bytes.
    pub wrapped: Vec<u8>,
}

/// Leaves the keys out.
impl Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").finish_non_exhaustive()
    }
}

/// Longest wrapped key that fits into a header of [`ChunkedAesGcm`], bytes.
pub const MAX_WRAPPED_LENGTH: usize = aes_gcm::HEADER_LENGTH - aes_gcm::BEFORE_KEY;

/// Keeps the key that wraps data keys: a key file ([`LocalKeys`]), or AWS KMS.
#[async_trait]
pub trait KeyWrapper: Debug + Send + Sync {
    /// A fresh data key, wrapped for this object alone.
    ///
    /// # Errors
    /// [`EncryptionError::Keys`].
    async fn generate(&self, object: &SealedObject) -> Result<DataKey, EncryptionError>;

    /// # Errors
    /// [`EncryptionError::Forged`] for bytes that were not wrapped for this object, [`EncryptionError::Keys`] when the key
    /// that wrapped them is not to be had.
    async fn unwrap(&self, wrapped: &[u8], object: &SealedObject) -> Result<PlainKey, EncryptionError>;
}
