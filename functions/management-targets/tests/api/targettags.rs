//! `/rest/v1/targettags`: management §7 no. 55, 56, 113.

use axum::body::Body;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::support::{START, World, each, rels, request};

async fn tag(world: &World, name: &str) -> i64 {
    world.post("/targettags", json!([{"name": name}])).await.expect(201)[0]["id"].as_i64().unwrap()
}

async fn tagged(world: &World, id: i64) -> Vec<String> {
    let page = world.get(&format!("/targettags/{id}/assigned")).await.expect(200);
    each(&page["content"], "controllerId").into_iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn tags_are_made_changed_and_removed() {
    let world = World::start().await;
    let made = world.post("/targettags", json!([{"name": "x", "colour": "red"}, {"name": "y"}])).await.expect(201);
    assert_eq!(each(&made, "name"), ["x", "y"]);
    assert_eq!(rels(&made[0]), ["self"]);
    let id = made[0]["id"].as_i64().unwrap();
    world.post("/targettags", json!([{"name": "z"}, {"name": "x"}])).await.refused(409, "repo.entityAlreadyExists");
    world.post("/targettags", json!([{"colour": "red"}])).await.refused(400, "repo.constraintViolation");
    assert_eq!(world.get("/targettags").await.expect(200)["total"], 2);
    let found = world.get("/targettags?q=colour==red&sort=name:DESC").await.expect(200);
    assert_eq!(each(&found["content"], "id"), [id]);

    world.clock.advance(10);
    let path = format!("/targettags/{id}");
    let single = world.get(&path).await.expect(200);
    let assigned = format!("http://localhost/rest/v1/targettags/{id}/assigned?offset=0&limit=50");
    assert_eq!(single["_links"]["assignedTargets"]["href"], assigned);
    assert_eq!(world.put(&path, json!({"name": "x"})).await.expect(200)["lastModifiedAt"], START);
    let changed = world.put(&path, json!({"name": "w", "description": "d"})).await.expect(200);
    assert_eq!((&changed["name"], &changed["colour"]), (&json!("w"), &json!("red")));
    assert_eq!(changed["lastModifiedAt"], START + 10);
    world.put(&path, json!({"name": "y"})).await.refused(409, "repo.entityAlreadyExists");
    tag(&world, "x").await;
    world.delete(&path).await.expect_empty(204);
    world.delete(&path).await.refused(404, "repo.entityNotFound");
    tag(&world, "w").await;
}

#[tokio::test]
async fn a_tag_is_put_on_one_target_and_taken_off() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let id = tag(&world, "x").await;
    let path = format!("/targettags/{id}/assigned/a");
    for _ in 0..2 {
        world.call("admin", Method::POST, &path, None).await.expect_empty(204);
    }
    assert_eq!(tagged(&world, id).await, ["a"]);
    let tags = world.get("/targets/a/tags").await.expect(200);
    assert_eq!(each(&tags, "name"), ["x"]);
    assert_eq!(world.get("/targets/a").await.expect(200)["lastModifiedAt"], START);
    for _ in 0..2 {
        world.delete(&path).await.expect_empty(204);
    }
    assert_eq!(world.get("/targets/a/tags").await.expect(200), json!([]));
    let missing = format!("/targettags/{id}/assigned/ghost");
    world.call("admin", Method::POST, &missing, None).await.refused(404, "repo.entityNotFound");
    world.call("admin", Method::POST, "/targettags/4711/assigned/a", None).await.refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn unknown_targets_are_met_as_the_policy_says() {
    let world = World::start().await;
    world.targets(&["known"]).await;
    let id = tag(&world, "x").await;
    let path = format!("/targettags/{id}/assigned");
    let body = json!(["known", "ghost"]);
    // No. 55.
    let refusal = world.post(&path, body.clone()).await.refused(404, "repo.entityNotFound");
    assert_eq!(refusal["info"], json!({"type": "Target", "entityId": ["ghost"]}));
    assert_eq!(refusal["message"], "Target with given identifier {[ghost]} does not exist.");
    assert!(tagged(&world, id).await.is_empty());
    let fail = format!("{path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_FAIL");
    world.post(&fail, body.clone()).await.refused(404, "repo.entityNotFound");
    assert_eq!(tagged(&world, id).await, ["known"]);
    let succeed = format!("{path}?onNotFoundPolicy=ON_WHAT_FOUND_AND_SUCCESS");
    let take = request("admin", Method::DELETE, &succeed).header(CONTENT_TYPE, "application/json");
    world.send(take.body(Body::from(body.to_string())).unwrap()).await.expect_empty(204);
    assert!(tagged(&world, id).await.is_empty());
    world.post(&succeed, body).await.expect_empty(204);
    world.post(&format!("{path}?onNotFoundPolicy=fail"), json!(["known"])).await.refused(400, "rest.body.notReadable");
    let twice = world.post(&path, json!(["known", "known"])).await.refused(404, "repo.entityNotFound");
    assert_eq!(twice["info"]["entityId"], json!([]));
    // No. 56.
    world.put(&path, json!(["known"])).await.expect(405);
    let toggle = format!("{path}/toggleTagAssignment");
    assert!(matches!(world.post(&toggle, json!([])).await.status.as_u16(), 404 | 405));
}

#[tokio::test]
async fn many_targets_are_tagged_and_untagged_with_their_tag() {
    let world = World::start().await;
    let ids: Vec<String> = (0..150).map(|number| format!("t{number}")).collect();
    world.targets(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let id = tag(&world, "x").await;
    world.post(&format!("/targettags/{id}/assigned"), json!(ids)).await.expect_empty(204);
    // No. 113.
    assert_eq!(world.get("/targets?q=tag==*").await.expect(200)["total"], 150);
    assert_eq!(world.get(&format!("/targettags/{id}/assigned?q=controllerid==t1*")).await.expect(200)["total"], 61);
    world.delete(&format!("/targettags/{id}")).await.expect_empty(204);
    assert_eq!(world.get("/targets?q=tag==*").await.expect(200)["total"], 0);
    assert_eq!(world.get("/targets?q=tag!=*").await.expect(200)["total"], 150);
}
