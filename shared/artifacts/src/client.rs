//! The handle on the artifact bucket.

use std::sync::Arc;

use aws_sdk_s3::Client;
use harrier_domain::upload::PartPlan;

use crate::encryption::{ArtifactEncryption, Provider};

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// Sizes at which transfers are cut into pieces, in bytes. The defaults suit S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferSizes {
    /// An upload part; a file that fits into one is put in one request. S3 takes no part below 5 MiB but the last.
    pub part: u64,
    /// The largest object that one server-side copy takes.
    pub single_copy: u64,
    /// A part of a server-side copy beyond `single_copy`.
    pub copy_part: u64,
}

impl Default for TransferSizes {
    fn default() -> Self {
        Self { part: 8 * MIB, single_copy: 5 * GIB, copy_part: GIB }
    }
}

/// The artifact binaries of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Artifacts {
    pub(crate) data: Client,
    pub(crate) signing: Client,
    pub(crate) bucket: Arc<str>,
    pub(crate) sizes: TransferSizes,
    pub(crate) encryption: Option<Arc<Provider>>,
}

impl Artifacts {
    /// Works on `bucket` through `client`, which signs links as well.
    #[must_use]
    pub fn new(client: Client, bucket: impl Into<Arc<str>>) -> Self {
        let (signing, sizes) = (client.clone(), TransferSizes::default());
        Self { signing, data: client, bucket: bucket.into(), sizes, encryption: None }
    }

    /// Signs links with another client: another endpoint (the one devices can reach) or longer-lived credentials.
    #[must_use]
    pub fn with_signing_client(self, signing: Client) -> Self {
        Self { signing, ..self }
    }

    /// Cuts transfers at other sizes.
    #[must_use]
    pub fn with_transfer_sizes(self, sizes: TransferSizes) -> Self {
        Self { sizes, ..self }
    }

    /// Encrypts and decrypts the files of encrypted modules.
    #[must_use]
    pub fn with_encryption(self, encryption: Arc<dyn ArtifactEncryption>) -> Self {
        Self { encryption: Some(Arc::new(Provider::new(encryption))), ..self }
    }

    /// Whether there may be encrypted modules (domain §12.5).
    #[must_use]
    pub fn can_encrypt(&self) -> bool {
        self.encryption.is_some()
    }

    /// How a file of `size` bytes is cut into parts for upload.
    #[must_use]
    pub fn part_plan(&self, size: u64) -> PartPlan {
        PartPlan::new(size, self.sizes.part)
    }

    /// The bucket everything lies in.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
