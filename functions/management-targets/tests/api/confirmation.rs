//! Confirmation and auto-confirmation: management §7 no. 46–48.

use harrier_domain::configuration::Value as Setting;
use http::Method;
use serde_json::{Value, json};

use crate::support::{START, World, rels};

async fn with_flow() -> World {
    let world = World::start().await;
    world.set_config("user.confirmation.flow.enabled", Setting::Bool(true)).await;
    world.targets(&["a", "b"]).await;
    world
}

async fn status(world: &World, action: i64) -> Value {
    world.get(&format!("/targets/a/actions/{action}")).await.expect(200)["status"].clone()
}

#[tokio::test]
async fn a_waiting_action_is_denied_and_confirmed() {
    let world = with_flow().await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    assert_eq!(status(&world, action).await, "wait_for_confirmation");
    let path = format!("/targets/a/actions/{action}/confirmation");
    for body in [json!({"confirmation": "maybe"}), json!({}), json!({"confirmation": "CONFIRMED"})] {
        world.put(&path, body).await.refused(400, "rest.body.notReadable");
    }
    let denied = json!({"confirmation": "denied", "code": 7, "details": ["not now"]});
    world.put(&path, denied).await.expect_empty(204);
    assert_eq!(status(&world, action).await, "wait_for_confirmation");
    let newest = world.get(&format!("/targets/a/actions/{action}/status")).await.expect(200)["content"][0].clone();
    assert_eq!((&newest["type"], &newest["code"]), (&json!("wait_for_confirmation"), &json!(7)));
    assert_eq!(newest["messages"][0], "not now");
    world.put(&path, json!({"confirmation": "confirmed"})).await.expect_empty(204);
    assert_eq!(status(&world, action).await, "running");
    // No. 46.
    world.put(&path, json!({"confirmation": "confirmed"})).await.expect_empty(404);
    world
        .put(&format!("/targets/b/actions/{action}/confirmation"), json!({"confirmation": "confirmed"}))
        .await
        .expect_empty(404);
    world
        .put("/targets/a/actions/4711/confirmation", json!({"confirmation": "confirmed"}))
        .await
        .refused(404, "repo.entityNotFound");
    world.delete(&format!("/targets/a/actions/{action}")).await.expect(204);
    world.delete(&format!("/targets/a/actions/{action}?force=true")).await.expect(204);
    world.put(&path, json!({"confirmation": "confirmed"})).await.expect_empty(410);
}

#[tokio::test]
async fn confirmation_can_be_waived_per_assignment() {
    let world = with_flow().await;
    let set = world.distribution_set("one").await;
    let body = json!({"id": set, "confirmationRequired": false});
    world.post("/targets/a/assignedDS", body).await.expect(200);
    assert_eq!(world.get("/targets/a/actions").await.expect(200)["content"][0]["status"], "running");
}

#[tokio::test]
async fn auto_confirmation_is_switched_on_and_off() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let path = "/targets/a/autoConfirm";
    let off = world.get(path).await.expect(200);
    assert_eq!(off["active"], false);
    assert_eq!(rels(&off), ["activate"]);
    // No. 47.
    world.call("admin", Method::POST, &format!("{path}/activate"), None).await.expect_empty(204);
    world
        .call("admin", Method::POST, &format!("{path}/activate"), None)
        .await
        .refused(409, "repo.autoConfAlreadyActive");
    let on = world.get(path).await.expect(200);
    assert_eq!((&on["active"], &on["initiator"], &on["activatedAt"]), (&json!(true), &json!("admin"), &json!(START)));
    assert_eq!(on["_links"]["deactivate"]["href"], "http://localhost/rest/v1/targets/a/autoConfirm/deactivate");
    for _ in 0..2 {
        world.call("admin", Method::POST, &format!("{path}/deactivate"), None).await.expect_empty(204);
    }
    let long = json!({"initiator": "x".repeat(65)});
    world.post(&format!("{path}/activate"), long).await.refused(400, "repo.constraintViolation");
}

#[tokio::test]
async fn auto_confirmation_releases_what_waits() {
    let world = with_flow().await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    let body = json!({"initiator": "me", "remark": "because"});
    world.post("/targets/a/autoConfirm/activate", body).await.expect_empty(204);
    assert_eq!(status(&world, action).await, "running");
    let state = world.get("/targets/a/autoConfirm").await.expect(200);
    assert_eq!((&state["initiator"], &state["remark"]), (&json!("me"), &json!("because")));
    let newer = world.distribution_set("two").await;
    let newer = world.assign("a", newer).await;
    assert_eq!(status(&world, newer).await, "running");
}
