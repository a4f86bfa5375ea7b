//! What can happen to an update, as a device on the crate lives through it.

use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;

use super::{Setting, written};
use crate::scenario::{Login, PATIENCE, SMALL, TINY, maintenance_window};

impl Setting {
    async fn assigned(size: usize) -> Self {
        Self::new(size, Login::TargetToken).await
    }

    async fn unassigned() -> Self {
        Self::prepared(TINY, Login::TargetToken).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn is_told_how_strongly_it_shall_update() {
    for (kind, expected) in [
        ("forced", "download Forced update Forced window None"),
        ("soft", "download Attempt update Attempt window None"),
        ("timeforced", "download Forced update Forced window None"),
    ] {
        let mut setting = Setting::unassigned().await;
        setting.scenario.offer(json!({ "type": kind, "forcetime": 1 })).await;
        let said = setting.end_of(setting.start_device()).await;
        assert!(said.contains(expected), "{kind}: {said}");
        setting.assert_installed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_only() {
    let mut setting = Setting::unassigned().await;
    setting.scenario.offer(json!({ "type": "downloadonly" })).await;
    let said = setting.end_of(setting.start_device()).await;
    assert!(said.contains("download Forced update Skip window None"), "{said}");
    setting.scenario.assert_status("downloaded", "in_sync").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancels_before_the_download() {
    let setting = Setting::assigned(TINY).await;
    setting.scenario.cancel().await;
    let said = setting.end_of(setting.start_device()).await;
    assert!(said.contains("told to cancel") && !said.contains("offered"), "{said}");
    setting.scenario.assert_status("canceled", "in_sync").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancels_during_the_download() {
    let setting = Setting::assigned(SMALL).await;
    let reached = setting.scenario.hold_download(SMALL as u64 / 2);
    let device = setting.start_device();
    timeout(PATIENCE, reached.notified()).await.expect("half of the download");
    setting.scenario.cancel().await;
    let said = setting.end_of(device).await;
    assert!(said.contains("offered") && said.contains("told to cancel"), "{said}");
    setting.scenario.assert_status("canceled", "in_sync").await;
}

/// A rejected cancellation returns the action to the device.
#[tokio::test(flavor = "multi_thread")]
async fn rejects_a_cancellation_and_goes_on() {
    let setting = Setting::assigned(TINY).await;
    setting.scenario.cancel().await;
    let said = setting.end_of(setting.start_device_that(&["--rejects"])).await;
    assert!(said.contains("told to cancel") && said.contains("offered"), "{said}");
    setting.assert_installed().await;
    assert!(setting.scenario.history().await.contains(&"cancel_rejected".to_owned()));
}

/// The window is closed: it downloads. The window opens: it installs.
#[tokio::test(flavor = "multi_thread")]
async fn waits_for_its_maintenance_window() {
    let mut setting = Setting::unassigned().await;
    setting.scenario.offer(json!({ "type": "forced", "maintenanceWindow": maintenance_window(4) })).await;
    let said = setting.end_of(setting.start_device()).await;
    let closed = said.find("download Forced update Skip window Some(Unavailable)");
    let open = said.find("download Forced update Forced window Some(Available)");
    assert!(closed.is_some() && closed < open, "{said}");
    setting.assert_installed().await;
}

/// The crate's own answer goes to an address without an action, which hawkBit does not know either. The operator confirms.
#[tokio::test(flavor = "multi_thread")]
async fn waits_for_a_confirmation_by_the_operator() {
    let mut setting = Setting::unassigned().await;
    setting.scenario.management.configure("user.confirmation.flow.enabled", true).await.expect("the flow");
    setting.scenario.offer(json!({ "type": "forced", "confirmationRequired": true })).await;
    let device = setting.start_device_that(&["--confirms"]);
    setting.scenario.seen("a confirmation is asked for", |it| it.tells("confirmationBase")).await;
    setting.scenario.sees_nothing_to_do().await;
    setting.scenario.assert_status("wait_for_confirmation", "pending").await;
    setting.scenario.confirm().await;
    let said = setting.end_of(device).await;
    assert!(said.contains("asked for a confirmation") && said.contains("offered"), "{said}");
    setting.scenario.assert_status("finished", "in_sync").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn installs_two_updates_one_after_the_other() {
    let mut setting = Setting::assigned(TINY).await;
    let device = setting.start_device_that(&["--conclusions", "2"]);
    setting.scenario.reported("closed", "success").await;
    let sources = TempDir::new().expect("a temporary directory");
    setting.content = vec![2; TINY];
    setting.scenario.release(&written(&sources, &setting.content).await, "2.0").await;
    setting.scenario.offer(json!({ "type": "forced" })).await;
    setting.end_of(device).await;
    setting.assert_installed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_a_failure_and_succeeds_when_it_is_tried_again() {
    let mut setting = Setting::assigned(TINY).await;
    let device = setting.start_device_that(&["--fails", "--conclusions", "2"]);
    setting.scenario.reported("closed", "failure").await;
    setting.scenario.assert_status("error", "error").await;
    setting.scenario.offer(json!({ "type": "forced" })).await;
    setting.end_of(device).await;
    // It still has the file, so it does not download again.
    setting.scenario.assert_status("finished", "in_sync").await;
}
