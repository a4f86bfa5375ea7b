//! The lifecycle rules of `infra/template.yaml`: staged objects and unfinished uploads of a certain age are removed.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::objects::Objects;
use super::staging::STAGING_BUCKET;

/// What the names of all files of unfinished uploads begin with: parts, attributes and the marker.
const UPLOADS: [&str; 2] = [".upload_id-", ".upload-"];

impl Objects {
    /// Removes objects whose keys begin with `prefix`, in all buckets, and parts of uploads, that were last written before
    /// `oldest`.
    pub(super) async fn expire(&self, prefix: &str, oldest: SystemTime) -> io::Result<()> {
        let root = self.root().to_path_buf();
        let scanned = root.clone();
        let (objects, uploads) = tokio::task::spawn_blocking(move || scan(&scanned, oldest)).await??;
        for upload in uploads {
            remove(&upload).await?;
        }
        for object in objects {
            let Some((bucket, key)) = named(&root, &object).filter(|(_, key)| key.starts_with(prefix)) else {
                continue;
            };
            self.remove(&bucket, &key).await.map_err(io::Error::other)?;
        }
        Ok(())
    }
}

/// Old objects, and old files of uploads.
fn scan(root: &Path, oldest: SystemTime) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut objects, mut uploads) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if name != STAGING_BUCKET {
                old_files(&entry.path(), oldest, &mut objects)?;
            }
        } else if UPLOADS.iter().any(|prefix| name.starts_with(prefix)) && is_old(&entry, oldest) {
            uploads.push(entry.path());
        }
    }
    Ok((objects, uploads))
}

fn old_files(directory: &Path, oldest: SystemTime, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            old_files(&entry.path(), oldest, found)?;
        } else if is_old(&entry, oldest) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// What cannot be looked at is gone already.
fn is_old(entry: &std::fs::DirEntry, oldest: SystemTime) -> bool {
    entry.metadata().and_then(|found| found.modified()).is_ok_and(|modified| modified < oldest)
}

fn named(root: &Path, object: &Path) -> Option<(String, String)> {
    let (bucket, key) = object.strip_prefix(root).ok()?.to_str()?.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

async fn remove(file: &Path) -> io::Result<()> {
    match tokio::fs::remove_file(file).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
