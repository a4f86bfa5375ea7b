//! The crate `hawkbit`, in the program `hawkbit-device`.

use std::path::PathBuf;

use harrier_tests::{TENANT, files, programs};
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
        let sources = TempDir::new().expect("a temporary directory");
        let file = sources.path().join(FILE_NAME);
        let content = files::random_bytes(size, 1);
        tokio::fs::write(&file, &content).await.expect("a written file");
        Self { scenario: Scenario::new(&file, login).await, content }
    }

    fn downloads(&self) -> PathBuf {
        self.scenario.directory.path().join("downloads")
    }

    fn start_device(&self) -> Child {
        let token = match self.scenario.login {
            Login::TargetToken => "--target-token",
            Login::GatewayToken => "--gateway-token",
        };
        Command::new(programs::hawkbit_device())
            .args(["--url", &self.scenario.proxy.url(), "--tenant", TENANT, "--controller-id", CONTROLLER_ID])
            .args([token, &self.scenario.token])
            .arg("--directory")
            .arg(self.downloads())
            .kill_on_drop(true)
            .spawn()
            .expect("the device starts")
    }

    async fn finish(&self) {
        let ended = timeout(PATIENCE, self.start_device().wait()).await.expect("the device ends in time");
        assert!(ended.expect("a status").success(), "{}", self.scenario.traffic());
        let installed = tokio::fs::read(self.downloads().join(FILE_NAME)).await.expect("the downloaded file");
        assert!(installed == self.content, "the downloaded file differs");
        self.scenario.assert_concluded().await;
    }
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
