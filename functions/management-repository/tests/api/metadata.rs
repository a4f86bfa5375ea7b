//! `…/metadata` of software modules and distribution sets

use serde_json::{Value, json};

use crate::world::World;

/// Both owners, and what a not-found answer calls their entries.
async fn owners(world: &World) -> [(String, &'static str); 2] {
    let module = world.module("m", "os").await;
    let set = world.create("distributionsets", json!({"name": "s", "version": "1"})).await;
    [
        (format!("softwaremodules/{module}"), "SoftwareModule metadata"),
        (format!("distributionsets/{set}"), "Target metadata"),
    ]
}

#[tokio::test]
async fn no_49_posting_again_overwrites() {
    let world = World::start().await;
    for (owner, _) in owners(&world).await {
        let path = format!("{owner}/metadata");
        let created =
            world.post(&path, json!([{"key": "k", "value": "v"}, {"key": "l", "value": ""}])).await.expect(201);
        assert!(created.body.is_empty());
        world.post(&path, json!({"key": "k", "value": "w"})).await.expect(201);
        assert_eq!(world.get(&format!("{path}/k")).await.expect(200).json()["value"], "w");
        let all = world.get(&format!("{path}?limit=1")).await.expect(200).json();
        assert_eq!((&all["total"], &all["size"]), (&json!(2), &json!(2)), "no. 52");
    }
}

#[tokio::test]
async fn no_50_empty_and_repeating_lists_are_refused() {
    let world = World::start().await;
    for (owner, _) in owners(&world).await {
        let path = format!("{owner}/metadata");
        let twice = json!([{"key": "k", "value": "v"}, {"key": "k", "value": "w"}]);
        for bad in
            [json!([]), twice, json!([{"key": "k"}]), json!([{"value": "v"}]), json!([{"key": "", "value": "v"}])]
        {
            world.post(&path, bad).await.expect_error(400, "repo.constraintViolation");
        }
        assert_eq!(world.get(&path).await.json()["total"], 0);
    }
}

#[tokio::test]
async fn no_51_putting_makes_and_changes() {
    let world = World::start().await;
    for (owner, _) in owners(&world).await {
        let path = format!("{owner}/metadata/new%20key");
        world.put(&path, json!({"value": null})).await.expect_error(400, "repo.constraintViolation");
        world.put(&path, json!({"value": "v"})).await.expect(204);
        world.put(&path, json!({"value": "w"})).await.expect(204);
        let entry = world.get(&path).await.expect(200).json();
        assert_eq!((&entry["key"], &entry["value"]), (&json!("new key"), &json!("w")));
        world.delete(&path).await.expect(204);
        world.delete(&path).await.expect_error(404, "repo.entityNotFound");
    }
}

#[tokio::test]
async fn no_52_what_is_missing_is_named() {
    let world = World::start().await;
    for (owner, entity) in owners(&world).await {
        let (_, id) = owner.split_once('/').unwrap();
        let missing = world.get(&format!("{owner}/metadata/missing")).await.expect_error(404, "repo.entityNotFound");
        assert_eq!(missing["info"], json!({"type": entity, "entityId": format!("{id}:missing")}));
        world.get(&format!("{owner}/metadata/{}", "x".repeat(2000))).await.expect(404);
    }
    world.get("softwaremodules/4711/metadata").await.expect_error(404, "repo.entityNotFound");
    world.put("distributionsets/4711/metadata/k", json!({"value": "v"})).await.expect_error(404, "repo.entityNotFound");
}

#[tokio::test]
async fn no_53_a_hundred_entries_and_no_more() {
    let world = World::start().await;
    let entries = |range: std::ops::Range<usize>| -> Value {
        range.map(|index| json!({"key": format!("k{index}"), "value": "v"})).collect()
    };
    for (owner, _) in owners(&world).await {
        let path = format!("{owner}/metadata");
        world.post(&path, entries(0..101)).await.expect_error(429, "quota.tooManyEntries");
        world.post(&path, entries(0..100)).await.expect(201);
        world.post(&path, entries(50..60)).await.expect(201);
        world.put(&format!("{path}/k100"), json!({"value": "v"})).await.expect_error(429, "quota.tooManyEntries");
        assert_eq!(world.get(&path).await.json()["total"], 100);
        world.delete(&owner).await.expect(204);
        world.get(&owner).await.expect(404);
    }
}

#[tokio::test]
async fn no_54_visibility_stays_unless_it_is_given() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let path = format!("softwaremodules/{module}/metadata");
    let visible = async |key: &str| world.get(&format!("{path}/{key}")).await.json()["targetVisible"].clone();
    world.post(&path, json!([{"key": "k", "value": "v", "targetVisible": true}])).await.expect(201);
    world.put(&format!("{path}/k"), json!({"value": "w"})).await.expect(204);
    assert_eq!(visible("k").await, true);
    world.put(&format!("{path}/n"), json!({"value": "w"})).await.expect(204);
    assert_eq!(visible("n").await, false);
    let known = async || {
        let module = world.app.store.get::<harrier_domain::software::SoftwareModule>(&world.tenant, module).await;
        module.unwrap().has_visible_metadata
    };
    assert!(known().await);
    world.put(&format!("{path}/k"), json!({"value": "w", "targetVisible": false})).await.expect(204);
    assert!(!known().await);
    world.put(&format!("{path}/k"), json!({"targetVisible": true})).await.expect(204);
    assert!(known().await);
    world.delete(&format!("{path}/k")).await.expect(204);
    assert!(!known().await);
}
