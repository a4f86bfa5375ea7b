//! `harrier upload`.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use harrier::upload::{Progress, Server, Upload, UploadError};
use indicatif::{ProgressBar, ProgressStyle};

/// Uploads a file in parts, several at a time. An interrupted upload goes on where it was: give the same command again.
///
/// The password comes from `HARRIER_PASSWORD`; without it, it is asked for.
#[derive(Args)]
pub(super) struct UploadOptions {
    /// The file.
    file: PathBuf,
    /// Id of the software module.
    #[arg(long, value_name = "ID")]
    module: i64,
    /// Name of the artifact; the file's own by default.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Address of the Harrier.
    #[arg(long, env = "HARRIER_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// User name.
    #[arg(long, env = "HARRIER_USER", value_name = "NAME", default_value = "admin")]
    user: String,
    /// Parts sent at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    parallel: u8,
}

/// Where the password is looked for. Never an option: other users of a machine can read those.
const PASSWORD: &str = "HARRIER_PASSWORD";

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error("no password: set HARRIER_PASSWORD")]
    NoPassword,
    #[error("the password could not be read: {0}")]
    Prompt(#[from] std::io::Error),
    #[error(transparent)]
    Upload(#[from] UploadError),
}

impl UploadOptions {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        let server = Server::new(&self.url, &self.user, &password(&self.user)?)?;
        let size = std::fs::metadata(&self.file).map(|found| found.len()).unwrap_or_default();
        let Self { file, module, name, parallel, .. } = self;
        let upload = Upload { file, module, name, parallel: usize::from(parallel) };
        let bar = Bar::new(size);
        let artifact = upload.run(&server, &|progress| bar.show(progress)).await;
        bar.end();
        say(&format!("Artifact {} of software module {module}\n", artifact?));
        Ok(())
    }
}

fn password(user: &str) -> Result<String, CommandError> {
    match std::env::var(PASSWORD) {
        Ok(password) if !password.is_empty() => Ok(password),
        _ if std::io::stdin().is_terminal() => Ok(rpassword::prompt_password(format!("Password of {user}: "))?),
        _ => Err(CommandError::NoPassword),
    }
}

/// One bar: first for hashing, then for sending.
struct Bar {
    bar: ProgressBar,
    size: u64,
}

impl Bar {
    fn new(size: u64) -> Self {
        let template = "{msg:10} {wide_bar} {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12} {eta:>4}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::new(size).with_style(style).with_message("hashing"), size }
    }

    fn show(&self, progress: Progress) {
        match progress {
            Progress::Hashed(bytes) => self.bar.inc(bytes),
            Progress::Resumed(bytes) | Progress::Sent(bytes) => {
                if self.bar.message() != "sending" {
                    self.bar.set_message("sending");
                    self.bar.reset();
                    self.bar.set_length(self.size);
                }
                self.bar.inc(bytes);
            }
            Progress::Processing => self.bar.set_message("processing"),
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Unlike `println!`, does not mind if nobody reads our output any more.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _nobody_reads = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}
