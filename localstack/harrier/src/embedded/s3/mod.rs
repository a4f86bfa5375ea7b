//! S3 in this process: the real SDK client over an object store in a directory.
//!
//! `s3s` speaks the protocol and verifies signatures, `s3s-fs` keeps the objects; [`objects`] stands between them
//! where the latter could show a half-written object or answers a read differently from S3.

mod access;
mod assembly;
mod connector;
mod expiry;
mod objects;
mod operations;
mod presigned;
mod reading;
mod staging;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_durability;
#[cfg(test)]
mod tests_presigned;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient,
    StalledStreamProtectionConfig,
};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::broadcast;

use super::lock::StateLock;
use super::loopback::LocalServer;
use super::{Durability, EmbeddedError, REGION};
use access::{AccessKey, OnlySigned};
use connector::InProcessHttpClient;
pub use objects::CreatedObject;
use objects::Objects;
pub(super) use presigned::forward;

/// An embedded S3. Clones share one store; a store in a temporary directory is deleted with the last clone and client.
#[derive(Clone, Debug)]
pub struct EmbeddedS3 {
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    service: S3Service,
    objects: Objects,
    key: AccessKey,
    _lock: StateLock,
    _temporary: Option<TempDir>,
}

impl EmbeddedS3 {
    /// Opens the store in the directory `root`, creating it when missing, or an empty one in a temporary directory
    /// for `None`.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has the directory open, [`EmbeddedError::File`] when it cannot
    /// be read or written.
    pub fn open(root: Option<&Path>) -> Result<Self, EmbeddedError> {
        Self::open_with(root, Durability::default())
    }

    /// As [`open`](Self::open), choosing what an acknowledged object outlives.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(root: Option<&Path>, durability: Durability) -> Result<Self, EmbeddedError> {
        let temporary = if root.is_none() { Some(tempfile::tempdir()?) } else { None };
        let root = match (root, &temporary) {
            (Some(root), _) => root,
            (None, Some(directory)) => directory.path(),
            (None, None) => return Err(EmbeddedError::ObjectStore("no directory".to_owned())),
        };
        std::fs::create_dir_all(root).map_err(EmbeddedError::file(root))?;
        let lock = StateLock::take(&root.join(".lock"))?;
        let key = AccessKey::load_or_create(&root.join(".access-key"))?;
        let objects = Objects::open(root, durability)?;
        let service = service(objects.clone(), &key);
        Ok(Self { store: Arc::new(Store { service, objects, key, _lock: lock, _temporary: temporary }) })
    }

    /// A client on this store: the SDK's own client in every respect but where its requests go.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::from_conf(self.config_builder().build())
    }

    /// A client whose presigned URLs name `public_endpoint`, for example `http://192.168.0.7:8081`, which
    /// [`serve_presigned`](Self::serve_presigned) must answer under that very host and port: both are signed.
    /// Its own requests stay in this process.
    #[must_use]
    pub fn presigning_client(&self, public_endpoint: &str) -> Client {
        Client::from_conf(self.config_builder().endpoint_url(public_endpoint).build())
    }

    /// The configuration [`client`](Self::client) uses, for callers that change its retries or its connector.
    #[must_use]
    pub fn config_builder(&self) -> Builder {
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(self.credentials())
            .endpoint_url("https://s3.embedded.invalid")
            .force_path_style(true)
            // A checksum on the way from one part of this process to another protects nothing; presigned URLs must
            // not ask a device for one either.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.http_client())
    }

    /// The connector alone, to be wrapped (see [`faults`](super::faults)) or given to another client.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcessHttpClient::new(self.service()))
    }

    /// The one pair of keys this store accepts. The secret is random and kept with the objects, so presigned URLs
    /// outlive a restart.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        Credentials::from_keys(self.store.key.id(), self.store.key.secret(), None)
    }

    /// Answers presigned downloads and uploads on `listener` until the returned server is shut down or dropped.
    /// Everything else is refused, so the listener may be reachable by devices.
    ///
    /// # Errors
    /// [`EmbeddedError::System`] when the listener is not usable.
    pub fn serve_presigned(&self, listener: TcpListener) -> Result<LocalServer, EmbeddedError> {
        LocalServer::start(listener, presigned::router(self.clone()))
    }

    /// The objects that come into place from now on, in order: the events S3 gives of a bucket. They are not kept for
    /// anybody who does not listen, so whoever must miss none also lists.
    #[must_use]
    pub fn created_objects(&self) -> broadcast::Receiver<CreatedObject> {
        self.store.objects.created()
    }

    /// Removes objects whose keys begin with `prefix`, and unfinished multipart uploads of any key, that were last written
    /// before `oldest`: what a lifecycle rule does on AWS.
    ///
    /// # Errors
    /// [`EmbeddedError::System`] when a file cannot be looked at or removed.
    pub async fn expire(&self, prefix: &str, oldest: SystemTime) -> Result<(), EmbeddedError> {
        Ok(self.store.objects.expire(prefix, oldest).await?)
    }

    pub(super) fn service(&self) -> InProcessService {
        InProcessService { store: Arc::clone(&self.store) }
    }
}

/// The protocol's entry point, which keeps the store open.
#[derive(Clone, Debug)]
pub(super) struct InProcessService {
    store: Arc<Store>,
}

impl InProcessService {
    /// Answers one request as the service would, whatever its signature allows.
    pub(super) async fn call(&self, request: s3s::HttpRequest) -> Result<s3s::HttpResponse, s3s::HttpError> {
        self.store.service.call(request).await
    }
}

fn service(objects: Objects, key: &AccessKey) -> S3Service {
    let mut builder = S3ServiceBuilder::new(objects);
    builder.set_auth(SimpleAuth::from_single(key.id(), key.secret()));
    builder.set_access(OnlySigned);
    builder.build()
}
