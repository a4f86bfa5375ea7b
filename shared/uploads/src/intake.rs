//! A file that its uploader put into storage is taken in.

use harrier_artifacts::{Expected, Incoming, Staged};
use harrier_domain::audit::Actor;
use harrier_domain::software::{Artifact, Binary, SoftwareModule};
use harrier_domain::upload::{AnnouncedDigests, Refusal, Upload, UploadState};
use harrier_domain::{Error, Tenant};
use harrier_store::{Claim, Loaded, Result, StoreError, until_settled};

use crate::Uploads;
use crate::admission::check_module;
use crate::registration::Registration;

impl Uploads {
    /// Takes in the file, or throws it away and writes why. Asked again, in any order, also at the same time and after a
    /// crash at any point, it does nothing twice.
    ///
    /// # Errors
    /// A failure that may pass: asking again finishes the work.
    pub async fn take_in(&self, incoming: &Incoming, now: i64) -> Result<()> {
        let tenant = &incoming.tenant;
        let stored = self.store.upload(tenant, incoming.module, incoming.upload).await?;
        if let Some(upload) = stored.filter(|upload| !upload.state.is_final()) {
            match self.try_take_in(incoming, &upload, now).await {
                Ok(()) => {}
                Err(StoreError::Refused(error)) => match Refusal::of(&error) {
                    Some(refusal) => self.refuse(tenant, &upload, &refusal, now).await?,
                    None => return Err(error.into()),
                },
                Err(failure) => return Err(failure),
            }
        }
        self.artifacts.discard_incoming(incoming).await;
        Ok(())
    }

    async fn try_take_in(&self, incoming: &Incoming, upload: &Upload, now: i64) -> Result<()> {
        let module: Loaded<SoftwareModule> = self.store.get(&incoming.tenant, upload.module).await?;
        check_module(&module, &self.quotas)?;
        let staged = self.read(incoming, module.encrypted).await?;
        let staged = staged.ok_or_else(|| Error::Validation("The uploaded file is gone.".to_owned()))?;
        let outcome = self.claim_and_record(incoming, upload, &staged, now).await;
        // Of an encrypted file there is a staging object beside the uploaded one.
        if staged.sealed().is_some() {
            self.artifacts.discard(&staged).await;
        }
        outcome
    }

    async fn read(&self, incoming: &Incoming, encrypted: bool) -> Result<Option<Staged>> {
        if !encrypted {
            return Ok(self.artifacts.digest_incoming(incoming).await?);
        }
        // A name for this try alone: nobody overwrites bytes that a device may be reading.
        let name = format!("{}-{:016x}", incoming.upload, rand::random::<u64>());
        Ok(self.artifacts.seal_incoming(incoming, &name).await?)
    }

    async fn claim_and_record(&self, incoming: &Incoming, upload: &Upload, staged: &Staged, now: i64) -> Result<()> {
        let (tenant, key) = (&incoming.tenant, (upload.module, upload.id));
        check_size(upload, staged)?;
        let registration = registration(upload, now);
        registration.expected.verify(&staged.digests)?;
        let binary = staged.binary();
        match self.store.claim_for_upload(tenant, key, &binary, now).await? {
            Claim::Over => return Ok(()),
            Claim::Held { instead_of } => self.remove_unused(tenant, instead_of.map(Binary::Sealed)).await,
        }
        self.artifacts.promote(staged).await?;
        let artifact = registration.artifact(staged);
        let is_recorded = until_settled(|| self.record(tenant, key, &artifact, &registration)).await?;
        if !is_recorded {
            self.remove_if_unclaimed(tenant, binary, now).await?;
        }
        Ok(())
    }

    /// Makes the artifact and ends the upload, both or neither. `false` when the upload was taken in, refused or given up by
    /// somebody else meanwhile.
    async fn record(
        &self,
        tenant: &Tenant,
        (module, id): (i64, i64),
        artifact: &Artifact,
        registration: &Registration,
    ) -> Result<bool> {
        let stored = self.store.upload(tenant, module, id).await?;
        let binary = artifact.binary();
        let ours = stored.filter(|upload| !upload.state.is_final() && upload.claim.as_ref() == Some(&binary));
        let Some(mut upload) = ours else { return Ok(false) };
        upload.state = UploadState::Done;
        upload.claim = None;
        upload.audit.modified_at = registration.now;
        let mut transaction = self.store.transaction(tenant);
        self.add_to_module(&mut transaction, tenant, artifact, registration).await?;
        transaction.save(&upload);
        transaction.commit().await?;
        Ok(true)
    }
}

fn check_size(upload: &Upload, staged: &Staged) -> harrier_domain::Result<()> {
    let (announced, stored) = (upload.plan.size, staged.size);
    if announced == stored {
        return Ok(());
    }
    Err(Error::Validation(format!("The uploaded file has {stored} bytes, not {announced}.")))
}

fn registration(upload: &Upload, now: i64) -> Registration {
    let AnnouncedDigests { sha1, md5, sha256 } = upload.announced.clone();
    Registration {
        module: upload.module,
        id: upload.id,
        filename: upload.filename.clone(),
        expected: Expected { md5, sha1, sha256 },
        actor: Actor::User(upload.audit.created_by.clone()),
        now,
    }
}
