//! `harrier serve` as a process of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::{Management, programs};

/// The administrator of every server started here.
pub const USER: &str = "admin";
pub const PASSWORD: &str = "only-for-tests";
pub const TENANT: &str = "DEFAULT";

/// The longest a server may take to listen, on a busy machine and unoptimised.
const START: Duration = Duration::from_secs(60);
const ANNOUNCEMENT: &str = "Harrier listens on ";

/// A running server. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    url: String,
    /// Kept open: a server that prints must not fail.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts a server on free ports with its state in `data`.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub async fn start(data: &Path) -> Self {
        Self::start_with(data, &[]).await
    }

    /// The same with further options of `harrier serve`.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub async fn start_with(data: &Path, options: &[&str]) -> Self {
        let mut process = Command::new(programs::harrier())
            .args(["serve", "--listen", "127.0.0.1:0", "--storage-listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(options)
            .env("HARRIER_ADMIN_PASSWORD", PASSWORD)
            .env("HARRIER_LOG", std::env::var("HARRIER_LOG").unwrap_or_else(|_| "warn".to_owned()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("harrier starts");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let url = timeout(START, announced(&mut output)).await.expect("harrier listens in time");
        Self { process, url, _output: output }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client with the administrator's credentials.
    ///
    /// # Panics
    /// When no HTTP client can be made.
    #[must_use]
    pub fn management(&self) -> Management {
        Management::new(&self.url, USER, PASSWORD).expect("an HTTP client")
    }

    /// The process, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// `kill -9`, and waits until it is gone.
    ///
    /// # Panics
    /// When it had ended before.
    pub async fn kill(mut self) {
        let ended = self.process.try_wait().expect("the state of the process");
        assert!(ended.is_none(), "the server ended by itself: {ended:?}");
        self.process.kill().await.expect("it can be killed");
    }
}

/// Runs `harrier admin check` on the state of a server that does not run; prints what it finds.
///
/// # Panics
/// When something is broken.
pub async fn check(data: &Path) {
    let mut command = Command::new(programs::harrier());
    let output = command.args(["admin", "check", "--data"]).arg(data).stdin(Stdio::null()).output().await;
    let output = output.expect("harrier starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("{}", text(&output.stdout).trim_end());
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

async fn announced(output: &mut Lines<BufReader<ChildStdout>>) -> String {
    while let Some(line) = output.next_line().await.expect("lines of text") {
        if let Some(url) = line.strip_prefix(ANNOUNCEMENT) {
            return url.trim().to_owned();
        }
    }
    panic!("harrier ended before it listened");
}
