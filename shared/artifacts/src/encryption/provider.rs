//! The plugged-in encryption, and the ciphers of objects that were read lately.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harrier_domain::Result;

use super::{ArtifactEncryption, ChunkCipher, SealedObject, Sealer};
use crate::failure::encryption_failed;

/// Most ciphers remembered. A device's ranges, and a fleet's downloads, are of few files at a time.
const MAX_REMEMBERED: usize = 256;

#[derive(Debug)]
pub(crate) struct Provider {
    encryption: Arc<dyn ArtifactEncryption>,
    /// Sealed objects never change, so their ciphers are good for as long as they exist. Whoever has a cipher in memory
    /// asks the keeper of the keys no more.
    remembered: Mutex<HashMap<SealedObject, Arc<dyn ChunkCipher>>>,
}

impl Provider {
    pub(crate) fn new(encryption: Arc<dyn ArtifactEncryption>) -> Self {
        Self { encryption, remembered: Mutex::default() }
    }

    pub(crate) fn header_length(&self) -> u64 {
        self.encryption.header_length() as u64
    }

    /// Begins a new object.
    pub(crate) async fn sealer(&self, object: &SealedObject) -> Result<Sealer> {
        let sealing = self.encryption.begin(object).await.map_err(encryption_failed(&object.name))?;
        Ok(Sealer::new(sealing))
    }

    pub(crate) fn recall(&self, object: &SealedObject) -> Option<Arc<dyn ChunkCipher>> {
        self.remembered().get(object).cloned()
    }

    pub(crate) async fn resume(&self, object: &SealedObject, header: &[u8]) -> Result<Arc<dyn ChunkCipher>> {
        let cipher = self.encryption.resume(object, header).await.map_err(encryption_failed(&object.name))?;
        let mut remembered = self.remembered();
        if remembered.len() >= MAX_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(object.clone(), Arc::clone(&cipher));
        Ok(cipher)
    }

    pub(crate) fn forget(&self, object: &SealedObject) {
        self.remembered().remove(object);
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<SealedObject, Arc<dyn ChunkCipher>>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
