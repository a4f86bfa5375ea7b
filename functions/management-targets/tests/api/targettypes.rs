//! `/rest/v1/targettypes`: management §7 no. 9, 57–59.

use harrier_domain::software::DistributionSetType;
use harrier_store::Loaded;
use serde_json::{Value, json};

use crate::support::{World, each, rels, tenant};

async fn set_types(world: &World) -> Vec<i64> {
    let types: Vec<Loaded<DistributionSetType>> = world.app.store.all(&tenant()).await.unwrap();
    types.iter().map(|found| found.id).collect()
}

#[tokio::test]
async fn key_and_name_stand_for_each_other() {
    let world = World::start().await;
    // No. 57.
    let made = world.post("/targettypes", json!([{"name": "n"}, {"key": "k"}])).await.expect(201);
    assert_eq!(each(&made, "key"), ["n", "k"]);
    assert_eq!(each(&made, "name"), ["n", "k"]);
    assert_eq!((rels(&made[0]), &made[0]["deleted"]), (vec!["self"], &json!(false)));
    world.post("/targettypes", json!([{}])).await.refused(400, "target.type.keyOrNameRequired");
    for taken in [json!([{"key": "n", "name": "other"}]), json!([{"key": "other", "name": "k"}])] {
        world.post("/targettypes", taken).await.refused(409, "repo.entityAlreadyExists");
    }
    world.post("/targettypes", json!([{"key": "x".repeat(65)}])).await.refused(400, "repo.constraintViolation");
    assert_eq!(world.get("/targettypes?q=key==n").await.expect(200)["total"], 1);
}

#[tokio::test]
async fn a_type_lists_what_it_takes() {
    let world = World::start().await;
    let ids = set_types(&world).await;
    // No. 58.
    let body = json!([{"key": "k", "compatibledistributionsettypes": [{"id": 4711}]}]);
    let refusal = world.post("/targettypes", body).await.refused(404, "repo.entityNotFound");
    assert_eq!(refusal["info"], json!({"type": "SoftwareModuleType", "entityId": 4711}));
    let body = json!([{"key": "k", "compatibledistributionsettypes": [{"id": ids[0]}]}]);
    let id = world.post("/targettypes", body).await.expect(201)[0]["id"].clone();
    let path = format!("/targettypes/{id}/compatibledistributionsettypes");
    let listed = |value: Value| each(&value, "id").into_iter().filter_map(Value::as_i64).collect::<Vec<_>>();
    assert_eq!(listed(world.get(&path).await.expect(200)), [ids[0]]);
    // No. 9: an object is a list of one.
    world.post(&path, json!({"id": ids[1]})).await.expect_empty(204);
    assert_eq!(listed(world.get(&path).await.expect(200)), [ids[0], ids[1]]);
    world.post(&path, json!([{"id": 4711}])).await.refused(404, "repo.entityNotFound");
    for _ in 0..2 {
        world.delete(&format!("{path}/{}", ids[0])).await.expect_empty(204);
    }
    world.delete(&format!("{path}/4711")).await.refused(404, "repo.entityNotFound");
    assert_eq!(listed(world.get(&path).await.expect(200)), [ids[1]]);
}

#[tokio::test]
async fn a_type_in_use_stays() {
    let world = World::start().await;
    let id = world.post("/targettypes", json!([{"key": "k"}])).await.expect(201)[0]["id"].clone();
    let path = format!("/targettypes/{id}");
    let single = world.get(&path).await.expect(200);
    assert_eq!(rels(&single), ["compatibledistributionsettypes", "self"]);
    let changed = world.put(&path, json!({"name": "new", "key": "ignored"})).await.expect(200);
    assert_eq!((&changed["name"], &changed["key"]), (&json!("new"), &json!("k")));
    world.post("/targets", json!([{"controllerId": "a", "targetType": id}])).await.expect(201);
    // No. 59.
    world.delete(&path).await.refused(409, "target.type.used");
    world.delete("/targets/a").await.expect(204);
    world.delete(&path).await.expect_empty(204);
    world.get(&path).await.refused(404, "repo.entityNotFound");
    world.post("/targettypes", json!([{"key": "k", "name": "new"}])).await.expect(201);
    world.post("/targets", json!([{"controllerId": "a", "targetType": id}])).await.refused(404, "repo.entityNotFound");
}

#[tokio::test]
async fn a_type_never_goes_while_a_target_gets_it() {
    let world = World::start().await;
    for round in 0..10 {
        let made = world.post("/targettypes", json!([{"key": format!("k{round}")}])).await.expect(201);
        let id = made[0]["id"].clone();
        let body = json!([{"controllerId": format!("t{round}"), "targetType": id}]);
        let path = format!("/targettypes/{id}");
        let (made, gone) = tokio::join!(world.post("/targets", body), world.delete(&path));
        let outcome = (made.status.as_u16(), gone.status.as_u16());
        assert!(matches!(outcome, (201, 409) | (404, 204)), "{outcome:?}");
    }
}
