//! `/rest/v1/targets`: management §7 no. 10–26.

use harrier_domain::configuration::Value as Setting;
use harrier_store::{Consistency, TargetDetails};
use http::Method;
use serde_json::{Value, json};

use crate::support::{START, World, each, rels, tenant};

#[tokio::test]
async fn a_target_starts_with_defaults() {
    let world = World::start().await;
    // No. 13.
    let made = world.post("/targets", json!([{"controllerId": "a"}])).await.expect(201);
    let target = &made[0];
    assert_eq!(target["name"], "a");
    assert_eq!(target["updateStatus"], "unknown");
    assert_eq!(target["requestAttributes"], true);
    assert_eq!(target["securityToken"].as_str().map(str::len), Some(32));
    assert_eq!((&target["createdBy"], &target["createdAt"]), (&json!("admin"), &json!(START)));
    assert_eq!((&target["lastModifiedBy"], &target["lastModifiedAt"]), (&json!("admin"), &json!(START)));
    assert_eq!(rels(target), ["self"]);
    assert_eq!(target["_links"]["self"]["href"], "http://localhost/rest/v1/targets/a");
    for absent in ["pollStatus", "ipAddress", "autoConfirmActive", "targetType", "group", "description"] {
        assert!(target.get(absent).is_none(), "{absent}");
    }
    let single = world.get("/targets/a").await.expect(200);
    assert_eq!(rels(&single), ["actions", "assignedDS", "attributes", "installedDS", "metadata", "self"]);
    let actions = "http://localhost/rest/v1/targets/a/actions?offset=0&limit=50&sort=id%3ADESC";
    assert_eq!(single["_links"]["actions"]["href"], actions);
}

#[tokio::test]
async fn texts_are_checked_and_trimmed() {
    let world = World::start().await;
    let long = "x".repeat(200);
    // No. 14.
    let made = world.post("/targets", json!([{"controllerId": long}])).await.expect(201);
    assert_eq!(made[0]["name"].as_str().map(str::len), Some(128));
    // No. 10 and 15.
    let refused = [
        json!([{"controllerId": "a b"}]),
        json!([{"name": "without id"}]),
        json!([{"controllerId": "a", "name": "<b>x</b>"}]),
        json!([{"controllerId": "a", "name": ""}]),
        json!([{"controllerId": "a", "description": "x".repeat(513)}]),
        json!([{"controllerId": "a", "securityToken": "x".repeat(129)}]),
        json!([{"controllerId": "x".repeat(257)}]),
        json!([{"controllerId": "good"}, {"controllerId": "not good"}]),
    ];
    for body in refused {
        world.post("/targets", body).await.refused(400, "repo.constraintViolation");
    }
    assert_eq!(world.get("/targets").await.expect(200)["total"], 1);
    let made = world.post("/targets", json!({"controllerId": "a", "name": "  n "})).await.expect(201);
    assert_eq!(made[0]["name"], "n");
}

#[tokio::test]
async fn a_list_is_created_whole_or_not_at_all() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    // No. 16.
    let body = json!([{"controllerId": "b"}, {"controllerId": "a"}]);
    world.post("/targets", body).await.refused(409, "repo.entityAlreadyExists");
    let twice = json!([{"controllerId": "c"}, {"controllerId": "c"}]);
    world.post("/targets", twice).await.refused(409, "repo.entityAlreadyExists");
    world.post("/targets", json!([{"controllerId": "a"}])).await.refused(409, "repo.entityAlreadyExists");
    assert_eq!(world.get("/targets").await.expect(200)["total"], 1);
    assert_eq!(world.post("/targets", json!([])).await.expect(201), json!([]));
    // No. 17.
    let refusal = world.post("/targets", json!([{"controllerId": "d", "targetType": 4711}])).await;
    let refusal = refusal.refused(404, "repo.entityNotFound");
    assert_eq!(refusal["message"], "TargetType with given identifier {4711} does not exist.");
    assert_eq!(refusal["info"], json!({"type": "TargetType", "entityId": 4711}));
}

#[tokio::test]
async fn a_long_list_is_created_in_order_and_counted() {
    let world = World::start().await;
    let type_id = world.post("/targettypes", json!([{"key": "k"}])).await.expect(201)[0]["id"].clone();
    let ids: Vec<String> = (0..350).rev().map(|number| format!("t{number:03}")).collect();
    let body = ids.iter().map(|id| json!({"controllerId": id, "targetType": type_id})).collect::<Value>();
    let made = world.post("/targets", body).await.expect(201);
    assert_eq!(json!(each(&made, "controllerId")), json!(ids));
    let page = world.get("/targets?limit=500").await.expect(200);
    assert_eq!((&page["total"], &page["size"]), (&json!(350), &json!(350)));
    world.delete(&format!("/targettypes/{type_id}")).await.refused(409, "target.type.used");
    // One known target among many keeps all out.
    let body = (0..150).map(|number| json!({"controllerId": format!("u{number}")}));
    let body = body.chain([json!({"controllerId": "t000"})]).collect::<Value>();
    world.post("/targets", body).await.refused(409, "repo.entityAlreadyExists");
    assert_eq!(world.get("/targets?limit=1").await.expect(200)["total"], 350);
}

#[tokio::test]
async fn the_security_token_is_shown_to_those_who_may_read_it() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    world.user("reader", &["READ_TARGET"]).await;
    world.user("guard", &["READ_TARGET", "READ_TARGET_SECURITY_TOKEN"]).await;
    // No. 18.
    for (user, shown) in [("reader", false), ("guard", true)] {
        let target = world.call(user, Method::GET, "/targets/a", None).await.expect(200);
        assert_eq!(target.get("securityToken").is_some(), shown, "{user}");
        let page = world.call(user, Method::GET, "/targets", None).await.expect(200);
        assert_eq!(page["content"][0].get("securityToken").is_some(), shown, "{user}");
    }
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let world = World::start().await;
    world.post("/targets", json!([{"controllerId": "a", "group": "g", "description": "d"}])).await.expect(201);
    world.clock.advance(1000);
    // No. 12: nothing changes.
    let same = world.put("/targets/a", json!({"name": "a", "description": null})).await.expect(200);
    assert_eq!(same["lastModifiedAt"], START);
    // No. 19 and 21.
    let body = json!({"controllerId": "b", "group": "other", "name": " new ", "securityToken": "t0k3n"});
    let changed = world.put("/targets/a", body).await.expect(200);
    assert_eq!(changed["controllerId"], "a");
    assert_eq!((&changed["group"], &changed["name"]), (&json!("g"), &json!("new")));
    assert_eq!((&changed["securityToken"], &changed["description"]), (&json!("t0k3n"), &json!("d")));
    assert_eq!(changed["lastModifiedAt"], START + 1000);
    assert_eq!(world.put("/targets/a", json!({"description": ""})).await.expect(200)["description"], "");
    world.put("/targets/unknown", json!({"requestAttributes": false})).await.expect_empty(400);
    world.put("/targets/a", json!({"requestAttributes": true})).await.expect(200);
    world.put("/targets/unknown", json!({"name": "n"})).await.refused(404, "repo.entityNotFound");
    world.put("/targets/a", json!({"name": "<i>"})).await.refused(400, "repo.constraintViolation");
}

#[tokio::test]
async fn a_type_is_given_and_taken() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let made = world.post("/targettypes", json!([{"key": "k", "name": "n"}])).await.expect(201);
    let id = made[0]["id"].as_i64().unwrap();
    let typed = world.put("/targets/a", json!({"targetType": id})).await.expect(200);
    assert_eq!((&typed["targetType"], &typed["targetTypeName"]), (&json!(id), &json!("n")));
    assert_eq!(typed["_links"]["targetType"]["href"], format!("http://localhost/rest/v1/targettypes/{id}"));
    world.put("/targets/a", json!({"targetType": 4711})).await.refused(404, "repo.entityNotFound");
    // No. 20.
    let untyped = world.put("/targets/a", json!({"targetType": -1})).await.expect(200);
    assert!(untyped.get("targetType").is_none() && untyped.get("targetTypeName").is_none());
    assert!(untyped["_links"].get("targetType").is_none());
    // No. 24.
    world.post("/targets/a/targettype", json!({})).await.refused(400, "repo.constraintViolation");
    world.post("/targets/a/targettype", json!({"id": 4711})).await.refused(404, "repo.entityNotFound");
    world.post("/targets/a/targettype", json!({"id": id})).await.expect_empty(204);
    assert_eq!(world.get("/targets/a").await.expect(200)["targetType"], id);
    world.delete("/targets/a/targettype").await.expect_empty(204);
    world.delete("/targets/a/targettype").await.expect_empty(204);
    world.delete("/targets/unknown/targettype").await.refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn what_hangs_on_an_unknown_target() {
    let world = World::start().await;
    // No. 22.
    for set in ["assignedDS", "installedDS"] {
        world.get(&format!("/targets/unknown/{set}")).await.expect_empty(204);
    }
    for part in ["", "/attributes", "/tags", "/actions", "/metadata", "/autoConfirm"] {
        let refusal = world.get(&format!("/targets/unknown{part}")).await.refused(404, "repo.entityNotFound");
        assert_eq!(refusal["info"], json!({"type": "Target", "entityId": "unknown"}));
    }
    world.delete("/targets/unknown").await.refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn attributes_are_a_flat_object() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    // No. 23.
    world.get("/targets/a/attributes").await.expect_empty(204);
    let tenant = tenant();
    let attributes = [("hw".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())].into();
    let details = TargetDetails { controller_id: "a".to_owned(), attributes, ..TargetDetails::default() };
    let mut transaction = world.app.store.transaction(&tenant);
    transaction.create(&details);
    transaction.commit().await.unwrap();
    assert_eq!(world.get("/targets/a/attributes").await.expect(200), json!({"b": "2", "hw": "1"}));
    let found = world.get("/targets?q=attribute.hw==1").await.expect(200);
    assert_eq!(each(&found["content"], "controllerId"), ["a"]);
}

#[tokio::test]
async fn the_host_of_an_address_is_shown() {
    let world = World::start().await;
    // No. 25.
    let table = [
        ("http://[2001:db8::1]/", json!("[2001:db8::1]")),
        ("http://10.0.0.1", json!("10.0.0.1")),
        ("amqp://vhost/exchange", Value::Null),
        ("http://***", Value::Null),
        ("no uri at all", Value::Null),
    ];
    for (number, (address, expected)) in table.into_iter().enumerate() {
        let body = json!([{"controllerId": format!("t{number}"), "address": address}]);
        let made = world.post("/targets", body).await.expect(201);
        assert_eq!((&made[0]["address"], &made[0]["ipAddress"]), (&json!(address), &expected));
    }
}

async fn poll(world: &World, id: &str) {
    world.app.store.note_contact(&tenant(), id, START, None).await.unwrap();
}

#[tokio::test]
async fn a_target_that_stays_away_is_overdue() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    poll(&world, "a").await;
    let minute = 60_000;
    // No. 26: five minutes until the next poll, five more of patience.
    for (minutes, overdue) in [(0, false), (10, false), (11, true)] {
        world.clock.advance(minutes * minute);
        let status = world.get("/targets/a").await.expect(200)["pollStatus"].clone();
        let expected = json!({"lastRequestAt": START, "nextExpectedRequestAt": START + 5 * minute, "overdue": overdue});
        assert_eq!(status, expected);
    }
    let found = world.get("/targets?q=lastcontrollerrequestat=le=$%7BOVERDUE_TS%7D").await.expect(200);
    assert_eq!(found["total"], 1);
}

#[tokio::test]
async fn polling_overrides_bear_on_the_poll_status() {
    let world = World::start().await;
    world.post("/targets", json!([{"controllerId": "a", "group": "slow"}, {"controllerId": "b"}])).await.expect(201);
    poll(&world, "a").await;
    poll(&world, "b").await;
    world.set_config("pollingTime", Setting::Text("00:01:00, group == 'slow' -> 01:00:00".to_owned())).await;
    let page = world.get("/targets").await.expect(200);
    let next = |at: usize| page["content"][at]["pollStatus"]["nextExpectedRequestAt"].as_i64().unwrap();
    assert_eq!((next(0), next(1)), (START + 3_600_000, START + 60_000));
}

#[tokio::test]
async fn auto_confirmation_shows_with_the_flow() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    // No. 48.
    assert!(world.get("/targets/a").await.expect(200).get("autoConfirmActive").is_none());
    world.post("/targets/a/autoConfirm/activate", json!({})).await.expect_empty(204);
    world.set_config("user.confirmation.flow.enabled", Setting::Bool(true)).await;
    let target = world.get("/targets/a").await.expect(200);
    assert_eq!(target["autoConfirmActive"], true);
    assert_eq!(target["_links"]["autoConfirm"]["href"], "http://localhost/rest/v1/targets/a/autoConfirm");
}

#[tokio::test]
async fn controller_ids_are_case_sensitive_and_queries_are_not() {
    let world = World::start().await;
    world.targets(&["a1", "A1", "b/c%d"]).await;
    let found = world.get("/targets?q=controllerid==A*").await.expect(200);
    assert_eq!(each(&found["content"], "controllerId"), ["A1", "a1"]);
    let odd = world.get("/targets/b%2Fc%25d").await.expect(200);
    assert_eq!(odd["_links"]["self"]["href"], "http://localhost/rest/v1/targets/b%2Fc%25d");
    let target = world.app.store.target(&tenant(), "b/c%d", Consistency::Strong).await.unwrap();
    assert!(target.is_some());
}
