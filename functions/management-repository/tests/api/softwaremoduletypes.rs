//! `/rest/v1/softwaremoduletypes`

use serde_json::json;

use crate::world::{World, links};

#[tokio::test]
async fn a_type_is_made_read_changed_and_removed() {
    let world = World::start().await;
    let body = json!([{"key": " k ", "name": "n", "maxAssignments": "3", "colour": "red", "unknown": 1}]);
    let created = world.post("softwaremoduletypes", body).await.expect(201).json();
    let one = &created[0];
    assert_eq!((&one["key"], &one["minArtifacts"], &one["maxAssignments"]), (&json!("k"), &json!(0), &json!(3)));
    assert_eq!((&one["deleted"], one.get("description")), (&json!(false), None));
    assert_eq!(links(one), ["self"]);
    let path = format!("softwaremoduletypes/{}", one["id"]);
    assert_eq!(one["_links"]["self"]["href"], format!("http://harrier.test/rest/v1/{path}"));
    assert_eq!(world.get(&path).await.expect(200).json(), *one);

    world.clock.advance(1000);
    let same = world.put(&path, json!({"colour": "red", "name": "x"})).await.expect(200).json();
    assert_eq!(same, *one, "no. 12: nothing changed");
    let changed = world.put(&path, json!({"description": "d"})).await.expect(200).json();
    assert_eq!((&changed["description"], &changed["name"]), (&json!("d"), &json!("n")));
    assert_ne!(changed["lastModifiedAt"], one["lastModifiedAt"]);

    world.delete(&path).await.expect(204);
    world.get(&path).await.expect_error(404, "repo.entityNotFound");
    world.create("softwaremoduletypes", json!({"key": "k", "name": "n", "maxAssignments": 1})).await;
}

#[tokio::test]
async fn no_64_without_max_assignments_a_type_is_refused() {
    let world = World::start().await;
    let refused = world.post("softwaremoduletypes", json!([{"key": "k", "name": "n"}])).await;
    refused.expect_error(400, "repo.constraintViolation");
    let refused =
        world.post("softwaremoduletypes", json!([{"key": "k", "name": "<b>n</b>", "maxAssignments": 1}])).await;
    refused.expect_error(400, "repo.constraintViolation");
    let refused = world.post("softwaremoduletypes", json!([{"maxAssignments": null}])).await;
    refused.expect_error(400, "rest.body.notReadable");
}

#[tokio::test]
async fn keys_and_names_are_unique_each_alone_and_lists_are_atomic() {
    let world = World::start().await;
    let one = |key: &str, name: &str| json!({"key": key, "name": name, "maxAssignments": 1});
    for bad in [json!([one("os", "x")]), json!([one("x", "OS")]), json!([one("a", "b"), one("c", "b")])] {
        world.post("softwaremoduletypes", bad).await.expect_error(409, "repo.entityAlreadyExists");
    }
    let mixed = json!([one("fresh", "fresh"), one("os", "y")]);
    world.post("softwaremoduletypes", mixed).await.expect_error(409, "repo.entityAlreadyExists");
    assert_eq!(world.get("softwaremoduletypes?q=key==fresh").await.json()["total"], 0);
    assert_eq!(world.post("softwaremoduletypes", json!([])).await.expect(201).json(), json!([]));
}

/// More than one transaction can hold: all or nothing all the same.
#[tokio::test]
async fn long_lists_are_atomic_too() {
    let world = World::start().await;
    let one = |index: usize| json!({"key": format!("k{index}"), "name": format!("n{index}"), "maxAssignments": 1});
    let mut list: Vec<_> = (0..70).map(one).collect();
    list.push(json!({"key": "os", "name": "taken", "maxAssignments": 1}));
    world.post("softwaremoduletypes", json!(list)).await.expect_error(409, "repo.entityAlreadyExists");
    assert_eq!(world.get("softwaremoduletypes").await.json()["total"], 2);
    list.pop();
    let created = world.post("softwaremoduletypes", json!(list)).await.expect(201).json();
    assert_eq!((created.as_array().unwrap().len(), &created[69]["key"]), (70, &json!("k69")));
    let page = world.get("softwaremoduletypes?limit=1000&offset=70").await.json();
    assert_eq!((&page["total"], &page["size"]), (&json!(72), &json!(2)));
}

#[tokio::test]
async fn a_used_type_is_kept_and_hidden() {
    let world = World::start().await;
    let body = json!({"key": "k", "name": "n", "maxAssignments": 1});
    let id = world.create("softwaremoduletypes", body.clone()).await;
    world.module("m", "k").await;
    let path = format!("softwaremoduletypes/{id}");
    world.delete(&path).await.expect(204);
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true);
    assert_eq!(world.names("softwaremoduletypes?q=key==k").await, [""; 0]);
    assert_eq!(world.names("softwaremoduletypes?soft_deleted_mode=ONLY_SOFT_DELETED").await, ["n"]);
    world.get("softwaremoduletypes?soft_deleted_mode=foo").await.expect_error(400, "rest.body.notReadable");
    world.post("softwaremoduletypes", json!([body])).await.expect_error(409, "repo.entityAlreadyExists");
    world.put(&path, json!({"description": "x"})).await.expect_error(404, "deleted");
    let refused = world.post("softwaremodules", json!([{"name": "a", "version": "1", "type": "k"}])).await;
    let refused = refused.expect_error(400, "repo.constraintViolation");
    assert_eq!(refused["exceptionClass"], "jakarta.validation.ValidationException");
    world.delete(&path).await.expect(204);
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true);
}

#[tokio::test]
async fn a_type_that_a_set_type_lists_is_kept() {
    let world = World::start().await;
    let id = world.create("softwaremoduletypes", json!({"key": "k", "name": "n", "maxAssignments": 1})).await;
    let set_type = json!({"key": "st", "name": "st", "optionalmodules": [{"id": id}]});
    let set_type = world.create("distributionsettypes", set_type).await;
    world.delete(&format!("softwaremoduletypes/{id}")).await.expect(204);
    world.get(&format!("softwaremoduletypes/{id}")).await.expect(200);
    world.delete(&format!("distributionsettypes/{set_type}")).await.expect(204);
    world.delete(&format!("softwaremoduletypes/{id}")).await.expect(204);
    world.get(&format!("softwaremoduletypes/{id}")).await.expect(404);
}
