//! `/rest/v1/targets/{id}/actions`: management §7 no. 37–41.

use axum::body::Body;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::support::{Answer, World, each, rels, request};

async fn delete_with(world: &World, path: &str, body: Value) -> Answer {
    let request = request("admin", Method::DELETE, path).header(CONTENT_TYPE, "application/json");
    world.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn an_action_is_cancelled_and_then_quit() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    let path = format!("/targets/a/actions/{action}");
    // No. 37.
    world.delete(&format!("{path}?force=true")).await.refused(405, "action.notForceQuitable");
    world.delete(&path).await.expect_empty(204);
    let canceling = world.get(&path).await.expect(200);
    assert_eq!((&canceling["status"], &canceling["type"]), (&json!("canceling"), &json!("cancel")));
    assert_eq!(canceling["active"], true);
    assert_eq!(rels(&canceling), ["canceledaction", "distributionset", "self", "status", "target"]);
    assert_eq!(canceling["_links"]["canceledaction"]["href"], canceling["_links"]["self"]["href"]);
    assert_eq!(canceling["_links"]["target"]["name"], "a");
    assert_eq!(canceling["_links"]["distributionset"]["name"], "one:1.0");
    world.delete(&path).await.refused(405, "action.notCancelable");
    world.delete(&format!("{path}?force=true")).await.expect_empty(204);
    let canceled = world.get(&path).await.expect(200);
    assert_eq!((&canceled["status"], &canceled["active"]), (&json!("canceled"), &json!(false)));
    assert_eq!(world.get("/targets/a").await.expect(200)["updateStatus"], "in_sync");
    world.get("/targets/a/assignedDS").await.expect_empty(204);
    world.delete(&format!("{path}?force=x")).await.refused(400, "rest.body.notReadable");
}

#[tokio::test]
async fn an_action_belongs_to_its_target() {
    let world = World::start().await;
    world.targets(&["a", "b"]).await;
    let set = world.distribution_set("one").await;
    let action = world.assign("b", set).await;
    // No. 38.
    world.get(&format!("/targets/a/actions/{action}")).await.expect_empty(404);
    world.delete(&format!("/targets/a/actions/{action}")).await.expect_empty(404);
    let refusal = world.get("/targets/a/actions/4711").await.refused(404, "repo.entityNotFound");
    assert_eq!(refusal["info"], json!({"type": "Action", "entityId": 4711}));
    world.get("/targets/a/actions/x").await.refused(400, "rest.body.notReadable");
}

#[tokio::test]
async fn a_soft_action_is_forced() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    world.post("/targets/a/assignedDS", json!({"id": set, "type": "soft"})).await.expect(200);
    let action = world.get("/targets/a/actions").await.expect(200)["content"][0]["id"].clone();
    let path = format!("/targets/a/actions/{action}");
    // No. 39.
    for body in [json!({"forceType": "soft"}), json!({})] {
        world.put(&path, body).await.refused(400, "repo.constraintViolation");
    }
    for _ in 0..2 {
        let forced = world.put(&path, json!({"forceType": "forced"})).await.expect(200);
        assert_eq!(forced["forceType"], "forced");
        assert!(forced["_links"]["status"].is_object());
    }
}

#[tokio::test]
async fn the_history_is_shown_newest_first() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    let path = format!("/targets/a/actions/{action}/status");
    // No. 40.
    let page = world.get(&path).await.expect(200);
    assert_eq!((&page["total"], &page["content"][0]["type"]), (&json!(1), &json!("running")));
    assert!(page["content"][0].get("_links").is_none());
    world.clock.advance(5);
    world.delete(&format!("/targets/a/actions/{action}")).await.expect(204);
    let types = |page: &Value| each(&page["content"], "type").into_iter().cloned().collect::<Vec<_>>();
    let page = world.get(&path).await.expect(200);
    assert_eq!(types(&page), ["canceling", "running"]);
    assert_eq!(page["content"][0]["messages"], json!(["Update Server: manual cancelation requested"]));
    for (query, expected) in [
        ("sort=id:ASC", ["running", "canceling"]),
        ("sort=reportedAt:DESC", ["canceling", "running"]),
        ("sort=timestamp:ASC", ["running", "canceling"]),
    ] {
        assert_eq!(types(&world.get(&format!("{path}?{query}")).await.expect(200)), expected, "{query}");
    }
    let second = world.get(&format!("{path}?offset=1&limit=1")).await.expect(200);
    assert_eq!((types(&second), &second["total"]), (vec![json!("running")], &json!(2)));
    world.get(&format!("{path}?sort=name:ASC")).await.refused(400, "rest.param.invalidField");
}

#[tokio::test]
async fn actions_of_a_target_are_searched() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let (one, two) = (world.distribution_set("one").await, world.distribution_set("two").await);
    let (older, newer) = (world.assign("a", one).await, world.assign("a", two).await);
    let table = [
        ("status==running".to_owned(), vec![newer]),
        ("status==CANCELING".to_owned(), vec![older]),
        ("distributionset.name==one".to_owned(), vec![older]),
        ("distributionset.type==os".to_owned(), vec![newer, older]),
        ("target.controllerid==a;active==true".to_owned(), vec![newer, older]),
        (format!("id=={older}"), vec![older]),
        ("target.name==b".to_owned(), vec![]),
    ];
    for (q, expected) in table {
        let page = world.get(&format!("/targets/a/actions?q={q}")).await.expect(200);
        assert_eq!(each(&page["content"], "id"), expected, "{q}");
    }
    world.get("/targets/a/actions?q=target.id==a").await.refused(400, "rest.param.rsqlInvalidField");
    let page = world.get("/targets/a/actions?sort=id:ASC&limit=1").await.expect(200);
    assert_eq!((each(&page["content"], "id"), &page["total"]), (vec![&json!(older)], &json!(2)));
    assert_eq!(rels(&page["content"][0]), ["self"]);
}

/// Three closed actions, oldest first, and a running one.
async fn history(world: &World) -> Vec<i64> {
    let mut actions = Vec::new();
    for name in ["one", "two", "three"] {
        let set = world.distribution_set(name).await;
        let outcome = world.post("/targets/a/assignedDS?offline=true", json!({"id": set})).await.expect(200);
        actions.push(outcome["assignedActions"][0]["id"].as_i64().unwrap());
    }
    let set = world.distribution_set("four").await;
    actions.push(world.assign("a", set).await);
    actions
}

async fn remaining(world: &World) -> Vec<i64> {
    let page = world.get("/targets/a/actions?sort=id:ASC").await.expect(200);
    each(&page["content"], "id").into_iter().filter_map(Value::as_i64).collect()
}

#[tokio::test]
async fn closed_actions_are_deleted() {
    let world = World::start().await;
    world.targets(&["a", "b"]).await;
    let actions = history(&world).await;
    // No. 41.
    let path = "/targets/a/actions";
    world.delete(path).await.refused(400, "rest.body.notReadable");
    world.delete(&format!("{path}?keepLast=-1")).await.refused(400, "rest.body.notReadable");
    delete_with(&world, path, json!([])).await.refused(400, "rest.body.notReadable");
    delete_with(&world, &format!("{path}?keepLast=1"), json!([1])).await.refused(400, "rest.body.notReadable");
    world.delete("/targets/unknown/actions?keepLast=0").await.refused(404, "repo.entityNotFound");

    let with_running = json!([actions[0], actions[3]]);
    delete_with(&world, path, with_running.clone()).await.refused(405, "action.notDeletable");
    delete_with(&world, "/targets/b/actions", with_running).await.refused(405, "action.notDeletable");
    assert_eq!(remaining(&world).await, actions);
    // Foreign and unknown ids are passed over.
    delete_with(&world, "/targets/b/actions", json!([actions[0], 4711])).await.expect_empty(204);
    delete_with(&world, "/targets/unknown/actions", json!([4711])).await.expect_empty(204);
    delete_with(&world, path, json!([actions[0], 4711])).await.expect_empty(204);
    assert_eq!(remaining(&world).await, actions[1..]);

    world.delete(&format!("{path}?keepLast=2")).await.expect_empty(204);
    assert_eq!(remaining(&world).await, actions[2..]);
    world.delete(&format!("{path}?keepLast=0")).await.expect_empty(204);
    assert_eq!(remaining(&world).await, actions[3..]);
    // The target is as it was, the history of what is gone is gone too.
    assert_eq!(world.get("/targets/a/installedDS").await.expect(200)["name"], "three");
    let tenant = crate::support::tenant();
    assert_eq!(world.app.store.entry_keys(&tenant, "a").await.unwrap().len(), 1);
    let target = world.app.store.target(&tenant, "a", harrier_store::Consistency::Strong).await.unwrap().unwrap();
    assert_eq!((target.actions, target.open_actions.len(), target.installed_action), (1, 1, None));
}
