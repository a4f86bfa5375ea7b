//! A device on the crate `hawkbit`, used as its documentation shows: polls, tells its attributes, downloads, reports.
//!
//! Everything on the wire is the crate's doing. It keeps what it has of a file as `<name>.part` and asks for the rest
//! with a range when it is started again. Ends with success once an update was concluded or a cancellation acknowledged.
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hawkbit::ddi::{
    CancelAction, Chunk, Client, ClientAuthorization, ConfigRequest, DownloadedArtifact, Error, Execution, Finished,
    Mode, Type, Update,
};
use serde::Serialize;
use tokio::time::{sleep, timeout};

/// Between two polls: a test does not wait as long as the server says.
const IDLE: Duration = Duration::from_millis(200);
/// The crate renames a file before its last bytes are written.
const SETTLING: Duration = Duration::from_millis(20);

#[derive(Parser)]
struct Options {
    /// URL of the server.
    #[arg(long)]
    url: String,
    #[arg(long)]
    tenant: String,
    #[arg(long)]
    controller_id: String,
    #[arg(long, conflicts_with = "gateway_token")]
    target_token: Option<String>,
    #[arg(long)]
    gateway_token: Option<String>,
    /// Where downloaded files go.
    #[arg(long)]
    directory: PathBuf,
    /// Refuse to cancel an update.
    #[arg(long)]
    rejects: bool,
    /// Report the first update as failed.
    #[arg(long)]
    fails: bool,
    /// Answer yes when the server asks for a confirmation.
    #[arg(long)]
    confirms: bool,
    /// Conclude this many updates or cancellations.
    #[arg(long, default_value_t = 1)]
    conclusions: u32,
    /// Give up after this many seconds.
    #[arg(long, default_value_t = 60)]
    patience: u64,
}

impl Options {
    fn authorization(&self) -> ClientAuthorization {
        match (&self.target_token, &self.gateway_token) {
            (Some(token), _) => ClientAuthorization::TargetToken(token.clone()),
            (None, Some(token)) => ClientAuthorization::GatewayToken(token.clone()),
            (None, None) => ClientAuthorization::None,
        }
    }
}

#[derive(Serialize)]
struct Attributes {
    client: &'static str,
    #[serde(rename = "HwRevision")]
    hardware: &'static str,
}

#[derive(Serialize)]
struct Progress {
    cnt: usize,
    of: usize,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Hawkbit(#[from] Error),
    #[error("the deployment has no artifacts")]
    Empty,
    #[error("nothing was concluded in time")]
    OutOfPatience,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match timeout(Duration::from_secs(options.patience), live(&options)).await.unwrap_or(Err(Failure::OutOfPatience)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}: {failure:?}");
            ExitCode::FAILURE
        }
    }
}

/// What a device remembers between two polls.
struct Device<'a> {
    options: &'a Options,
    client: Client,
    left: u32,
    fails: bool,
}

async fn live(options: &Options) -> Result<(), Failure> {
    let authorization = options.authorization();
    let client = Client::new(&options.url, &options.tenant, &options.controller_id, authorization, None, None, None)?;
    let mut device = Device { options, client, left: options.conclusions, fails: options.fails };
    while device.left > 0 {
        let is_concluded = device.wake_up().await?;
        device.left -= u32::from(is_concluded);
        if !is_concluded {
            sleep(IDLE).await;
        }
    }
    Ok(())
}

impl Device<'_> {
    /// One poll and what it asks for. Returns whether something was concluded.
    async fn wake_up(&mut self) -> Result<bool, Failure> {
        let reply = self.client.poll().await?;
        if let Some(request) = reply.config_data_request() {
            tell_attributes(&request).await?;
        }
        if let Some(cancel) = reply.cancel_action() {
            return self.cancel(&cancel).await;
        }
        if let Some(asked) = reply.confirmation_base() {
            // The crate addresses the link of the poll, which names no action: hawkBit knows no such address either.
            let outcome = if self.options.confirms { asked.confirm().await.err() } else { None };
            println!("asked for a confirmation {outcome:?}");
            return Ok(false);
        }
        match reply.update() {
            Some(offered) => self.update(&offered.fetch().await?).await,
            None => Ok(false),
        }
    }

    async fn cancel(&self, cancel: &CancelAction) -> Result<bool, Failure> {
        println!("told to cancel {}", cancel.id().await?);
        if self.options.rejects {
            cancel.send_feedback(Execution::Rejected, Finished::None, vec!["Too late"]).await?;
            return Ok(false);
        }
        cancel.send_feedback(Execution::Proceeding, Finished::None, vec!["Cancelling"]).await?;
        cancel.send_feedback(Execution::Closed, Finished::Success, vec![]).await?;
        Ok(true)
    }

    /// Downloads, unless it is told to cancel meanwhile, and installs what is to be installed.
    async fn update(&mut self, update: &Update) -> Result<bool, Failure> {
        let (download, wanted, window) = (update.download_type(), update.update_type(), update.maintenance_window());
        println!("offered {} download {download:?} update {wanted:?} window {window:?}", update.action_id());
        update.send_feedback(Execution::Proceeding, Finished::None, vec!["Downloading"]).await?;
        let cancel = tokio::select! {
            count = download_all(update, &self.options.directory) => { count?; None }
            cancel = self.told_to_cancel() => Some(cancel?),
        };
        match (cancel, wanted, window) {
            (Some(cancel), ..) => self.cancel(&cancel).await,
            (None, Type::Skip, window) => {
                update.send_feedback(Execution::Downloaded, Finished::None, vec!["Downloaded"]).await?;
                Ok(window.is_none())
            }
            (None, ..) => self.install(update).await.map(|()| true),
        }
    }

    async fn told_to_cancel(&self) -> Result<CancelAction, Failure> {
        loop {
            sleep(IDLE).await;
            // Who refuses to cancel does not ask.
            let reply = if self.options.rejects { None } else { Some(self.client.poll().await?) };
            if let Some(cancel) = reply.and_then(|reply| reply.cancel_action()) {
                return Ok(cancel);
            }
        }
    }

    async fn install(&mut self, update: &Update) -> Result<(), Failure> {
        if std::mem::take(&mut self.fails) {
            update.send_feedback(Execution::Closed, Finished::Failure, vec!["Not installed"]).await?;
            return Ok(());
        }
        let progress = Some(Progress { cnt: 1, of: 1 });
        update.send_feedback_with_progress(Execution::Proceeding, Finished::None, progress, vec!["Installing"]).await?;
        update.send_feedback(Execution::Closed, Finished::Success, vec!["Installed"]).await?;
        Ok(())
    }
}

async fn tell_attributes(request: &ConfigRequest) -> Result<(), Failure> {
    let attributes = Attributes { client: "hawkbit", hardware: "1.0" };
    request.upload(Execution::Closed, Finished::Success, Some(Mode::Merge), attributes, vec![]).await?;
    Ok(())
}

/// There is something to download in every update.
async fn download_all(update: &Update, directory: &Path) -> Result<(), Failure> {
    let mut count = 0;
    for chunk in update.chunks() {
        count += download(&chunk, directory).await?;
    }
    if count == 0 { Err(Failure::Empty) } else { Ok(()) }
}

/// Downloads the chunk's files and has the crate compare all three digests. Returns how many files there are.
async fn download(chunk: &Chunk<'_>, directory: &Path) -> Result<usize, Failure> {
    let mut count = 0;
    for announced in chunk.artifacts() {
        let file = announced.download(directory).await?;
        settle(&file, announced.size().into()).await?;
        file.check_md5().await?;
        file.check_sha1().await?;
        file.check_sha256().await?;
        count += 1;
    }
    Ok(count)
}

async fn settle(file: &DownloadedArtifact, size: u64) -> Result<(), Failure> {
    for _ in 0..50 {
        if tokio::fs::metadata(file.file()).await.map_err(Error::from)?.len() == size {
            break;
        }
        sleep(SETTLING).await;
    }
    Ok(())
}
