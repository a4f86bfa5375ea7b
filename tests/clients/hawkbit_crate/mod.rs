//! The crate `hawkbit`, in the program `hawkbit-device`.

mod stories;

use std::path::PathBuf;
use std::process::Stdio;

use harrier_tests::{TENANT, files, programs};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::scenario::{CONTROLLER_ID, LARGE, Login, PATIENCE, SMALL, Scenario};

const FILE_NAME: &str = "firmware.bin";

struct Setting {
    scenario: Scenario,
    content: Vec<u8>,
}

impl Setting {
    async fn new(size: usize, login: Login) -> Self {
        let mut setting = Self::prepared(size, login).await;
        setting.scenario.offer(json!({ "type": "forced" })).await;
        setting
    }

    /// With nothing assigned yet.
    async fn prepared(size: usize, login: Login) -> Self {
        let sources = TempDir::new().expect("a temporary directory");
        let content = files::random_bytes(size, 1);
        let file = written(&sources, &content).await;
        Self { scenario: Scenario::prepared(&file, login).await, content }
    }

    fn downloads(&self) -> PathBuf {
        self.scenario.directory.path().join("downloads")
    }

    fn start_device(&self) -> Child {
        self.start_device_that(&[])
    }

    fn start_device_that(&self, does: &[&str]) -> Child {
        let token = match self.scenario.login {
            Login::TargetToken => "--target-token",
            Login::GatewayToken => "--gateway-token",
        };
        Command::new(programs::hawkbit_device())
            .args(["--url", &self.scenario.proxy.url(), "--tenant", TENANT, "--controller-id", CONTROLLER_ID])
            .args([token, &self.scenario.token])
            .arg("--directory")
            .arg(self.downloads())
            .args(does)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the device starts")
    }

    async fn finish(&self) {
        self.end_of(self.start_device()).await;
        self.assert_installed().await;
    }

    /// Waits until the device has concluded what it is there for; gives back what it said.
    async fn end_of(&self, device: Child) -> String {
        let ended = timeout(PATIENCE, device.wait_with_output()).await.expect("the device ends in time");
        let output = ended.expect("an output");
        assert!(output.status.success(), "{}", self.scenario.traffic());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    async fn assert_installed(&self) {
        let installed = tokio::fs::read(self.downloads().join(FILE_NAME)).await.expect("the downloaded file");
        assert!(installed == self.content, "the downloaded file differs");
        self.scenario.assert_concluded().await;
    }
}

async fn written(directory: &TempDir, content: &[u8]) -> PathBuf {
    let file = directory.path().join(FILE_NAME);
    tokio::fs::write(&file, content).await.expect("a written file");
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_3_mb_and_a_target_token() {
    Setting::new(SMALL, Login::TargetToken).await.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_3_mb_and_a_gateway_token() {
    Setting::new(SMALL, Login::GatewayToken).await.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_60_mb_and_a_target_token() {
    Setting::new(LARGE, Login::TargetToken).await.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_60_mb_and_a_gateway_token() {
    Setting::new(LARGE, Login::GatewayToken).await.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resumes_by_range_after_a_kill() {
    let setting = Setting::new(LARGE, Login::TargetToken).await;
    let reached = setting.scenario.hold_download(LARGE as u64 / 2);
    let mut device = setting.start_device();
    timeout(PATIENCE, reached.notified()).await.expect("half of the download");
    device.kill().await.expect("a killed device");
    setting.finish().await;
    setting.scenario.assert_resumed(LARGE as u64);
}
