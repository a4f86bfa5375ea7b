//! The database and the object store, wherever they are.

use std::env;
use std::path::Path;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;

use super::{StackError, Storage};
use crate::embedded::dynamodb::EmbeddedDynamoDb;
use crate::embedded::s3::EmbeddedS3;
use crate::embedded::sqs::EmbeddedSqs;
use crate::embedded::{Durability, EmbeddedError, REGION};
use crate::pumps::StepMessages;

/// Clients of the two services, and the embedded object store if there is one.
pub(super) struct Backend {
    pub database: aws_sdk_dynamodb::Client,
    pub objects: aws_sdk_s3::Client,
    /// The queue of steps. Always embedded: where functions are deployed, they have a queue of their own.
    pub queue: EmbeddedSqs,
    pub embedded_database: Option<EmbeddedDynamoDb>,
    embedded_objects: Option<EmbeddedS3>,
}

impl Backend {
    pub(super) async fn open(storage: &Storage, durability: Durability) -> Result<Self, StackError> {
        let embedded_database = open_embedded_database(storage, durability)?;
        let database = match (&embedded_database, storage) {
            (Some(embedded), _) => embedded.client(),
            (None, _) => open_database(storage, durability).await?,
        };
        let directory = private_directory(storage)?;
        let queue = open_queue(directory, durability)?;
        let (objects, embedded_objects) = match storage {
            Storage::Aws(endpoint) => (remote_objects(endpoint).await, None),
            _ => {
                let root = directory.map(|directory| directory.join("objects"));
                let objects = EmbeddedS3::open_with(root.as_deref(), durability)?;
                (objects.client(), Some(objects))
            }
        };
        Ok(Self { database, objects, queue, embedded_database, embedded_objects })
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

async fn remote_objects(endpoint: &str) -> aws_sdk_s3::Client {
    let aws = configuration(endpoint).await;
    // Host names of buckets resolve on AWS only.
    let objects = aws_sdk_s3::config::Builder::from(&aws).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(objects)
}

/// The queue below a data directory, or in memory.
fn open_queue(directory: Option<&Path>, durability: Durability) -> Result<EmbeddedSqs, EmbeddedError> {
    EmbeddedSqs::open(directory.map(|directory| directory.join("queues.sqlite")).as_deref(), durability)
}

/// The embedded steps of campaigns, for work that needs nothing else.
///
/// # Errors
/// [`StackError::Embedded`] when they cannot be opened, for example because a server has them open.
pub async fn open_step_messages(storage: &Storage, durability: Durability) -> Result<StepMessages, StackError> {
    StepMessages::open(&open_queue(private_directory(storage)?, durability)?).await
}

fn open_embedded_database(
    storage: &Storage,
    durability: Durability,
) -> Result<Option<EmbeddedDynamoDb>, EmbeddedError> {
    match storage {
        Storage::Memory => EmbeddedDynamoDb::open_with(None, durability).map(Some),
        Storage::Directory(directory) => {
            make_private(directory)?;
            EmbeddedDynamoDb::open_with(Some(&directory.join("database.sqlite")), durability).map(Some)
        }
        Storage::Aws(_) | Storage::DynamoDb(..) => Ok(None),
    }
}

/// A client of the database alone, for work that needs no objects.
///
/// # Errors
/// [`StackError::Embedded`] when the embedded database cannot be opened, for example because a server has it open.
pub async fn open_database(storage: &Storage, durability: Durability) -> Result<aws_sdk_dynamodb::Client, StackError> {
    if let Some(embedded) = open_embedded_database(storage, durability)? {
        return Ok(embedded.client());
    }
    match storage {
        Storage::Aws(endpoint) | Storage::DynamoDb(endpoint, _) => {
            Ok(aws_sdk_dynamodb::Client::new(&configuration(endpoint).await))
        }
        Storage::Memory | Storage::Directory(_) => Err(EmbeddedError::Stopped.into()),
    }
}

/// The data directory, if there is one, made as [`make_private`] does.
fn private_directory(storage: &Storage) -> Result<Option<&Path>, EmbeddedError> {
    let directory = match storage {
        Storage::Memory | Storage::Aws(_) => None,
        Storage::Directory(directory) => Some(directory.as_path()),
        Storage::DynamoDb(_, directory) => directory.as_deref(),
    };
    directory.map(make_private).transpose()?;
    Ok(directory)
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
