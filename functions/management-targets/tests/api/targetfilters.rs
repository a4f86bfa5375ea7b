//! `/rest/v1/targetfilters`: management §7 no. 83, 86, 87.

use serde_json::{Value, json};

use crate::support::{World, each, rels};

#[tokio::test]
async fn a_filter_shows_everything_it_has() {
    let world = World::start().await;
    // No. 83.
    let made = world.post("/targetfilters", json!({"name": "f", "query": "name==*"})).await.expect(201);
    let nulls = ["autoAssignDistributionSet", "autoAssignActionType", "autoAssignWeight", "confirmationRequired"];
    for name in nulls {
        assert_eq!(made.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(rels(&made), ["autoAssignDS", "self"]);
    let refused = [
        (json!({"name": "g", "query": "name=="}), "rest.param.rsqlParamSyntax"),
        (json!({"name": "g", "query": "foo==1"}), "rest.param.rsqlInvalidField"),
        (json!({"name": "g"}), "repo.constraintViolation"),
        (json!({"query": "name==*"}), "repo.constraintViolation"),
        (json!({"name": "g", "query": "x".repeat(1025)}), "repo.constraintViolation"),
    ];
    for (body, code) in refused {
        world.post("/targetfilters", body).await.refused(400, code);
    }
    world
        .post("/targetfilters", json!({"name": "f", "query": "name==a"}))
        .await
        .refused(409, "repo.entityAlreadyExists");
}

#[tokio::test]
async fn filters_are_listed_changed_and_removed() {
    let world = World::start().await;
    let mut ids = Vec::new();
    for name in ["f", "g"] {
        let made = world.post("/targetfilters", json!({"name": name, "query": "name==*"})).await.expect(201);
        ids.push(made["id"].as_i64().unwrap());
    }
    // No. 86.
    let page = world.get("/targetfilters?q=name==f&limit=1&representation=full").await.expect(200);
    assert_eq!((each(&page["content"], "id"), &page["total"]), (vec![&json!(ids[0])], &json!(2)));
    assert_eq!(rels(&page["content"][0]), ["self"]);
    let path = format!("/targetfilters/{}", ids[0]);
    let changed = world.put(&path, json!({"query": "name==b*"})).await.expect(200);
    assert_eq!((&changed["name"], &changed["query"]), (&json!("f"), &json!("name==b*")));
    world.put(&path, json!({"name": "g"})).await.refused(409, "repo.entityAlreadyExists");
    world.put(&path, json!({"query": "foo==1"})).await.refused(400, "rest.param.rsqlInvalidField");
    // No. 87.
    world.get(&format!("{path}/autoAssignDS")).await.expect_empty(204);
    world.delete(&format!("{path}/autoAssignDS")).await.expect_empty(204);
    world.get("/targetfilters/4711/autoAssignDS").await.refused(404, "repo.entityNotFound");
    world.delete(&path).await.expect_empty(204);
    world.get(&path).await.refused(404, "repo.entityNotFound");
    world.post("/targetfilters", json!({"name": "f", "query": "name==*"})).await.expect(201);
}
