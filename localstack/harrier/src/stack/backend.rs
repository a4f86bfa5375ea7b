//! The database and the object store, wherever they are.

use std::env;
use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

use super::{StackError, Storage};
use crate::embedded::dynamodb::EmbeddedDynamoDb;
use crate::embedded::s3::EmbeddedS3;
use crate::embedded::{Durability, EmbeddedError, REGION};

/// Clients of the two services, and the embedded object store if there is one.
pub(super) struct Backend {
    pub database: aws_sdk_dynamodb::Client,
    pub objects: aws_sdk_s3::Client,
    embedded_objects: Option<EmbeddedS3>,
}

impl Backend {
    pub(super) async fn open(storage: &Storage, durability: Durability) -> Result<Self, StackError> {
        let database = open_database(storage, durability).await?;
        let directory = match storage {
            Storage::Aws(endpoint) => return Ok(Self::remote(database, endpoint).await),
            Storage::Memory => None,
            Storage::Directory(directory) => Some(directory),
            Storage::DynamoDb(_, directory) => directory.as_ref(),
        };
        let root = directory.map(|directory| directory.join("objects"));
        let objects = EmbeddedS3::open_with(root.as_deref(), durability)?;
        Ok(Self { database, objects: objects.client(), embedded_objects: Some(objects) })
    }

    async fn remote(database: aws_sdk_dynamodb::Client, endpoint: &str) -> Self {
        let aws = configuration(endpoint).await;
        // Host names of buckets resolve on AWS only.
        let objects = aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build();
        Self { database, objects: aws_sdk_s3::Client::from_conf(objects), embedded_objects: None }
    }

    /// The client whose presigned links name `public_url`, where the objects are embedded.
    pub(super) fn signing_client(&self, public_url: &str) -> aws_sdk_s3::Client {
        let embedded = self.embedded_objects.as_ref().map(|objects| objects.presigning_client(public_url));
        embedded.unwrap_or_else(|| self.objects.clone())
    }

    pub(super) fn embedded_objects(&self) -> Option<&EmbeddedS3> {
        self.embedded_objects.as_ref()
    }
}

/// A client of the database alone, for work that needs no objects.
///
/// # Errors
/// [`StackError::Embedded`] when the embedded database cannot be opened, for example because a server has it open.
pub async fn open_database(storage: &Storage, durability: Durability) -> Result<aws_sdk_dynamodb::Client, StackError> {
    match storage {
        Storage::Memory => Ok(EmbeddedDynamoDb::open_with(None, durability)?.client()),
        Storage::Directory(directory) => {
            make_private(directory)?;
            Ok(EmbeddedDynamoDb::open_with(Some(&directory.join("database.sqlite")), durability)?.client())
        }
        Storage::Aws(endpoint) | Storage::DynamoDb(endpoint, _) => {
            Ok(aws_sdk_dynamodb::Client::new(&configuration(endpoint).await))
        }
    }
}

/// Makes the directory, readable by nobody else: password hashes and device tokens are in there.
fn make_private(directory: &Path) -> Result<(), EmbeddedError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let path = directory.to_path_buf();
    builder.create(directory).map_err(|source| EmbeddedError::File { path, source })
}

/// The usual AWS configuration of the environment. Stand-ins on one machine want some keys and a region, whatever they
/// are, so there are some when the environment has none.
async fn configuration(endpoint: &str) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint);
    if env::var_os("AWS_ACCESS_KEY_ID").is_none() && env::var_os("AWS_PROFILE").is_none() {
        loader = loader.credentials_provider(Credentials::from_keys("harrier", "harrier", None));
    }
    if env::var_os("AWS_REGION").is_none() && env::var_os("AWS_PROFILE").is_none() {
        loader = loader.region(Region::new(REGION));
    }
    loader.load().await
}
