//! A staged file becomes an artifact of its module.

use harrier_artifacts::{Expected, Staged};
use harrier_domain::Tenant;
use harrier_domain::audit::{Actor, Audit};
use harrier_domain::software::{Artifact, SoftwareModule};
use harrier_store::{Loaded, Result, StoreError, Transaction, until_settled};

use crate::Uploads;
use crate::admission::{check_module, check_name};

/// A file as it is to be registered.
#[derive(Debug, Clone)]
pub struct Registration {
    pub module: i64,
    /// Of the artifact.
    pub id: i64,
    pub filename: String,
    pub expected: Expected,
    pub actor: Actor,
    /// Epoch milliseconds.
    pub now: i64,
}

impl Registration {
    pub(crate) fn artifact(&self, staged: &Staged) -> Artifact {
        Artifact {
            id: self.id,
            filename: self.filename.clone(),
            size: staged.size,
            sha1: staged.digests.sha1.clone(),
            md5: staged.digests.md5.clone(),
            sha256: staged.digests.sha256.clone(),
            sealed: staged.sealed().map(str::to_owned),
            audit: Audit::created(&self.actor, self.now),
        }
    }
}

impl Uploads {
    /// Checks a staged file, publishes it as a binary, and only then records it. Whatever fails takes the claim on the
    /// binary back; the staged file is the caller's to discard.
    ///
    /// # Errors
    /// [`harrier_domain::Error::ChecksumMismatch`], and all refusals of `domain-behaviour.md` §12.1.
    pub async fn register(&self, tenant: &Tenant, staged: &Staged, registration: &Registration) -> Result<Artifact> {
        registration.expected.verify(&staged.digests)?;
        let artifact = registration.artifact(staged);
        if artifact.sealed.is_none() {
            self.store.claim_blob(tenant, &artifact.sha256, registration.now).await?;
        }
        let recorded = self.publish_and_record(tenant, staged, &artifact, registration).await;
        // After a failure of the database nobody knows whether the artifact was recorded: better bytes that nobody uses than an
        // artifact without bytes.
        if recorded.as_ref().is_err_and(|error| !matches!(error, StoreError::Backend(_))) {
            self.release(tenant, artifact.binary(), registration.now).await;
        }
        recorded?;
        Ok(artifact)
    }

    async fn publish_and_record(
        &self,
        tenant: &Tenant,
        staged: &Staged,
        artifact: &Artifact,
        registration: &Registration,
    ) -> Result<()> {
        self.artifacts.publish(staged).await?;
        until_settled(|| async {
            let mut transaction = self.store.transaction(tenant);
            self.add_to_module(&mut transaction, tenant, artifact, registration).await?;
            transaction.commit().await
        })
        .await
    }

    /// Adds to a transaction that the module has the artifact, and the tenant its bytes.
    pub(crate) async fn add_to_module(
        &self,
        transaction: &mut Transaction<'_>,
        tenant: &Tenant,
        artifact: &Artifact,
        registration: &Registration,
    ) -> Result<()> {
        let mut module: Loaded<SoftwareModule> = self.store.get(tenant, registration.module).await?;
        check_module(&module, &self.quotas)?;
        check_name(&module, &artifact.filename)?;
        module.artifacts.push(artifact.clone());
        module.audit.touch(&registration.actor, registration.now);
        transaction.save(&module);
        let bytes = i64::try_from(artifact.size).unwrap_or(i64::MAX);
        match self.quotas.artifact_storage {
            limit if limit > 0 => transaction.count_stored_bytes_within(tenant, bytes, limit),
            _unlimited => transaction.count_stored_bytes(tenant, bytes),
        };
        Ok(())
    }
}
