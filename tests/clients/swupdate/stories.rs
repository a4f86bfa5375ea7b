//! What can happen to an update, as SWUpdate lives through it.

use serde_json::json;
use tokio::time::{Duration, sleep, timeout};

use super::device::{Device, Storage};
use super::{Setting, image};
use crate::scenario::{PATIENCE, SMALL, TINY, maintenance_window};

/// SWUpdate asks about a cancellation in the middle of a download only when its polling interval, a second, has passed.
const INTERVAL: Duration = Duration::from_millis(1_500);

/// "Attempt" leaves it to the device, and SWUpdate does it.
#[tokio::test(flavor = "multi_thread")]
async fn installs_a_soft_update() {
    let mut setting = Setting::prepared(TINY).await;
    setting.scenario.offer(json!({ "type": "soft" })).await;
    setting.finish(&Storage::Streamed).await;
}

/// SWUpdate takes "skip" as nothing to do, and says so as a success: it neither downloads nor knows "downloaded".
#[tokio::test(flavor = "multi_thread")]
async fn skips_what_is_to_be_downloaded_only() {
    let mut setting = Setting::prepared(TINY).await;
    setting.scenario.offer(json!({ "type": "downloadonly" })).await;
    let mut device = setting.device(&Storage::Streamed);
    setting.scenario.reported("closed", "success").await;
    device.kill().await;
    setting.scenario.assert_status("finished", "in_sync").await;
    assert!(!setting.scenario.history().await.contains(&"download".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledges_a_cancellation_before_the_download() {
    let setting = Setting::new(TINY, crate::scenario::Login::TargetToken).await;
    setting.scenario.cancel().await;
    let mut device = setting.device(&Storage::Streamed);
    setting.scenario.reported("closed", "success").await;
    setting.scenario.sees_nothing_to_do().await;
    device.kill().await;
    setting.scenario.assert_status("canceled", "in_sync").await;
}

/// It never rejects one: there is no test of that here.
#[tokio::test(flavor = "multi_thread")]
async fn acknowledges_a_cancellation_during_the_download() {
    let setting = Setting::new(SMALL, crate::scenario::Login::TargetToken).await;
    let (reached, resume) = setting.scenario.pause_download(SMALL as u64 / 2);
    let mut device = setting.device(&Storage::Streamed);
    timeout(PATIENCE, reached.notified()).await.expect("half of the download");
    setting.scenario.cancel().await;
    sleep(INTERVAL).await;
    resume.notify_one();
    setting.scenario.reported("closed", "success").await;
    device.kill().await;
    setting.scenario.assert_status("canceled", "in_sync").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_for_a_confirmation_by_the_operator() {
    let mut setting = Setting::prepared(TINY).await;
    setting.scenario.management.configure("user.confirmation.flow.enabled", true).await.expect("the flow");
    setting.scenario.offer(json!({ "type": "forced", "confirmationRequired": true })).await;
    let device = setting.device(&Storage::Streamed);
    setting.scenario.sees_nothing_to_do().await;
    setting.scenario.assert_status("wait_for_confirmation", "pending").await;
    setting.scenario.confirm().await;
    setting.finish_with(device).await;
}

/// SWUpdate takes a closed window as nothing to do, and says so as a success: the update is over before it began. A fleet
/// of SWUpdates wants windows in its own configuration, not in the server's.
#[tokio::test(flavor = "multi_thread")]
async fn skips_an_update_outside_of_its_window() {
    let mut setting = Setting::prepared(TINY).await;
    setting.scenario.offer(json!({ "type": "forced", "maintenanceWindow": maintenance_window(3_600) })).await;
    let mut device = setting.device(&Storage::Streamed);
    setting.scenario.reported("closed", "success").await;
    device.kill().await;
    setting.scenario.assert_status("finished", "in_sync").await;
    assert!(!setting.scenario.history().await.contains(&"download".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn installs_an_update_in_its_window() {
    let mut setting = Setting::prepared(TINY).await;
    setting.scenario.offer(json!({ "type": "forced", "maintenanceWindow": maintenance_window(-60) })).await;
    setting.finish(&Storage::Streamed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn installs_two_updates_one_after_the_other() {
    let mut setting = Setting::new(TINY, crate::scenario::Login::TargetToken).await;
    setting.finish(&Storage::Streamed).await;
    let second = image(TINY + 1);
    setting.scenario.release(&second.file(), "2.0").await;
    setting.scenario.offer(json!({ "type": "forced" })).await;
    setting.image = second;
    setting.finish(&Storage::Streamed).await;
}

/// The device does not trust who signed the image; then it does.
#[tokio::test(flavor = "multi_thread")]
async fn reports_a_failure_and_succeeds_when_it_is_tried_again() {
    let mut setting = Setting::new(TINY, crate::scenario::Login::TargetToken).await;
    let stranger = image(1_000);
    let mut device = Device::start(&setting.scenario, &stranger, &Storage::Streamed, &[]);
    setting.scenario.reported("closed", "failure").await;
    device.kill().await;
    setting.scenario.assert_status("error", "error").await;
    setting.scenario.offer(json!({ "type": "forced" })).await;
    setting.finish(&Storage::Streamed).await;
}
