//! `/rest/v1/targets/{id}/metadata`: management §7 no. 49–54.

use serde_json::{Value, json};

use crate::support::{World, each};

#[tokio::test]
async fn entries_are_made_once_and_overwritten_by_put() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let path = "/targets/a/metadata";
    assert_eq!(world.get(path).await.expect(200), json!({"content": [], "total": 0, "size": 0}));
    // No. 49.
    world.post(path, json!([{"key": "k", "value": "v"}])).await.expect_empty(201);
    let again = json!([{"key": "new", "value": "v"}, {"key": "k", "value": "w"}]);
    world.post(path, again).await.refused(409, "repo.entityAlreadyExists");
    assert_eq!(world.get(&format!("{path}/k")).await.expect(200), json!({"key": "k", "value": "v"}));
    // No. 50 and 54.
    let refused = [
        json!([]),
        json!([{"key": "x", "value": "1"}, {"key": "x", "value": "2"}]),
        json!([{"key": "x"}]),
        json!([{"value": "x"}]),
        json!([{"key": "x".repeat(129), "value": "v"}]),
        json!([{"key": "x", "value": "v".repeat(4001)}]),
    ];
    for body in refused {
        world.post(path, body).await.refused(400, "repo.constraintViolation");
    }
    // No. 51.
    world.put(&format!("{path}/newkey"), json!({"value": "v"})).await.expect_empty(204);
    world.put(&format!("{path}/k"), json!({"value": "w"})).await.expect_empty(204);
    for body in [json!({"value": null}), json!({})] {
        world.put(&format!("{path}/k"), body).await.refused(400, "repo.constraintViolation");
    }
    // No. 52.
    let all = world.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!((each(&all["content"], "key"), &all["total"]), (vec![&json!("k"), &json!("newkey")], &json!(2)));
    let refusal = world.get(&format!("{path}/missing")).await.refused(404, "repo.entityNotFound");
    assert_eq!(refusal["info"], json!({"type": "Target metadata", "entityId": "a:missing"}));
    world.delete(&format!("{path}/k")).await.expect_empty(204);
    world.delete(&format!("{path}/k")).await.refused(404, "repo.entityNotFound");
    for unknown in ["/targets/unknown/metadata", "/targets/unknown/metadata/k"] {
        world.get(unknown).await.refused(404, "repo.entityNotFound");
    }
    world
        .post("/targets/unknown/metadata", json!([{"key": "k", "value": "v"}]))
        .await
        .refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn there_are_at_most_a_hundred() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let entries = |range: std::ops::Range<i32>| {
        range.map(|number| json!({"key": format!("k{number}"), "value": "v"})).collect::<Value>()
    };
    // No. 53.
    world.post("/targets/a/metadata", entries(0..101)).await.refused(429, "quota.tooManyEntries");
    world.post("/targets/a/metadata", entries(0..100)).await.expect(201);
    world.post("/targets/a/metadata", entries(100..101)).await.refused(429, "quota.tooManyEntries");
    world.put("/targets/a/metadata/more", json!({"value": "v"})).await.refused(429, "quota.tooManyEntries");
    world.put("/targets/a/metadata/k7", json!({"value": "w"})).await.expect(204);
}
