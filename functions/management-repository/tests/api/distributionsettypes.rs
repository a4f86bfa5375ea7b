//! `/rest/v1/distributionsettypes`

use serde_json::json;

use crate::world::{World, links};

async fn module_type(world: &World, key: &str) -> i64 {
    world.create("softwaremoduletypes", json!({"key": key, "name": key, "maxAssignments": 1})).await
}

#[tokio::test]
async fn a_type_lists_module_types_in_two_roles() {
    let world = World::start().await;
    let (a, b) = (module_type(&world, "a").await, module_type(&world, "b").await);
    let body = json!({"key": "k", "name": "n", "mandatorymodules": [{"id": a}], "optionalmodules": [{"id": b}]});
    let created = world.post("distributionsettypes", json!([body])).await.expect(201).json();
    assert_eq!(links(&created[0]), ["self"]);
    let id = created[0]["id"].as_i64().unwrap();
    let path = format!("distributionsettypes/{id}");
    let single = world.get(&path).await.expect(200).json();
    assert_eq!(links(&single), ["mandatorymodules", "optionalmodules", "self"]);
    assert_eq!(world.get(&format!("{path}/mandatorymoduletypes")).await.expect(200).json()[0]["key"], "a");
    assert_eq!(world.get(&format!("{path}/optionalmoduletypes/{b}")).await.expect(200).json()["key"], "b");
    let not_part = world.get(&format!("{path}/mandatorymoduletypes/{b}")).await;
    let not_part = not_part.expect_error(404, "repo.entityNotFound");
    let class = "org.eclipse.hawkbit.repository.exception.SoftwareModuleTypeNotInDistributionSetTypeException";
    assert_eq!(not_part["exceptionClass"], class, "no. 63");

    world.post(&format!("{path}/mandatorymoduletypes"), json!({"id": b})).await.expect(204);
    assert_eq!(world.get(&format!("{path}/optionalmoduletypes")).await.json(), json!([]), "moved, never both");
    world.post(&format!("{path}/mandatorymoduletypes"), json!({"id": b})).await.expect(204);
    world.delete(&format!("{path}/optionalmoduletypes/{b}")).await.expect(204);
    world.delete(&format!("{path}/optionalmoduletypes/{b}")).await.expect(204);
    assert_eq!(world.get(&format!("{path}/mandatorymoduletypes")).await.json().as_array().unwrap().len(), 1);
    world
        .post(&format!("{path}/optionalmoduletypes"), json!({"id": 4711}))
        .await
        .expect_error(404, "repo.entityNotFound");
}

#[tokio::test]
async fn unknown_module_types_and_too_many_are_refused() {
    let world = World::start().await;
    let unknown = json!([{"key": "k", "name": "n", "mandatorymodules": [{"id": 4711}]}]);
    let missing = world.post("distributionsettypes", unknown).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(missing["info"], json!({"type": "SoftwareModuleType", "entityId": [4711]}));
    let many: Vec<_> = (1..=51).map(|id| json!({"id": id})).collect();
    let many = json!([{"key": "k", "name": "n", "mandatorymodules": many}]);
    world.post("distributionsettypes", many).await.expect_error(429, "quota.tooManyEntries");
    world.post("distributionsettypes", json!([{"key": "k"}])).await.expect_error(400, "repo.constraintViolation");
}

#[tokio::test]
async fn no_60_62_a_used_type_is_fixed_and_kept() {
    let world = World::start().await;
    let id = world.create("distributionsettypes", json!({"key": "k", "name": "n"})).await;
    let a = module_type(&world, "a").await;
    let path = format!("distributionsettypes/{id}");
    let set = world.create("distributionsets", json!({"name": "s", "version": "1", "type": "k"})).await;
    let add = async || world.post(&format!("{path}/mandatorymoduletypes"), json!({"id": a})).await;
    add().await.expect_error(403, "entityReadOnly");
    world.delete(&format!("{path}/mandatorymoduletypes/{a}")).await.expect_error(403, "entityReadOnly");
    world.delete(&format!("distributionsets/{set}")).await.expect(204);
    add().await.expect(204);
    world.create("distributionsets", json!({"name": "s", "version": "1", "type": "k"})).await;
    world.delete(&path).await.expect(204);
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true);
    assert_eq!(world.names("distributionsettypes?q=key==k").await, [""; 0]);
    assert_eq!(world.names("distributionsettypes?q=key==k&soft_deleted_mode=INCLUDE_SOFT_DELETED").await, ["n"]);
    let again = world.post("distributionsettypes", json!([{"key": "k", "name": "other"}])).await;
    again.expect_error(409, "repo.entityAlreadyExists");
    add().await.expect_error(404, "deleted");
    world.put(&path, json!({"description": "x"})).await.expect_error(404, "deleted");
    let refused = world.post("distributionsets", json!([{"name": "t", "version": "1", "type": "k"}])).await;
    assert_eq!(
        refused.expect_error(400, "repo.constraintViolation")["exceptionClass"],
        "jakarta.validation.ValidationException",
        "no. 66"
    );
}

#[tokio::test]
async fn no_61_key_and_name_stay() {
    let world = World::start().await;
    let id = world.create("distributionsettypes", json!({"key": "k", "name": "n"})).await;
    let path = format!("distributionsettypes/{id}");
    let changed = world.put(&path, json!({"name": "x", "key": "y", "colour": "c"})).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["key"], &changed["colour"]), (&json!("n"), &json!("k"), &json!("c")));
    world.delete(&path).await.expect(204);
    world.get(&path).await.expect(404);
    world.create("distributionsettypes", json!({"key": "k", "name": "n"})).await;
}

#[tokio::test]
async fn the_default_type_is_not_removed() {
    let world = World::start().await;
    let types = world.get("distributionsettypes?q=key==os_app").await.json();
    let path = format!("distributionsettypes/{}", types["content"][0]["id"]);
    world.delete(&path).await.expect_error(400, "repo.constraintViolation");
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], false);
}
