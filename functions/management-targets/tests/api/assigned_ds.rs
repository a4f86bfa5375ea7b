//! `/rest/v1/targets/{id}/assignedDS`: management §7 no. 27–36.

use serde_json::json;

use crate::support::{START, World, each};

#[tokio::test]
async fn a_set_is_assigned_once() {
    let world = World::start().await;
    world.targets(&["a", "b"]).await;
    let set = world.distribution_set("one").await;
    // No. 27: an object and a list are the same.
    let first = world.post("/targets/a/assignedDS", json!({"id": set})).await.expect(200);
    assert_eq!((&first["assigned"], &first["alreadyAssigned"], &first["total"]), (&json!(1), &json!(0), &json!(1)));
    let action = first["assignedActions"][0]["id"].as_i64().unwrap();
    let href = format!("http://localhost/rest/v1/targets/a/actions/{action}");
    assert_eq!(first["assignedActions"][0]["_links"]["self"]["href"], href);
    let again = world.post("/targets/a/assignedDS", json!([{"id": set}])).await.expect(200);
    assert_eq!(again, json!({"alreadyAssigned": 1, "assigned": 0, "total": 1, "assignedActions": []}));
    // No. 28.
    let twice = world.post("/targets/b/assignedDS", json!([{"id": set}, {"id": set}])).await.expect(200);
    assert_eq!(twice["assigned"], 1);
    let two = json!([{"id": set}, {"id": set + 1}]);
    world.post("/targets/b/assignedDS", two).await.refused(400, "multiAssignmentNotEnabled");

    let assigned = world.get("/targets/a/assignedDS").await.expect(200);
    assert_eq!(
        (&assigned["id"], &assigned["locked"], &assigned["complete"]),
        (&json!(set), &json!(true), &json!(true))
    );
    assert!(assigned["_links"]["metadata"].is_object());
    world.get("/targets/a/installedDS").await.expect_empty(204);
    assert_eq!(world.get("/targets/a").await.expect(200)["updateStatus"], "pending");
}

#[tokio::test]
async fn requests_are_read_leniently_and_checked() {
    let world = World::start().await;
    world.targets(&["a", "b", "c"]).await;
    let set = world.distribution_set("one").await;
    // No. 29.
    let body = json!({"id": set, "type": "timeforced", "forcetime": "0"});
    world.post("/targets/a/assignedDS", body).await.expect(200);
    let action = world.get("/targets/a/actions").await.expect(200)["content"][0].clone();
    assert_eq!((&action["forceType"], &action["forceTime"]), (&json!("timeforced"), &json!(0)));
    // No. 30: without weight it is 1000.
    assert_eq!(action["weight"], 1000);
    world
        .post("/targets/b/assignedDS", json!({"id": set, "type": "FORCED"}))
        .await
        .refused(400, "rest.body.notReadable");
    world.post("/targets/b/assignedDS", json!({"type": "soft"})).await.refused(400, "rest.body.notReadable");
    for weight in [1001, -1] {
        let body = json!({"id": set, "weight": weight});
        world.post("/targets/b/assignedDS", body).await.refused(400, "repo.constraintViolation");
    }
    // No. 31.
    for window in [
        json!({"schedule": "0 0 3 * * ?"}),
        json!({"schedule": "0 0 3 1 1 ? 2001", "duration": "01:00:00", "timezone": "+00:00"}),
        json!({"schedule": "nonsense", "duration": "01:00:00", "timezone": "+00:00"}),
    ] {
        let body = json!({"id": set, "maintenanceWindow": window});
        world.post("/targets/b/assignedDS", body).await.refused(400, "maintenanceScheduleInvalid");
    }
    let window = json!({"schedule": "0 0 3 * * ?", "duration": "01:00:00", "timezone": "+02:00", "nextStartAt": 5});
    let body = json!({"id": set, "type": "soft", "weight": 7, "maintenanceWindow": window});
    world.post("/targets/c/assignedDS", body).await.expect(200);
    let action = world.get("/targets/c/actions").await.expect(200)["content"][0].clone();
    assert_eq!((&action["forceType"], &action["weight"]), (&json!("soft"), &json!(7)));
    assert_eq!(action["maintenanceWindow"]["schedule"], "0 0 3 * * ?");
    assert!(action["maintenanceWindow"]["nextStartAt"].as_i64().is_some_and(|start| start > START));
    assert!(action.get("forceTime").is_none());
}

#[tokio::test]
async fn offline_reports_what_is_installed_already() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    // No. 32.
    let outcome = world.post("/targets/a/assignedDS?offline=true", json!({"id": set})).await.expect(200);
    assert_eq!(outcome["assigned"], 1);
    for kind in ["assignedDS", "installedDS"] {
        assert_eq!(world.get(&format!("/targets/a/{kind}")).await.expect(200)["id"], set);
    }
    let target = world.get("/targets/a").await.expect(200);
    assert_eq!((&target["updateStatus"], &target["installedAt"]), (&json!("in_sync"), &json!(START)));
    let action = world.get("/targets/a/actions").await.expect(200)["content"][0].clone();
    assert_eq!((&action["status"], &action["active"]), (&json!("finished"), &json!(false)));
    let unknown = world.post("/targets/ghost/assignedDS?offline=true", json!({"id": set})).await.expect(200);
    assert_eq!(unknown["assigned"], 0);
    world.post("/targets/ghost/assignedDS", json!({"id": set})).await.refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn only_deployable_sets_are_assigned() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    // No. 34.
    let incomplete = world.store_set("incomplete", false, |_| {}).await;
    let invalid = world.store_set("invalid", true, |set| set.valid = false).await;
    let deleted = world.store_set("deleted", true, |set| set.deleted = true).await;
    let table = [
        (incomplete, 400, "distributionset.incomplete"),
        (invalid, 400, "distributionset.invalid"),
        (deleted, 404, "deleted"),
        (4711, 404, "repo.entityNotFound"),
    ];
    for (set, status, code) in table {
        world.post("/targets/a/assignedDS", json!({"id": set})).await.refused(status, code);
    }
}

#[tokio::test]
async fn the_type_of_the_target_must_take_the_type_of_the_set() {
    let world = World::start().await;
    let made = world.post("/targettypes", json!([{"key": "k"}])).await.expect(201);
    let body = json!([{"controllerId": "a", "targetType": made[0]["id"]}]);
    world.post("/targets", body).await.expect(201);
    let set = world.distribution_set("one").await;
    world.post("/targets/a/assignedDS", json!({"id": set})).await.refused(400, "target.type.incompatible");
}

#[tokio::test]
async fn a_newer_set_overrides_the_older_action() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let (one, two) = (world.distribution_set("one").await, world.distribution_set("two").await);
    // No. 36.
    let older = world.assign("a", one).await;
    let newer = world.assign("a", two).await;
    let page = world.get("/targets/a/actions").await.expect(200);
    assert_eq!(each(&page["content"], "id"), [newer, older]);
    assert_eq!(each(&page["content"], "status"), ["running", "canceling"]);
    assert_eq!(each(&page["content"], "type"), ["update", "cancel"]);
}
