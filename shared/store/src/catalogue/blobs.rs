//! Which artifacts use a binary, so that the last one to go takes it along.
//!
//! The order keeps binaries safe: an upload *claims* the binary (counts its use) before it looks whether the bytes are
//! there, and a removal marks the binary as going, which refuses claims, before it deletes the bytes. A crash in between
//! leaves bytes that nobody uses, never an artifact without bytes. A removal that was cut short holds claims off for
//! [`REMOVAL_TIME`] only.

use harrier_domain::{Error, Tenant};
use serde::{Deserialize, Serialize};

use crate::database::Consistency;
use crate::error::{Result, StoreError};
use crate::item::{Key, Loaded, Record};
use crate::keys;
use crate::retry::until_settled;
use crate::{Store, Transaction};

/// A content-addressed binary of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    pub sha256: String,
    /// Artifacts that use it. None while the bytes are being removed.
    pub uses: u32,
    /// When the last use ended, epoch milliseconds.
    #[serde(rename = "go", default, skip_serializing_if = "Option::is_none")]
    pub going_since: Option<i64>,
    #[serde(rename = "rev", default)]
    pub revision: u64,
}

/// Longer than any removal can be under way: the longest a Lambda function runs, milliseconds.
pub const REMOVAL_TIME: i64 = 15 * 60 * 1000;

impl Record for Blob {
    fn key(&self, tenant: &Tenant) -> Key {
        Self::key_of(tenant, &self.sha256)
    }
}

impl Blob {
    pub(crate) const KIND: &'static str = "blob";

    /// Its bytes are being removed.
    fn is_going(&self, now: i64) -> bool {
        self.uses == 0 && self.going_since.is_some_and(|since| now < since + REMOVAL_TIME)
    }

    fn key_of(tenant: &Tenant, sha256: &str) -> Key {
        keys::catalogue_text(tenant, Self::KIND, sha256)
    }
}

impl Store {
    /// Counts a use that is about to be made. While it is held, the bytes are not removed.
    ///
    /// # Errors
    /// [`Error::ConcurrentModification`] while a removal of the same bytes is under way.
    pub async fn claim_blob(&self, tenant: &Tenant, sha256: &str, now: i64) -> Result<()> {
        until_settled(|| async move {
            let mut transaction = self.transaction(tenant);
            self.begin_use(&mut transaction, sha256, now).await?;
            transaction.commit().await
        })
        .await
    }

    /// Adds to a transaction that a use begins.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while a removal of the same bytes is under way.
    pub(crate) async fn begin_use(&self, transaction: &mut Transaction<'_>, sha256: &str, now: i64) -> Result<()> {
        match self.blob(transaction.tenant(), sha256).await? {
            None => {
                transaction.create(&Blob { sha256: sha256.to_owned(), uses: 1, going_since: None, revision: 1 });
            }
            Some(blob) if blob.is_going(now) => return Err(StoreError::Conflict),
            Some(mut blob) => {
                blob.uses += 1;
                blob.going_since = None;
                transaction.save(&blob);
            }
        }
        Ok(())
    }

    /// Gives a use back. Returns whether it was the last: then remove the bytes and call [`Store::forget_blob`].
    pub async fn release_blob(&self, tenant: &Tenant, sha256: &str, now: i64) -> Result<bool> {
        until_settled(|| async move {
            let mut transaction = self.transaction(tenant);
            let is_last = self.end_use(&mut transaction, sha256, now).await?;
            transaction.commit().await?;
            Ok(is_last)
        })
        .await
    }

    /// Adds to a transaction that a use ends. Returns whether it is the last: then, after the commit, remove the bytes and
    /// call [`Store::forget_blob`].
    pub async fn end_use(&self, transaction: &mut Transaction<'_>, sha256: &str, now: i64) -> Result<bool> {
        let Some(mut blob) = self.blob(transaction.tenant(), sha256).await? else {
            return Ok(false);
        };
        if blob.uses > 0 {
            blob.uses -= 1;
            blob.going_since = (blob.uses == 0).then_some(now);
            transaction.save(&blob);
        }
        Ok(blob.uses == 0)
    }

    /// The bytes are gone.
    pub async fn forget_blob(&self, tenant: &Tenant, sha256: &str) -> Result<()> {
        let Some(blob) = self.blob(tenant, sha256).await?.filter(|blob| blob.uses == 0) else {
            return Ok(());
        };
        let mut transaction = self.transaction(tenant);
        transaction.delete(&blob);
        transaction.commit().await
    }

    async fn blob(&self, tenant: &Tenant, sha256: &str) -> Result<Option<Loaded<Blob>>> {
        self.database.find(&Blob::key_of(tenant, sha256), Consistency::Strong).await
    }

    /// Artifact storage the tenant uses, in bytes.
    pub async fn stored_bytes(&self, tenant: &Tenant) -> Result<u64> {
        Ok(u64::try_from(self.database.number(&storage_key(tenant), STORED_BYTES).await?).unwrap_or(0))
    }
}

const STORED_BYTES: &str = "bytes";

fn storage_key(tenant: &Tenant) -> Key {
    keys::tenancy(tenant, "usage", "artifacts")
}

impl Transaction<'_> {
    /// Counts artifact bytes stored, only while the tenant stays at or below `limit` bytes.
    pub fn count_stored_bytes_within(&mut self, tenant: &Tenant, bytes: i64, limit: i64) -> &mut Self {
        let refusal = Error::StorageQuotaExceeded { limit: u64::try_from(limit).unwrap_or_default() };
        self.count_within(&storage_key(tenant), STORED_BYTES, bytes, limit, refusal)
    }

    /// Counts artifact bytes stored (positive) or removed (negative).
    pub fn count_stored_bytes(&mut self, tenant: &Tenant, bytes: i64) -> &mut Self {
        self.count(&storage_key(tenant), STORED_BYTES, bytes)
    }
}
