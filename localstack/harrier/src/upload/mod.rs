//! A file of any size goes to a software module of a Harrier, wherever that runs: what `harrier upload` does.
//!
//! The file is hashed first. With name, size and digest the server is asked whether such an upload is under way already; then
//! only the parts it lacks are sent, several at a time, straight to its object storage. So an interrupted upload goes on where it
//! was, whoever goes on with it.

mod api;
mod error;
mod file;
mod send;

use std::path::PathBuf;
use std::time::Duration;

pub use api::Server;
use api::{Asked, UploadStatus};
pub use error::UploadError;
use file::LocalFile;

/// The pause between two questions whether the file was taken in.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is to go where.
#[derive(Debug, Clone)]
pub struct Upload {
    pub file: PathBuf,
    /// The software module.
    pub module: i64,
    /// The artifact's name; the file's own by default.
    pub name: Option<String>,
    /// Parts sent at the same time.
    pub parallel: usize,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Bytes hashed since the last word.
    Hashed(u64),
    /// The server has so many bytes already.
    Resumed(u64),
    /// Bytes sent since the last word.
    Sent(u64),
    /// All parts are there; the server takes the file in.
    Processing,
}

/// Who wants to know. Called from several tasks.
pub type Observer<'a> = &'a (dyn Fn(Progress) + Send + Sync);

impl Upload {
    /// Uploads the file; returns the artifact's id.
    ///
    /// # Errors
    /// [`UploadError`]. After all but a refusal, the same call goes on where this one ended.
    pub async fn run(&self, server: &Server, observer: Observer<'_>) -> Result<i64, UploadError> {
        let file = LocalFile::open(&self.file, self.name.as_deref(), observer).await?;
        let upload = match self.under_way(server, &file).await? {
            Some(upload) => upload,
            None => server.ask(self.module, &Asked::of(&file)).await?,
        };
        if upload.state == "pending" {
            send::missing_parts(server, self, &file, upload.id, observer).await?;
            server.complete(self.module, upload.id).await?;
        }
        observer(Progress::Processing);
        self.outcome(server, upload.id).await
    }

    /// An upload of the same file that has not ended.
    async fn under_way(&self, server: &Server, file: &LocalFile) -> Result<Option<UploadStatus>, UploadError> {
        let all = server.uploads(self.module).await?;
        let same = |upload: &UploadStatus| {
            upload.filename == file.name && upload.size == file.size && upload.hashes.sha256 == file.digests.sha256
        };
        let open = |upload: &UploadStatus| matches!(upload.state.as_str(), "pending" | "processing");
        Ok(all.into_iter().rfind(|upload| open(upload) && same(upload)))
    }

    async fn outcome(&self, server: &Server, id: i64) -> Result<i64, UploadError> {
        loop {
            let upload = server.status(self.module, id).await?;
            match (upload.state.as_str(), upload.artifact_id, upload.error) {
                ("done", Some(artifact), _) => return Ok(artifact),
                ("refused", _, error) => return Err(UploadError::refused(error.unwrap_or_default())),
                _ => tokio::time::sleep(PATIENCE).await,
            }
        }
    }
}
