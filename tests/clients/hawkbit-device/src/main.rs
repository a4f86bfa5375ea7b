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
    Mode, Update,
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

async fn live(options: &Options) -> Result<(), Failure> {
    let authorization = options.authorization();
    let client = Client::new(&options.url, &options.tenant, &options.controller_id, authorization, None, None, None)?;
    loop {
        let reply = client.poll().await?;
        if let Some(request) = reply.config_data_request() {
            tell_attributes(&request).await?;
        }
        if let Some(cancel) = reply.cancel_action() {
            return acknowledge(&cancel).await;
        }
        if let Some(offered) = reply.update() {
            return install(&offered.fetch().await?, &options.directory).await;
        }
        sleep(IDLE).await;
    }
}

async fn tell_attributes(request: &ConfigRequest) -> Result<(), Failure> {
    let attributes = Attributes { client: "hawkbit", hardware: "1.0" };
    request.upload(Execution::Closed, Finished::Success, Some(Mode::Merge), attributes, vec![]).await?;
    Ok(())
}

async fn acknowledge(cancel: &CancelAction) -> Result<(), Failure> {
    println!("cancelling {}", cancel.id().await?);
    cancel.send_feedback(Execution::Proceeding, Finished::None, vec!["Cancelling"]).await?;
    cancel.send_feedback(Execution::Closed, Finished::Success, vec![]).await?;
    Ok(())
}

async fn install(update: &Update, directory: &Path) -> Result<(), Failure> {
    println!("updating with action {}", update.action_id());
    update.send_feedback(Execution::Proceeding, Finished::None, vec!["Downloading"]).await?;
    let mut count = 0;
    for chunk in update.chunks() {
        count += download(&chunk, directory).await?;
    }
    if count == 0 {
        return Err(Failure::Empty);
    }
    let progress = Some(Progress { cnt: count, of: count });
    update.send_feedback_with_progress(Execution::Proceeding, Finished::None, progress, vec!["Installing"]).await?;
    update.send_feedback(Execution::Closed, Finished::Success, vec!["Installed"]).await?;
    Ok(())
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
