//! Data keys wrapped by keys of a file.
//!
//! The file has one key on each line, 64 hexadecimal digits; lines that are empty or begin with `#` are skipped. The first
//! key wraps, all unwrap: to change keys, put a new line on top and keep the old ones for as long as files are there that
//! they sealed.
//!
//! A wrapped key is the wrapping key's fingerprint (8 bytes), a random nonce (12 bytes), and the data key under AES-256-GCM
//! with the object's name as associated data.

use std::fmt;
use std::io;
use std::path::Path;

use async_trait::async_trait;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{digest, rand};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{DATA_KEY_LENGTH, DataKey, EncryptionError, KeyWrapper, PlainKey, SealedObject};

const FINGERPRINT_LENGTH: usize = 8;

/// Wrapping keys that are kept in a file.
pub struct LocalKeys {
    /// Never empty.
    keys: Vec<WrappingKey>,
}

struct WrappingKey {
    fingerprint: [u8; FINGERPRINT_LENGTH],
    key: LessSafeKey,
}

/// Why a key file cannot be used. Never shows what is in it.
#[derive(Debug, Error)]
pub enum KeyFileError {
    #[error("the key file cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("line {0} of the key file is not a key: 64 hexadecimal digits")]
    Line(usize),
    #[error("the key file has no key")]
    Empty,
}

/// Leaves the keys out.
impl fmt::Debug for LocalKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKeys").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl LocalKeys {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read or is no key file.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        Self::parse(&Zeroizing::new(std::fs::read_to_string(path)?))
    }

    /// Reads the content of a key file.
    ///
    /// # Errors
    /// When a line is no key, or none is.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(|(index, line)| WrappingKey::parse(line).ok_or(KeyFileError::Line(index + 1)));
        let keys: Vec<WrappingKey> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyFileError::Empty) } else { Ok(Self { keys }) }
    }

    /// A line for a key file, with a new random key.
    ///
    /// # Errors
    /// [`EncryptionError::Keys`] when the operating system gives no randomness.
    pub fn generate_line() -> Result<Zeroizing<String>, EncryptionError> {
        Ok(Zeroizing::new(hex::encode(&random::<DATA_KEY_LENGTH>()?[..])))
    }
}

impl WrappingKey {
    fn parse(line: &str) -> Option<Self> {
        let mut key = Zeroizing::new([0; DATA_KEY_LENGTH]);
        hex::decode_to_slice(line, &mut key[..]).ok()?;
        let hash = digest::digest(&digest::SHA256, &[&b"harrier wrapping key"[..], &key[..]].concat());
        let mut fingerprint = [0; FINGERPRINT_LENGTH];
        fingerprint.copy_from_slice(hash.as_ref().get(..FINGERPRINT_LENGTH)?);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key[..]).ok()?);
        Some(Self { fingerprint, key })
    }
}

#[async_trait]
impl KeyWrapper for LocalKeys {
    async fn generate(&self, object: &SealedObject) -> Result<DataKey, EncryptionError> {
        let plain = random::<DATA_KEY_LENGTH>()?;
        let nonce = random::<NONCE_LEN>()?;
        let wrapping = self.keys.first().ok_or_else(|| EncryptionError::Keys("no key".to_owned()))?;
        let mut wrapped = Zeroizing::new(plain.to_vec());
        let sealed =
            wrapping.key.seal_in_place_append_tag(Nonce::assume_unique_for_key(*nonce), aad(object), &mut *wrapped);
        sealed.map_err(|_| EncryptionError::Keys("the data key cannot be wrapped".to_owned()))?;
        let wrapped = [&wrapping.fingerprint[..], &nonce[..], &wrapped[..]].concat();
        Ok(DataKey { plain, wrapped })
    }

    async fn unwrap(&self, wrapped: &[u8], object: &SealedObject) -> Result<PlainKey, EncryptionError> {
        let (fingerprint, rest) = wrapped.split_first_chunk::<FINGERPRINT_LENGTH>().ok_or(EncryptionError::Forged)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(EncryptionError::Forged)?;
        let wrapping = self.keys.iter().find(|key| key.fingerprint == *fingerprint);
        let unknown = || EncryptionError::Keys(format!("the key {} is not in the key file", hex::encode(fingerprint)));
        let wrapping = wrapping.ok_or_else(unknown)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain =
            wrapping.key.open_in_place(nonce, aad(object), &mut opened[..]).map_err(|_| EncryptionError::Forged)?;
        let mut key = Zeroizing::new([0; DATA_KEY_LENGTH]);
        if plain.len() != key.len() {
            return Err(EncryptionError::Forged);
        }
        key.copy_from_slice(plain);
        Ok(key)
    }
}

fn aad(object: &SealedObject) -> Aad<Vec<u8>> {
    Aad::from(object.to_string().into_bytes())
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, EncryptionError> {
    let mut bytes = Zeroizing::new([0; N]);
    rand::fill(&mut bytes[..]).map_err(|_| EncryptionError::Keys("no randomness".to_owned()))?;
    Ok(bytes)
}
