//! What can be told before a file is read, and is told again when it is registered (`domain-behaviour.md` §12.1).

use harrier_artifacts::{StorageRoom, UploadLimits};
use harrier_domain::error::LockedOperation;
use harrier_domain::quota::Quotas;
use harrier_domain::software::SoftwareModule;
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::Result;

use crate::Uploads;

/// Whether a module takes another file.
///
/// # Errors
/// [`Error::QuotaExceeded`], [`Error::Deleted`], [`Error::Locked`].
pub fn check_module(module: &SoftwareModule, quotas: &Quotas) -> harrier_domain::Result<()> {
    quotas.artifacts_per_software_module(module.id, module.artifacts.len() as u64, 1)?;
    let (entity, id) = (Entity::SoftwareModule, module.id);
    if module.deleted {
        return Err(Error::Deleted { entity, id: id.into() });
    }
    if module.locked {
        return Err(Error::Locked { entity, id: id.into(), operation: LockedOperation::AddArtifact });
    }
    Ok(())
}

/// Whether a module takes another file of this name.
pub(crate) fn check_name(module: &SoftwareModule, filename: &str) -> harrier_domain::Result<()> {
    if module.artifact_named(filename).is_some() { Err(Error::AlreadyExists) } else { Ok(()) }
}

impl Uploads {
    /// How large a file may be. What other uploads store meanwhile is looked at when the file is registered.
    ///
    /// # Errors
    /// [`Error::EncryptionNotSupported`] for an encrypted module where no encryption is configured.
    pub async fn limits(&self, tenant: &Tenant, module: &SoftwareModule) -> Result<UploadLimits> {
        if module.encrypted && !self.artifacts.can_encrypt() {
            return Err(Error::EncryptionNotSupported.into());
        }
        let limit = |quota: i64| u64::try_from(quota).ok().filter(|limit| *limit > 0);
        let storage = match limit(self.quotas.artifact_storage) {
            Some(limit) => Some(StorageRoom { limit, used: self.store.stored_bytes(tenant).await? }),
            None => None,
        };
        let encrypted = self.largest_encrypted.filter(|_| module.encrypted);
        let max_file_size = limit(self.quotas.artifact_size).into_iter().chain(encrypted).min();
        Ok(UploadLimits { max_file_size, storage })
    }
}
