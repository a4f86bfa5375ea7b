//! The bytes of artifacts that nobody refers to any more.

use harrier_domain::Tenant;
use harrier_domain::software::Binary;
use harrier_store::Result;

use crate::Uploads;

impl Uploads {
    /// Gives up the use an artifact made of its bytes, and removes them with the last use. Called after the record is gone:
    /// whatever fails here leaves bytes without an artifact, never an artifact without bytes, so failures are for the log
    /// alone.
    pub async fn release(&self, tenant: &Tenant, binary: Binary, now: i64) {
        let unused = match &binary {
            Binary::Shared(sha256) => self.store.release_blob(tenant, sha256, now).await,
            Binary::Sealed(_) => Ok(true),
        };
        match unused {
            Ok(is_last) => self.remove_unused(tenant, Some(binary).filter(|_| is_last)).await,
            Err(error) => tracing::error!(%tenant, ?binary, %error, "the bytes of a removed artifact are left behind"),
        }
    }

    /// Removes bytes whose last use was given up.
    pub(crate) async fn remove_unused(&self, tenant: &Tenant, unused: Option<Binary>) {
        let Some(binary) = unused else { return };
        if let Err(error) = self.try_remove(tenant, &binary).await {
            tracing::error!(%tenant, ?binary, %error, "bytes that nobody uses are left behind");
        }
    }

    async fn try_remove(&self, tenant: &Tenant, binary: &Binary) -> Result<()> {
        self.artifacts.delete(tenant.as_str(), binary).await?;
        match binary {
            Binary::Shared(sha256) => self.store.forget_blob(tenant, sha256).await,
            Binary::Sealed(_) => Ok(()),
        }
    }

    /// Removes bytes that were published for an upload which then ended without them, unless somebody else uses them.
    pub(crate) async fn remove_if_unclaimed(&self, tenant: &Tenant, binary: Binary, now: i64) -> Result<()> {
        if let Binary::Shared(sha256) = &binary {
            self.store.claim_blob(tenant, sha256, now).await?;
        }
        self.release(tenant, binary, now).await;
        Ok(())
    }
}
