//! A file a device has a part of: it outlives crashes, as flash memory does.

use std::sync::atomic::Ordering;

use aws_lc_rs::digest::{Context, SHA256};
use reqwest::StatusCode;

use super::ddi::{Artifact, DeviceApi};
use super::seed::Dice;
use super::tally::{Tally, count};
use super::{ArtifactUse, Behaviour, FleetError};

/// The bytes of one file that arrived so far, as their number and digest.
pub(super) struct PartialFile {
    sha256: String,
    arrived: u64,
    hasher: Context,
}

impl PartialFile {
    fn of(artifact: &Artifact) -> Self {
        Self { sha256: artifact.hashes.sha256.clone(), arrived: 0, hasher: Context::new(&SHA256) }
    }
}

/// What a download draws on.
pub(super) struct Downloader<'a> {
    pub(super) api: &'a DeviceApi,
    pub(super) behaviour: &'a Behaviour,
    pub(super) tally: &'a Tally,
    pub(super) dice: &'a mut Dice,
}

impl Downloader<'_> {
    /// Does with the artifact what the behaviour says. `kept` is the part of a file a crash left.
    pub(super) async fn take(&mut self, artifact: &Artifact, kept: &mut Option<PartialFile>) -> Result<(), FleetError> {
        let Some(href) = artifact.href() else {
            return Err(FleetError::unexpected(&artifact.filename, "no download link"));
        };
        match self.behaviour.artifacts {
            ArtifactUse::Skip => Ok(()),
            ArtifactUse::Head => self.compare_size(artifact, href).await,
            ArtifactUse::Download => self.fetch(artifact, href, u64::MAX, kept).await,
            ArtifactUse::DownloadInRanges(length) => self.fetch(artifact, href, length.max(1), kept).await,
        }
    }

    async fn compare_size(&self, artifact: &Artifact, href: &str) -> Result<(), FleetError> {
        let size = self.api.size_of(href).await?;
        if size == artifact.size {
            return Ok(());
        }
        Err(damaged(artifact, &format!("{size} bytes instead of {}", artifact.size)))
    }

    async fn fetch(
        &mut self,
        artifact: &Artifact,
        href: &str,
        length: u64,
        kept: &mut Option<PartialFile>,
    ) -> Result<(), FleetError> {
        if kept.as_ref().is_none_or(|file| file.sha256 != artifact.hashes.sha256) {
            *kept = Some(PartialFile::of(artifact));
        }
        while let Some(file) = kept.as_mut().filter(|file| file.arrived < artifact.size) {
            self.fetch_piece(artifact, href, length, file).await?;
        }
        let Some(file) = kept.take() else {
            return Ok(());
        };
        count(&self.tally.downloads);
        let sha256 = hex::encode(file.hasher.finish());
        if sha256 == artifact.hashes.sha256 { Ok(()) } else { Err(damaged(artifact, &format!("sha256 {sha256}"))) }
    }

    async fn fetch_piece(
        &mut self,
        artifact: &Artifact,
        href: &str,
        length: u64,
        file: &mut PartialFile,
    ) -> Result<(), FleetError> {
        let end = file.arrived.saturating_add(length);
        let last = (end < artifact.size).then(|| end - 1);
        let mut answer = self.api.download(href, file.arrived, last).await?;
        let is_part = file.arrived > 0 || last.is_some();
        if is_part && answer.status() != StatusCode::PARTIAL_CONTENT {
            return Err(FleetError::unexpected(href, format!("{} for a range", answer.status())));
        }
        let interrupted = |source| FleetError::Network { request: href.to_owned(), source };
        while let Some(chunk) = answer.chunk().await.map_err(interrupted)? {
            file.hasher.update(&chunk);
            file.arrived += chunk.len() as u64;
            self.tally.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            if self.dice.happens(self.behaviour.crash) {
                return Err(FleetError::Crashed);
            }
        }
        if file.arrived > artifact.size {
            return Err(damaged(artifact, "more bytes than announced"));
        }
        Ok(())
    }
}

fn damaged(artifact: &Artifact, reason: &str) -> FleetError {
    FleetError::Damaged { file: artifact.filename.clone(), reason: reason.to_owned() }
}
