//! Where objects lie and how they get there: written aside first, then moved into place, so that a process that
//! dies at any moment leaves either the object before or the object after.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use s3s::dto::{ETagCondition, HeadObjectInput, HeadObjectOutput, Timestamp};
use s3s::{S3, S3Error, S3Request, S3Result, s3_error};
use s3s_fs::FileSystem;
use tokio::fs;
use tokio::sync::{RwLock, broadcast};

use super::staging::{self, STAGING_BUCKET, Staged};
use super::{Durability, EmbeddedError};

/// The object store: `s3s-fs` for what it does well, under names it never shows. Clones are the same store.
#[derive(Clone, Debug)]
pub(super) struct Objects {
    pub(super) inner: Arc<FileSystem>,
    root: PathBuf,
    durability: Durability,
    /// Held for writing while an object moves into place, for reading while one is opened: an object is three
    /// files, and nobody may see files of two different objects together.
    placing: Arc<RwLock<()>>,
    staged: Arc<AtomicU64>,
    /// Tells whoever listens which objects have come into place.
    created: broadcast::Sender<CreatedObject>,
}

/// An object that has come into place: what S3 calls `ObjectCreated`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedObject {
    pub bucket: String,
    pub key: String,
}

/// Events that a listener may lag behind before it misses some.
const EVENTS_KEPT: usize = 1024;

/// The three files `s3s-fs` keeps an object in. Only the first must exist.
#[derive(Debug)]
pub(super) struct ObjectFiles {
    /// The bytes.
    pub(super) data: PathBuf,
    /// Content type and the like.
    pub(super) attributes: PathBuf,
    /// The entity tag and checksums of the bytes.
    pub(super) digests: PathBuf,
}

/// An object that is open for reading, with its description at that moment.
pub(super) struct OpenObject {
    pub(super) file: fs::File,
    pub(super) length: u64,
    pub(super) head: HeadObjectOutput,
}

impl Objects {
    /// Opens the directory `root`, which must exist, and clears away what a dead process had not finished.
    pub(super) fn open(root: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        let root = root.canonicalize().map_err(EmbeddedError::file(root))?;
        staging::reset(&root).map_err(EmbeddedError::file(&root))?;
        let inner = FileSystem::new(&root).map_err(|error| EmbeddedError::ObjectStore(format!("{error:?}")))?;
        let created = broadcast::Sender::new(EVENTS_KEPT);
        let (inner, placing, staged) = (Arc::new(inner), Arc::default(), Arc::default());
        Ok(Self { inner, root, durability, placing, staged, created })
    }

    /// The files of an object that may or may not exist. The names are those of `s3s-fs`.
    pub(super) fn files(&self, bucket: &str, key: &str) -> ObjectFiles {
        let name = description(bucket, key);
        ObjectFiles {
            data: self.root.join(bucket).join(key),
            attributes: self.root.join(format!("{name}.metadata.json")),
            digests: self.root.join(format!("{name}.internal.json")),
        }
    }

    /// The attributes given when the multipart upload `upload` was created.
    pub(super) fn upload_attributes(&self, bucket: &str, key: &str, upload: &str) -> PathBuf {
        self.root.join(format!("{}.upload-{upload}.metadata.json", description(bucket, key)))
    }

    /// The file whose existence says that the multipart upload `upload` is under way.
    pub(super) fn upload_marker(&self, upload: &str) -> PathBuf {
        self.root.join(format!(".upload-{upload}.json"))
    }

    /// The bytes of a part of the multipart upload `upload`.
    pub(super) fn part(&self, upload: &str, number: i32) -> PathBuf {
        self.root.join(format!(".upload_id-{upload}.part-{number}"))
    }

    /// A place of its own for an object that is being written; it disappears with the value.
    pub(super) fn stage(&self) -> Staged {
        let key = self.staged.fetch_add(1, Ordering::Relaxed).to_string();
        let files = self.files(STAGING_BUCKET, &key);
        Staged { key, files }
    }

    pub(super) async fn require_bucket(&self, bucket: &str) -> S3Result<()> {
        match fs::metadata(self.root.join(bucket)).await {
            Ok(found) if found.is_dir() => Ok(()),
            _ => Err(s3_error!(NoSuchBucket)),
        }
    }

    /// Describes an object. Unlike the store below it, does not take a directory for one.
    pub(super) async fn head<T>(&self, request: S3Request<T>, bucket: &str, key: &str) -> S3Result<HeadObjectOutput> {
        let _placed = self.placing.read().await;
        self.describe(request, bucket, key).await
    }

    /// Opens an object for reading.
    pub(super) async fn open_object<T>(&self, request: S3Request<T>, bucket: &str, key: &str) -> S3Result<OpenObject> {
        let _placed = self.placing.read().await;
        let head = self.describe(request, bucket, key).await?;
        let file = fs::File::open(&self.files(bucket, key).data).await.map_err(internal)?;
        let length = file.metadata().await.map_err(internal)?.len();
        Ok(OpenObject { file, length, head })
    }

    async fn describe<T>(&self, request: S3Request<T>, bucket: &str, key: &str) -> S3Result<HeadObjectOutput> {
        let found = fs::metadata(&self.files(bucket, key).data).await.ok().filter(std::fs::Metadata::is_file);
        let Some(found) = found else {
            self.require_bucket(bucket).await?;
            return Err(s3_error!(NoSuchKey));
        };
        let input = HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        let mut head = self.inner.head_object(request.map_input(|_| input)).await?.output;
        head.last_modified = Some(whole_seconds(found.modified().map_err(internal)?));
        Ok(head)
    }

    /// Moves a finished object into place if the conditions hold, replacing what is there.
    pub(super) async fn place<T>(
        &self,
        staged: &Staged,
        request: S3Request<T>,
        bucket: &str,
        key: &str,
        conditions: WriteConditions,
    ) -> S3Result<()> {
        if self.durability == Durability::PowerLoss {
            staging::sync_files(&staged.files).await.map_err(internal)?;
        }
        let target = self.files(bucket, key);
        let _alone = self.placing.write().await;
        if conditions.any() {
            conditions.check(self.describe(request, bucket, key).await)?;
        }
        staging::move_into_place(&staged.files, &target).await.map_err(internal)?;
        if self.durability == Durability::PowerLoss {
            staging::sync_directories(&self.root, &target.data).await.map_err(internal)?;
        }
        let _nobody_listens = self.created.send(CreatedObject { bucket: bucket.to_owned(), key: key.to_owned() });
        Ok(())
    }

    /// The directory everything lies in.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The objects that come into place from now on.
    pub(super) fn created(&self) -> broadcast::Receiver<CreatedObject> {
        self.created.subscribe()
    }

    /// Removes an object, if it exists, with its description, so that nothing describes a later one of that name.
    pub(super) async fn remove(&self, bucket: &str, key: &str) -> S3Result<()> {
        self.require_bucket(bucket).await?;
        let files = self.files(bucket, key);
        let _alone = self.placing.write().await;
        if fs::metadata(&files.data).await.is_ok_and(|found| found.is_dir()) {
            return Ok(());
        }
        staging::remove_object(&files).await.map_err(internal)?;
        if self.durability == Durability::PowerLoss {
            staging::sync_directories(&self.root, &files.data).await.map_err(internal)?;
        }
        Ok(())
    }
}

/// What the names of an object's descriptions start with.
fn description(bucket: &str, key: &str) -> String {
    let encode = |name: &str| BASE64_URL_SAFE_NO_PAD.encode(name);
    format!(".bucket-{}.object-{}", encode(bucket), encode(key))
}

/// What must be true of the object in place for a write to replace it.
#[derive(Debug, Default)]
pub(super) struct WriteConditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl WriteConditions {
    fn any(&self) -> bool {
        self.if_match.is_some() || self.if_none_match.is_some()
    }

    fn check(&self, present: S3Result<HeadObjectOutput>) -> S3Result<()> {
        let tag = match present {
            Ok(head) => head.e_tag,
            Err(error) if *error.code() == s3s::S3ErrorCode::NoSuchKey => None,
            Err(error) => return Err(error),
        };
        let matches = |condition: &ETagCondition| match (condition, &tag) {
            (_, None) => false,
            (ETagCondition::Any, Some(_)) => true,
            (ETagCondition::ETag(wanted), Some(tag)) => tag.strong_cmp(wanted),
        };
        let lacks = self.if_match.as_ref().is_some_and(|condition| !matches(condition));
        if lacks || self.if_none_match.as_ref().is_some_and(matches) {
            return Err(s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold"));
        }
        Ok(())
    }
}

/// HTTP dates have no fractions, so a condition with the date we sent must compare equal.
fn whole_seconds(time: std::time::SystemTime) -> Timestamp {
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from(std::time::UNIX_EPOCH + std::time::Duration::from_secs(since.as_secs()))
}

pub(super) fn internal(error: std::io::Error) -> S3Error {
    S3Error::internal_error(error)
}
