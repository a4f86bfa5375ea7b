//! An upload ends without an artifact.

use harrier_domain::software::Binary;
use harrier_domain::upload::{Refusal, Upload, UploadState};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{Loaded, Result, Transaction, until_settled};

use crate::Uploads;
use crate::parts::incoming;

impl Uploads {
    /// Gives an upload up: nothing of it is left, except the artifact it has become.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn abort(&self, tenant: &Tenant, module: i64, id: i64, now: i64) -> Result<()> {
        let (upload, unused) = until_settled(|| self.try_abort(tenant, module, id, now)).await?;
        self.artifacts.abort_incoming(&incoming(tenant, &upload), &upload.session).await;
        self.remove_unused(tenant, unused).await;
        Ok(())
    }

    async fn try_abort(&self, tenant: &Tenant, module: i64, id: i64, now: i64) -> Result<(Upload, Option<Binary>)> {
        let found = self.store.upload(tenant, module, id).await?;
        let mut upload = found.ok_or_else(|| Error::not_found(Entity::Upload, id))?;
        let mut transaction = self.store.transaction(tenant);
        let unused = self.give_up_claim(&mut transaction, &mut upload, now).await?;
        transaction.delete(&upload);
        transaction.commit().await?;
        Ok((upload.into_inner(), unused))
    }

    /// Writes why the file was thrown away, unless the upload ended otherwise meanwhile.
    pub(crate) async fn refuse(&self, tenant: &Tenant, upload: &Upload, refusal: &Refusal, now: i64) -> Result<()> {
        let (module, id) = (upload.module, upload.id);
        let unused = until_settled(|| self.try_refuse(tenant, module, id, refusal, now)).await?;
        self.remove_unused(tenant, unused).await;
        Ok(())
    }

    async fn try_refuse(
        &self,
        tenant: &Tenant,
        module: i64,
        id: i64,
        refusal: &Refusal,
        now: i64,
    ) -> Result<Option<Binary>> {
        let found = self.store.upload(tenant, module, id).await?.filter(|upload| !upload.state.is_final());
        let Some(mut upload) = found else { return Ok(None) };
        let mut transaction = self.store.transaction(tenant);
        let unused = self.give_up_claim(&mut transaction, &mut upload, now).await?;
        upload.state = UploadState::Refused(refusal.clone());
        upload.audit.modified_at = now;
        transaction.save(&upload);
        transaction.commit().await?;
        Ok(unused)
    }

    /// Returns the bytes that nobody uses once the transaction is committed.
    async fn give_up_claim(
        &self,
        transaction: &mut Transaction<'_>,
        upload: &mut Loaded<Upload>,
        now: i64,
    ) -> Result<Option<Binary>> {
        Ok(match upload.claim.take() {
            Some(Binary::Shared(sha256)) => {
                let is_last = self.store.end_use(transaction, &sha256, now).await?;
                is_last.then_some(Binary::Shared(sha256))
            }
            sealed => sealed,
        })
    }
}
