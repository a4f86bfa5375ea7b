//! The confirmation flow: 40–46.

use super::{Scene, text};
use serde_json::json;

const FLOW: &str = "user.confirmation.flow.enabled";

async fn with_flow() -> Scene {
    let scene = Scene::start().await;
    scene.configure(FLOW, true).await;
    scene.targets(&["dev"]).await;
    scene
}

async fn waiting() -> (Scene, i64) {
    let scene = with_flow().await;
    let set = scene.set("one").await;
    let action = scene.assign("dev", set).await;
    (scene, action)
}

async fn status(scene: &Scene, action: i64) -> String {
    scene.action("dev", action).await.0
}

/// The messages of the first entry, all in one.
async fn said_at_first(scene: &Scene, action: i64) -> String {
    let entries = scene.history("dev", action).await;
    entries[0]["messages"].as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(" / ")
}

#[tokio::test]
async fn surprise_40_an_assignment_confirmed_by_its_initiator_says_so() {
    let scene = with_flow().await;
    let sets = [scene.set("one").await, scene.set("two").await, scene.set("three").await];
    let action = scene.assign_as("dev", json!({ "id": sets[0], "confirmationRequired": false })).await;
    assert_eq!(status(&scene, action).await, "running");
    assert_eq!(scene.entries("dev", action).await, ["wait_for_confirmation"]);
    assert!(said_at_first(&scene, action).await.contains("confirmed by initiator"));

    let _ = scene.post("targets/dev/autoConfirm/activate", json!({})).await.expect(204);
    let action = scene.assign_as("dev", json!({ "id": sets[1], "confirmationRequired": false })).await;
    assert!(said_at_first(&scene, action).await.contains("confirmed by initiator"), "nothing needed auto-confirmation");
    let action = scene.assign("dev", sets[2]).await;
    assert_eq!(status(&scene, action).await, "running");
    assert!(said_at_first(&scene, action).await.contains("automatically confirmed"));
}

#[tokio::test]
async fn surprise_41_without_the_flow_nothing_waits() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let set = scene.set("one").await;
    let action = scene.assign_as("dev", json!({ "id": set, "confirmationRequired": true })).await;
    assert_eq!(status(&scene, action).await, "running");
    assert_eq!(scene.entries("dev", action).await, ["running"]);
}

#[tokio::test]
async fn surprise_42_a_newer_assignment_overrides_one_that_waits() {
    let (scene, first) = waiting().await;
    let set = scene.set("two").await;
    let second = scene.assign("dev", set).await;
    assert_eq!(status(&scene, first).await, "canceling");
    assert_eq!(status(&scene, second).await, "wait_for_confirmation");
}

#[tokio::test]
async fn surprise_43_confirming_twice_or_too_late() {
    let (scene, action) = waiting().await;
    assert_eq!(scene.answer("dev", action, "confirmed").await, 200);
    assert_eq!(scene.answer("dev", action, "confirmed").await, 404);
    assert_eq!(scene.report("dev", action, "closed", "success").await, 200);
    assert_eq!(scene.answer("dev", action, "confirmed").await, 410);
}

#[tokio::test]
async fn surprise_44_a_denied_action_waits_and_can_be_confirmed_later() {
    let (scene, action) = waiting().await;
    assert_eq!(scene.answer("dev", action, "denied").await, 200);
    assert_eq!(scene.action("dev", action).await, ("wait_for_confirmation".to_owned(), true));
    for _ in 0..2 {
        assert_eq!(scene.answer("dev", action, "confirmed").await, 200);
        assert_eq!(scene.answer("dev", action, "denied").await, 200);
        assert_eq!(status(&scene, action).await, "wait_for_confirmation");
    }
    let _ = scene.post("targets/dev/autoConfirm/activate", json!({})).await.expect(204);
    assert_eq!(status(&scene, action).await, "running");
    assert_eq!(scene.answer("dev", action, "denied").await, 200);
    assert_eq!(status(&scene, action).await, "wait_for_confirmation");
    assert_eq!(scene.answer("dev", action, "confirmed").await, 200);
    assert_eq!(status(&scene, action).await, "running");
}

#[tokio::test]
async fn surprise_45_what_cannot_be_denied() {
    let (scene, action) = waiting().await;
    scene.configure(FLOW, false).await;
    assert_eq!(scene.answer("dev", action, "denied").await, 200, "it waits, whatever the flow");
    assert_eq!(scene.answer("dev", action, "confirmed").await, 200);
    assert_eq!(scene.answer("dev", action, "denied").await, 404, "it runs, and the flow is off");
    scene.configure(FLOW, true).await;
    scene.cancel("dev", action).await;
    assert_eq!(scene.answer("dev", action, "denied").await, 404);
    assert_eq!(status(&scene, action).await, "canceling");
}

#[tokio::test]
async fn surprise_46_auto_confirmation_is_activated_once_and_confirms_what_waits() {
    let (scene, action) = waiting().await;
    let _ = scene.post("targets/dev/autoConfirm/activate", json!({})).await.expect(204);
    assert_eq!(status(&scene, action).await, "running");
    let again = scene.post("targets/dev/autoConfirm/activate", json!({})).await.expect(409);
    assert_eq!(again.error(), "autoConfAlreadyActive");
    for _ in 0..2 {
        let _ = scene.post("targets/dev/autoConfirm/deactivate", json!({})).await.expect(204);
    }
    assert_eq!(status(&scene, action).await, "running");
}
