//! Objects that are not in place yet, and the move that puts them there.

use std::io::{self, ErrorKind};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio::fs;

use super::objects::ObjectFiles;

/// No bucket of a client can have this name, and listings skip it.
pub(super) const STAGING_BUCKET: &str = ".staging";

/// An object being written. What is left of it is removed with the value; after the move nothing is.
#[derive(Debug)]
pub(super) struct Staged {
    /// Its key in the [`STAGING_BUCKET`].
    pub(super) key: String,
    pub(super) files: ObjectFiles,
}

impl Drop for Staged {
    fn drop(&mut self) {
        for file in [&self.files.data, &self.files.attributes, &self.files.digests] {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Removes what a dead process was writing and makes room for new objects.
pub(super) fn reset(root: &Path) -> io::Result<()> {
    let descriptions = format!(".bucket-{}.object-", BASE64_URL_SAFE_NO_PAD.encode(STAGING_BUCKET));
    for entry in std::fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&descriptions) {
            std::fs::remove_file(entry.path())?;
        }
    }
    let directory = root.join(STAGING_BUCKET);
    match std::fs::remove_dir_all(&directory) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir(directory),
    }
}

/// Moves the files of one object over those of another. The digests of the old bytes go first and those of the new
/// ones come last: without them the store computes the tag from the bytes, so it is never the tag of other bytes.
pub(super) async fn move_into_place(staged: &ObjectFiles, target: &ObjectFiles) -> io::Result<()> {
    if let Some(directory) = target.data.parent() {
        fs::create_dir_all(directory).await?;
    }
    remove(&target.digests).await?;
    fs::rename(&staged.data, &target.data).await?;
    move_or_remove(&staged.attributes, &target.attributes).await?;
    move_or_remove(&staged.digests, &target.digests).await
}

/// Removes the files of an object, those that exist.
pub(super) async fn remove_object(files: &ObjectFiles) -> io::Result<()> {
    for file in [&files.data, &files.attributes, &files.digests] {
        remove(file).await?;
    }
    Ok(())
}

async fn move_or_remove(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to).await {
        Err(error) if error.kind() == ErrorKind::NotFound => remove(to).await,
        moved => moved,
    }
}

async fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file).await {
        Err(error) if is_absence(&error) => Ok(()),
        removed => removed,
    }
}

/// Nothing there, or below something that is an object itself.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Waits until the disk has the bytes of these files.
pub(super) async fn sync_files(files: &ObjectFiles) -> io::Result<()> {
    for file in [&files.data, &files.attributes, &files.digests] {
        match fs::File::open(file).await {
            Ok(file) => file.sync_all().await?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Waits until the disk has the names: those from the object's directory up to the root, where its description is.
pub(super) async fn sync_directories(root: &Path, data: &Path) -> io::Result<()> {
    for directory in data.ancestors().skip(1).take_while(|directory| directory.starts_with(root)) {
        match fs::File::open(directory).await {
            Ok(directory) => directory.sync_all().await?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
