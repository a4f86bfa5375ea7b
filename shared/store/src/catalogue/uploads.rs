//! Uploads under way, and for a while those that ended. Each holds the bytes it is about to become an artifact of, so that
//! taking a file in may be repeated from any point: the claim is counted once, whoever counts it.

use harrier_domain::Tenant;
use harrier_domain::software::Binary;
use harrier_domain::upload::Upload;

use crate::database::Consistency;
use crate::error::Result;
use crate::item::{Key, Loaded, Record};
use crate::range::Range;
use crate::retry::until_settled;
use crate::schema::Table;
use crate::{Store, keys};

impl Record for Upload {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::catalogue(tenant, &kind(self.module), self.id)
    }
}

fn kind(module: i64) -> String {
    format!("uploads-of-module#{module}")
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The bytes are the upload's. `instead_of` are encrypted bytes of an earlier try, which nobody will use.
    Held { instead_of: Option<String> },
    /// The upload has ended or is gone: somebody else took it in, or gave it up.
    Over,
}

impl Store {
    /// An upload to a module, read consistently.
    pub async fn upload(&self, tenant: &Tenant, module: i64, id: i64) -> Result<Option<Loaded<Upload>>> {
        self.database.find(&keys::catalogue(tenant, &kind(module), id), Consistency::Strong).await
    }

    /// The uploads to a module, in the order of their requests.
    pub async fn uploads(&self, tenant: &Tenant, module: i64) -> Result<Vec<Loaded<Upload>>> {
        self.database.all(&Range::of(Table::Catalogue, keys::catalogue_kind(tenant, &kind(module)))).await
    }

    /// Counts the use of bytes that an upload is about to make. Asked twice for the same bytes, it counts once.
    ///
    /// # Errors
    /// [`harrier_domain::Error::ConcurrentModification`] while a removal of the same bytes is under way.
    pub async fn claim_for_upload(
        &self,
        tenant: &Tenant,
        (module, id): (i64, i64),
        binary: &Binary,
        now: i64,
    ) -> Result<Claim> {
        until_settled(|| async move {
            let upload = self.upload(tenant, module, id).await?.filter(|upload| !upload.state.is_final());
            let Some(mut upload) = upload else {
                return Ok(Claim::Over);
            };
            if upload.claim.as_ref() == Some(binary) {
                return Ok(Claim::Held { instead_of: None });
            }
            let mut transaction = self.transaction(tenant);
            if let Binary::Shared(sha256) = binary {
                self.begin_use(&mut transaction, sha256, now).await?;
            }
            let instead_of = match upload.claim.replace(binary.clone()) {
                Some(Binary::Sealed(name)) => Some(name),
                _ => None,
            };
            transaction.save(&upload);
            transaction.commit().await?;
            Ok(Claim::Held { instead_of })
        })
        .await
    }
}
