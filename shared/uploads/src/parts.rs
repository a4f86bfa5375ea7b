//! Which parts of an upload are still to be sent, and where to; and the end of the sending.

use std::collections::HashMap;

use harrier_artifacts::{Incoming, ReceivedPart};
use harrier_domain::upload::{MAX_PARTS, Upload, UploadState};
use harrier_domain::{Entity, Error, Tenant};
use harrier_store::{Loaded, Result, until_settled};

use crate::Uploads;

/// One part of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: u32,
    /// Where it begins in the file, bytes.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Where to put it; `None` when storage has it.
    pub url: Option<String>,
}

/// Some parts of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartPage {
    pub parts: Vec<Part>,
    /// Parts of the whole plan.
    pub total: u32,
}

/// Most parts that are listed at once (Amazon S3, `ListParts`).
const LISTED_AT_ONCE: u32 = 1000;

impl Uploads {
    /// An upload that has not expired.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, tenant: &Tenant, module: i64, id: i64, now: i64) -> Result<Loaded<Upload>> {
        let found = self.store.upload(tenant, module, id).await?.filter(|upload| !upload.is_expired(now));
        found.ok_or_else(|| Error::not_found(Entity::Upload, id).into())
    }

    /// The uploads to a module that have not expired.
    pub async fn all(&self, tenant: &Tenant, module: i64, now: i64) -> Result<Vec<Upload>> {
        let stored = self.store.uploads(tenant, module).await?.into_iter().map(Loaded::into_inner);
        Ok(stored.filter(|upload| !upload.is_expired(now)).collect())
    }

    /// Parts after the first `offset`, at most `limit`; those that storage lacks with a link.
    pub async fn parts(&self, tenant: &Tenant, upload: &Upload, (offset, limit): (u32, u32)) -> Result<PartPage> {
        let incoming = incoming(tenant, upload);
        let limit = limit.min(LISTED_AT_ONCE);
        let received = match upload.state {
            UploadState::Pending => self.artifacts.received_parts(&incoming, &upload.session, (offset, limit)).await?,
            _ => None,
        };
        let sizes = received.map(|parts| parts.iter().map(|part| (part.number, part.size)).collect::<HashMap<_, _>>());
        let mut parts = Vec::new();
        for number in (offset.saturating_add(1)..=upload.plan.count()).take(limit as usize) {
            let Some(size) = upload.plan.length(number) else { break };
            let is_there = sizes.as_ref().is_none_or(|sizes| sizes.get(&number) == Some(&size));
            let url = match is_there {
                true => None,
                false => Some(self.artifacts.presign_part(&incoming, &upload.session, number, size).await?),
            };
            parts.push(Part { number, offset: upload.plan.offset(number), size, url });
        }
        Ok(PartPage { parts, total: upload.plan.count() })
    }

    /// All parts were sent: makes them one object, which is then taken in. Repeating it is harmless.
    ///
    /// # Errors
    /// [`Error::Validation`] when parts are missing; [`Error::NotFound`] when the upload is gone.
    pub async fn complete(&self, tenant: &Tenant, module: i64, id: i64, now: i64) -> Result<Upload> {
        let upload = self.get(tenant, module, id, now).await?;
        if upload.state != UploadState::Pending {
            return Ok(upload.into_inner());
        }
        let incoming = incoming(tenant, &upload);
        let completed = match self.all_received(&incoming, &upload).await? {
            Some(parts) => self.artifacts.complete_incoming(&incoming, &upload.session, parts).await?,
            None => false,
        };
        // Completed before, perhaps by a request whose answer was lost; or storage has forgotten it.
        if !completed && !self.artifacts.has_incoming(&incoming).await? {
            let upload = self.get(tenant, module, id, now).await?;
            return if upload.state.is_final() {
                Ok(upload.into_inner())
            } else {
                Err(Error::not_found(Entity::Upload, id).into())
            };
        }
        until_settled(|| self.mark_processing(tenant, module, id, now)).await
    }

    /// The parts as planned; `None` when storage knows no such upload.
    async fn all_received(&self, incoming: &Incoming, upload: &Upload) -> Result<Option<Vec<ReceivedPart>>> {
        let mut all = Vec::new();
        let most = u32::try_from(MAX_PARTS).unwrap_or(u32::MAX);
        loop {
            let after = all.last().map_or(0, |part: &ReceivedPart| part.number);
            let page = self.artifacts.received_parts(incoming, &upload.session, (after, LISTED_AT_ONCE)).await?;
            let Some(page) = page else { return Ok(None) };
            if page.is_empty() || all.len() >= most as usize {
                break;
            }
            all.extend(page);
        }
        let planned = (1..=upload.plan.count()).map(|number| (number, upload.plan.length(number)));
        let sizes: HashMap<u32, u64> = all.iter().map(|part| (part.number, part.size)).collect();
        let missing = planned.filter(|(number, length)| sizes.get(number).copied() != *length);
        let missing: Vec<String> = missing.map(|(number, _)| number.to_string()).take(20).collect();
        if missing.is_empty() && all.len() == upload.plan.count() as usize {
            return Ok(Some(all));
        }
        Err(Error::Validation(format!("The upload is not complete. Missing parts: {}", missing.join(", "))).into())
    }

    /// Unless it was taken in meanwhile.
    async fn mark_processing(&self, tenant: &Tenant, module: i64, id: i64, now: i64) -> Result<Upload> {
        let mut upload = self.get(tenant, module, id, now).await?;
        if upload.state == UploadState::Pending {
            upload.state = UploadState::Processing;
            upload.audit.modified_at = now;
            let mut transaction = self.store.transaction(tenant);
            transaction.save(&upload);
            transaction.commit().await?;
        }
        Ok(upload.into_inner())
    }
}

pub(crate) fn incoming(tenant: &Tenant, upload: &Upload) -> Incoming {
    Incoming { tenant: tenant.clone(), module: upload.module, upload: upload.id }
}
