//! One run of SWUpdate.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use harrier_tests::{TENANT, programs};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::image::Image;
use crate::scenario::{CONTROLLER_ID, Login, PATIENCE, Scenario};

const CONFIGURATION: &str = r#"
globals : { verbose = true; };
identify : (
    { name = "hw_boardname"; value = "tests"; },
    { name = "hw_revision"; value = "1.0"; },
    { name = "client"; value = "swupdate"; }
);
"#;

/// Between two looks at something that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(100);

/// What the device does with the stream.
pub enum Storage {
    /// Installs it as it comes.
    Streamed,
    /// Keeps it in a file first.
    Kept { stream: PathBuf },
    /// Starts with what an earlier run kept.
    Resumed { from: PathBuf },
}

/// The running program with its children. Killed when dropped.
pub struct Device {
    process: Child,
    group: u32,
    /// Its sockets, configuration and log.
    directory: TempDir,
}

impl Device {
    pub fn start(scenario: &Scenario, image: &Image, storage: &Storage, options: &[&str]) -> Self {
        programs::require("swupdate", "swupdate");
        let directory = TempDir::new().expect("a temporary directory");
        let configuration = directory.path().join("swupdate.cfg");
        std::fs::write(&configuration, CONFIGURATION).expect("a written configuration");
        let log = File::create(directory.path().join("log")).expect("a log");
        let mut command = Command::new("swupdate");
        command
            // More would fill a report with more messages than the server takes (DDI §17.2).
            .args(["-H", "tests:1.0", "-l", "3", "-M", "-m", "-k"])
            .arg(image.certificate())
            .arg("-f")
            .arg(&configuration)
            .env("TMPDIR", directory.path())
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("a log"))
            .stdout(log)
            .process_group(0)
            .kill_on_drop(true);
        if let Storage::Kept { stream } = storage {
            command.arg("-o").arg(stream);
        }
        command.args(["-u", &server_options(scenario, storage, options)]);
        let process = command.spawn().expect("swupdate starts");
        let group = process.id().expect("a running process");
        Self { process, group, directory }
    }

    pub async fn wait_for_bytes(&self, file: &Path, least: u64) {
        let until = Instant::now() + PATIENCE;
        while std::fs::metadata(file).map_or(0, |metadata| metadata.len()) < least {
            assert!(Instant::now() < until, "{} does not grow:\n{}", file.display(), self.log());
            sleep(LOOK).await;
        }
    }

    pub async fn kill(&mut self) {
        self.kill_group();
        self.process.wait().await.expect("an end");
    }

    /// The program starts children of its own, which must not outlive it.
    fn kill_group(&self) {
        let group = format!("-{}", self.group);
        let _ = std::process::Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Once it was waited for, its id may be another's.
        if self.process.id().is_some() {
            self.kill_group();
        }
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

fn server_options(scenario: &Scenario, storage: &Storage, options: &[&str]) -> String {
    let login = match scenario.login {
        Login::TargetToken => "-k",
        Login::GatewayToken => "-g",
    };
    let (url, token) = (scenario.proxy.url(), &scenario.token);
    let mut text = format!("-t {TENANT} -u {url} -i {CONTROLLER_ID} {login} {token} -p 2 -r 5 -w 1");
    if let Storage::Resumed { from } = storage {
        text.push_str(&format!(" --cache {}", from.display()));
    }
    for option in options {
        text.push(' ');
        text.push_str(option);
    }
    text
}
