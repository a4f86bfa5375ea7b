//! An upload in parts begins.

use harrier_artifacts::Incoming;
use harrier_domain::audit::{Actor, Audit};
use harrier_domain::software::SoftwareModule;
use harrier_domain::upload::{AnnouncedDigests, LIFETIME, Upload, UploadState};
use harrier_domain::{Error, Tenant};
use harrier_store::{Loaded, Result, Sequence};

use crate::Uploads;
use crate::admission::{check_module, check_name};

/// What an uploader asks for, checked as far as its form goes.
#[derive(Debug, Clone)]
pub struct UploadRequest {
    pub filename: String,
    /// Bytes, at least 1.
    pub size: u64,
    pub announced: AnnouncedDigests,
    pub actor: Actor,
    /// Epoch milliseconds.
    pub now: i64,
}

impl Uploads {
    /// Begins an upload to a module, if a file like this would be taken now.
    ///
    /// # Errors
    /// All refusals of an upload in one request that can be told without the file.
    pub async fn begin(&self, tenant: &Tenant, module: i64, request: UploadRequest) -> Result<Upload> {
        let module: Loaded<SoftwareModule> = self.store.get(tenant, module).await?;
        check_module(&module, &self.quotas)?;
        self.limits(tenant, &module).await?.check(request.size)?;
        check_name(&module, &request.filename)?;
        self.forget_expired(tenant, module.id, request.now).await?;
        let id = self.store.next_id(tenant, Sequence::Catalogue).await?;
        let incoming = Incoming { tenant: tenant.clone(), module: module.id, upload: id };
        let session = self.artifacts.begin_incoming(&incoming).await?;
        let upload = self.upload(id, module.id, session.clone(), request);
        let mut transaction = self.store.transaction(tenant);
        transaction.create_or_refuse(&upload, Error::AlreadyExists);
        if let Err(error) = transaction.commit().await {
            self.artifacts.abort_incoming(&incoming, &session).await;
            return Err(error);
        }
        Ok(upload)
    }

    fn upload(&self, id: i64, module: i64, session: String, request: UploadRequest) -> Upload {
        Upload {
            id,
            module,
            filename: request.filename,
            plan: self.artifacts.part_plan(request.size),
            announced: request.announced,
            session,
            state: UploadState::Pending,
            claim: None,
            // As long again as storage keeps its parts: a file that is being taken in then has its record still.
            forgotten_after: request.now.saturating_add(2 * LIFETIME) / 1000,
            audit: Audit::created(&request.actor, request.now),
            revision: 1,
        }
    }

    /// Storage forgets expired uploads by itself; their records go when somebody uploads to the module again.
    async fn forget_expired(&self, tenant: &Tenant, module: i64, now: i64) -> Result<()> {
        for upload in self.store.uploads(tenant, module).await?.iter().filter(|upload| upload.is_expired(now)) {
            self.abort(tenant, module, upload.id, now).await?;
        }
        Ok(())
    }
}
