//! SWUpdate as Debian builds it, in its hawkBit mode (suricatta).

mod device;
mod image;
mod stories;

use harrier_tests::files;
use harrier_tests::proxy::Disturbance;
use harrier_tests::proxy::Exchange;
use tempfile::TempDir;

use crate::scenario::{LARGE, Login, PATIENCE, SMALL, Scenario};
use device::{Device, Storage};
use image::Image;

struct Setting {
    scenario: Scenario,
    image: Image,
}

impl Setting {
    async fn new(size: usize, login: Login) -> Self {
        let image = image(size);
        Self { scenario: Scenario::new(&image.file(), login).await, image }
    }

    /// With nothing assigned yet.
    async fn prepared(size: usize) -> Self {
        let image = image(size);
        Self { scenario: Scenario::prepared(&image.file(), Login::TargetToken).await, image }
    }

    fn device(&self, storage: &Storage) -> Device {
        Device::start(&self.scenario, &self.image, storage, &[])
    }

    /// Lets the device install, start again as after a reboot, and report.
    async fn finish(&self, storage: &Storage) {
        self.finish_with(self.device(storage)).await;
    }

    async fn finish_with(&self, mut device: Device) {
        self.scenario.seen_of_action("the report that all is installed", |it| it.says("All Chunks Installed")).await;
        device.kill().await;
        let mut rebooted = Device::start(&self.scenario, &self.image, &Storage::Streamed, &["-c", "2"]);
        self.scenario.reported("closed", "success").await;
        rebooted.kill().await;
        self.image.assert_installed();
        self.scenario.assert_concluded().await;
        let asked =
            |wanted: &str| self.scenario.proxy.exchanges().iter().any(|it| it.method == wanted && is_artifact(it));
        assert!(asked("HEAD") && asked("GET"), "{}", self.scenario.traffic());
    }
}

fn image(size: usize) -> Image {
    Image::make(TempDir::new().expect("a temporary directory"), &files::random_bytes(size, 2))
}

fn is_artifact(exchange: &Exchange) -> bool {
    exchange.resource().contains("/artifacts/")
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_3_mb_and_a_target_token() {
    Setting::new(SMALL, Login::TargetToken).await.finish(&Storage::Streamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_3_mb_and_a_gateway_token() {
    Setting::new(SMALL, Login::GatewayToken).await.finish(&Storage::Streamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_60_mb_and_a_target_token() {
    Setting::new(LARGE, Login::TargetToken).await.finish(&Storage::Streamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_with_60_mb_and_a_gateway_token() {
    Setting::new(LARGE, Login::GatewayToken).await.finish(&Storage::Streamed).await;
}

/// SWUpdate retries within one run.
#[tokio::test(flavor = "multi_thread")]
async fn resumes_by_range_after_the_connection_broke() {
    let setting = Setting::new(LARGE, Login::TargetToken).await;
    setting.scenario.proxy.disturb(Disturbance::Cut { after: LARGE as u64 / 2 });
    setting.finish(&Storage::Streamed).await;
    setting.scenario.assert_resumed(setting.image.size());
}

/// SWUpdate keeps the stream (`-o`), and starts the next run with what it kept (`--cache`).
#[tokio::test(flavor = "multi_thread")]
async fn resumes_by_range_after_a_kill() {
    let setting = Setting::new(LARGE, Login::TargetToken).await;
    let kept = setting.scenario.directory.path().join("kept.swu");
    let half = LARGE as u64 / 2;
    let reached = setting.scenario.hold_download(half);
    let mut device = setting.device(&Storage::Kept { stream: kept.clone() });
    tokio::time::timeout(PATIENCE, reached.notified()).await.expect("half of the download");
    device.wait_for_bytes(&kept, half / 2).await;
    device.kill().await;
    setting.finish(&Storage::Resumed { from: kept }).await;
    setting.scenario.assert_resumed(setting.image.size());
}
