//! Feedback: 13 is the rollouts'; 15 and 37 are in `assignment`; here 16–23, 25–29, and what devices do to a target: 30–33, 35.

use super::{Scene, ddi, text};
use serde_json::{Value, json};

/// A target with a set under way.
async fn running() -> (Scene, i64) {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let set = scene.set("one").await;
    let action = scene.assign("dev", set).await;
    (scene, action)
}

async fn canceling() -> (Scene, i64) {
    let (scene, action) = running().await;
    scene.cancel("dev", action).await;
    (scene, action)
}

async fn state(scene: &Scene, action: i64) -> (String, bool, String) {
    let (status, active) = scene.action("dev", action).await;
    (status, active, scene.update_status("dev").await)
}

fn is(status: &str, active: bool, target: &str) -> (String, bool, String) {
    (status.to_owned(), active, target.to_owned())
}

#[tokio::test]
async fn surprise_16_17_nothing_is_said_after_the_end() {
    let (scene, action) = running().await;
    assert_eq!(scene.report("dev", action, "closed", "success").await, 200);
    for (execution, finished) in [("closed", "success"), ("closed", "failure"), ("proceeding", "none")] {
        assert_eq!(scene.report("dev", action, execution, finished).await, 410, "{execution} {finished}");
    }
    assert_eq!(scene.entries("dev", action).await, ["running", "finished"]);
    assert_eq!(state(&scene, action).await, is("finished", false, "in_sync"));
}

#[tokio::test]
async fn surprise_18_a_device_may_finish_despite_the_cancel_order() {
    let (scene, action) = canceling().await;
    assert_eq!(scene.report("dev", action, "closed", "success").await, 200);
    assert_eq!(state(&scene, action).await, is("finished", false, "in_sync"));
    assert!(scene.poll("dev").await["_links"].get("cancelAction").is_none(), "the cancellation is forgotten");
}

#[tokio::test]
async fn surprise_19_cancel_feedback_needs_a_cancel_order() {
    let (scene, action) = running().await;
    assert_eq!(scene.report_cancel("dev", action, "closed", "success").await, 405);
    assert_eq!(scene.entries("dev", action).await, ["running"]);
}

#[tokio::test]
async fn surprise_20_a_refused_cancelation_lets_the_update_run_on() {
    let (scene, action) = canceling().await;
    for (execution, finished) in [("closed", "failure"), ("rejected", "none")] {
        assert_eq!(scene.report_cancel("dev", action, execution, finished).await, 200);
        assert_eq!(state(&scene, action).await, is("running", true, "pending"), "{execution}");
        scene.cancel("dev", action).await;
    }
    assert_eq!(scene.report_cancel("dev", action, "closed", "none").await, 200);
    assert_eq!(state(&scene, action).await, is("canceled", false, "in_sync"));
    let entries = ["running", "canceling", "error", "canceling", "cancel_rejected", "canceling", "canceled"];
    assert_eq!(scene.entries("dev", action).await, entries);
}

#[tokio::test]
async fn surprise_21_progress_does_not_end_a_cancelation() {
    let (scene, action) = canceling().await;
    for execution in ["proceeding", "download", "downloaded", "canceled", "rejected", "scheduled", "resumed"] {
        assert_eq!(scene.report("dev", action, execution, "none").await, 200, "{execution}");
        assert_eq!(state(&scene, action).await, is("canceling", true, "pending"), "{execution}");
    }
}

#[tokio::test]
async fn surprise_22_progress_changes_no_status() {
    let (scene, action) = running().await;
    for execution in ["proceeding", "download", "downloaded", "canceled", "rejected"] {
        assert_eq!(scene.report("dev", action, execution, "none").await, 200, "{execution}");
        assert_eq!(state(&scene, action).await, is("running", true, "pending"), "{execution}");
    }
    let expected = ["running", "running", "download", "downloaded", "canceled", "warning"];
    assert_eq!(scene.entries("dev", action).await, expected);
    let link = text(&scene.poll("dev").await["_links"]["deploymentBase"]["href"]);
    let _ = scene.device.get(&link).await.expect(200);
    assert_eq!(scene.action("dev", action).await.0, "retrieved");
}

async fn download_only(scene: &Scene) -> (i64, i64) {
    scene.targets(&["dev"]).await;
    let _ = scene.device.put(&format!("{}/configData", ddi("dev")), json!({ "data": {} })).await;
    let set = scene.set("bytes").await;
    (set, scene.assign_as("dev", json!({ "id": set, "type": "downloadonly" })).await)
}

#[tokio::test]
async fn surprise_23_downloaded_is_the_end_of_a_download_only_action() {
    let scene = Scene::start().await;
    let (set, action) = download_only(&scene).await;
    let _ = scene.device.put(&format!("{}/configData", ddi("dev")), json!({ "data": { "hw": "1" } })).await.expect(200);
    assert_eq!(scene.get("targets/dev").await["requestAttributes"], false);
    assert_eq!(scene.report("dev", action, "downloaded", "none").await, 200);
    assert_eq!(state(&scene, action).await, is("downloaded", false, "in_sync"));
    assert_eq!(scene.sets_of("dev").await, (Some(set), None));
    assert_eq!(scene.get("targets/dev").await["requestAttributes"], true);
    assert_eq!(scene.report("dev", action, "downloaded", "none").await, 410, "24 and 26 are beyond a device's reach");
}

#[tokio::test]
async fn surprise_25_a_download_only_action_may_finish() {
    let scene = Scene::start().await;
    let (set, action) = download_only(&scene).await;
    assert_eq!(scene.report("dev", action, "closed", "success").await, 200);
    assert_eq!(state(&scene, action).await, is("finished", false, "in_sync"));
    assert_eq!(scene.sets_of("dev").await, (Some(set), Some(set)));
}

#[tokio::test]
async fn surprise_27_a_full_history_takes_the_end_all_the_same() {
    for finished in ["success", "failure"] {
        let scene = Scene::with_quotas(|quotas| quotas.status_entries_per_action = 3).await;
        scene.targets(&["dev"]).await;
        let set = scene.set("one").await;
        let action = scene.assign("dev", set).await;
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(scene.report("dev", action, "proceeding", "none").await);
        }
        assert_eq!(answers, [200, 200, 429]);
        assert_eq!(scene.report("dev", action, "closed", finished).await, 200);
        assert_eq!(scene.entries("dev", action).await.len(), 4);
    }
}

#[tokio::test]
async fn surprise_28_the_last_code_is_that_of_the_last_report() {
    let (scene, action) = running().await;
    let report = |code: Value| json!({ "execution": "proceeding", "result": { "finished": "none" }, "code": code });
    for code in [json!(7), json!(-3), Value::Null, json!(9)] {
        assert_eq!(scene.feedback("dev", action, &report(code.clone())).await, 200);
        let shown = scene.get(&format!("targets/dev/actions/{action}")).await["lastStatusCode"].clone();
        assert_eq!(shown, code);
    }
    scene.cancel("dev", action).await;
    let path = format!("{}/cancelAction/{action}/feedback", ddi("dev"));
    let _ = scene.device.post(&path, json!({ "status": report(json!(5)) })).await.expect(200);
    let shown = scene.get(&format!("targets/dev/actions/{action}")).await["lastStatusCode"].clone();
    assert_eq!(shown, 9, "cancel feedback does not count");
    let history = scene.history("dev", action).await;
    let codes: Vec<&Value> = history.iter().map(|entry| &entry["code"]).collect();
    assert_eq!(json!(codes), json!([null, 7, -3, null, 9, null, 5]));
}

/// hawkBit refuses the report. Harrier stores it: whoever shows the text escapes it (decision 5).
#[tokio::test]
async fn surprise_29_markup_in_messages_is_stored() {
    let (scene, action) = running().await;
    let said = json!({ "execution": "closed", "result": { "finished": "success" }, "details": ["<b>done</b>"] });
    assert_eq!(scene.feedback("dev", action, &said).await, 200);
    assert_eq!(scene.history("dev", action).await[1]["messages"], json!(["<b>done</b>"]));
}

#[tokio::test]
async fn surprise_30_31_attributes_and_their_quota() {
    let scene = Scene::with_quotas(|quotas| quotas.attributes_per_target = 3).await;
    scene.targets(&["dev"]).await;
    let path = format!("{}/configData", ddi("dev"));
    let put = async |data: Value| scene.device.put(&path, json!({ "data": data })).await.status;
    assert_eq!(put(json!({ "a": "1", "b": "1", "c": "1", "d": "1" })).await, 429);
    let _ = scene.world.admin.get("/rest/v1/targets/dev/attributes").await.expect(204);
    assert_eq!(put(json!({ "a": "1", "b": "1", "c": "1" })).await, 200);
    assert_eq!(put(json!({ "a": "2", "b": "2", "c": "2" })).await, 200);
    assert_eq!(put(json!({ "d": "1" })).await, 429);
    let all = json!({ "a": "2", "b": "2", "c": "2" });
    assert_eq!(scene.get("targets/dev/attributes").await, all);
    // What changes nothing writes nothing; a null removes a key.
    let unchanged = scene.device.put(&path, json!({ "data": all })).await.expect(200);
    assert_eq!(unchanged.units().map(|(_, written)| written), Some(0.0));
    assert_eq!(put(json!({ "a": null })).await, 200);
    assert_eq!(scene.get("targets/dev/attributes").await, json!({ "b": "2", "c": "2" }));
}

#[tokio::test]
async fn surprise_32_a_device_never_changes_who_modified_its_target() {
    let (scene, action) = running().await;
    let before = scene.get("targets/dev").await;
    scene.poll("dev").await;
    let _ = scene.device.put(&format!("{}/configData", ddi("dev")), json!({ "data": { "a": "1" } })).await.expect(200);
    assert_eq!(scene.report("dev", action, "closed", "success").await, 200);
    let after = scene.get("targets/dev").await;
    assert_eq!(after["updateStatus"], "in_sync");
    assert_eq!(
        (&after["lastModifiedAt"], &after["lastModifiedBy"]),
        (&before["lastModifiedAt"], &before["lastModifiedBy"])
    );
}

#[tokio::test]
async fn surprise_33_35_registration() {
    let scene = Scene::start().await;
    scene.poll("new-device").await;
    let target = scene.get("targets/new-device").await;
    assert_eq!((&target["name"], &target["updateStatus"]), (&json!("new-device"), &json!("registered")));
    assert_eq!(target["createdBy"], "CONTROLLER_PLUG_AND_PLAY");
    let _ = scene.put("targets/new-device", json!({ "name": "named" })).await.expect(200);
    scene.poll("new-device").await;
    assert_eq!(scene.get("targets/new-device").await["name"], "named");
    for unusable in ["with%20blank", &"x".repeat(257)] {
        let _ = scene.device.get(&ddi(unusable)).await.expect(400);
        let refused =
            scene.post("targets", json!([{ "controllerId": unusable.replace("%20", " ") }])).await.expect(400);
        assert_eq!(refused.error(), "constraintViolation");
    }
    for unusable in [json!({ "controllerId": "" }), json!({ "controllerId": " " }), json!({})] {
        assert_eq!(scene.post("targets", json!([unusable])).await.expect(400).error(), "constraintViolation");
    }
    assert_eq!(scene.get("targets").await["total"], 1);
}

#[tokio::test]
async fn surprise_34_first_polls_at_once_make_one_target() {
    let scene = Scene::start().await;
    let path = ddi("racer");
    let polls = (0..8).map(|_| scene.device.get(&path));
    let answers = futures::future::join_all(polls).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(scene.get("targets").await["total"], 1);
}
