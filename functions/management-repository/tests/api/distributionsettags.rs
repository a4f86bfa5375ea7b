//! `/rest/v1/distributionsettags`

use serde_json::json;

use crate::world::{World, links};

#[tokio::test]
async fn a_tag_is_made_changed_and_removed() {
    let world = World::start().await;
    let created = world.post("distributionsettags", json!([{"name": "t", "colour": "red"}])).await.expect(201).json();
    assert_eq!(links(&created[0]), ["self"]);
    let path = format!("distributionsettags/{}", created[0]["id"]);
    let single = world.get(&path).await.expect(200).json();
    assert_eq!(links(&single), ["assignedDistributionSets", "self"]);
    let assigned = format!("http://harrier.test/rest/v1/{path}/assigned?offset=0&limit=50");
    assert_eq!(single["_links"]["assignedDistributionSets"]["href"], assigned);
    world.post("distributionsettags", json!([{"name": "t"}])).await.expect_error(409, "repo.entityAlreadyExists");
    world.post("distributionsettags", json!([{}])).await.expect_error(400, "repo.constraintViolation");
    world.create("distributionsettags", json!({"name": "u"})).await;
    world.put(&path, json!({"name": "u"})).await.expect_error(409, "repo.entityAlreadyExists");
    assert_eq!(world.put(&path, json!({"name": "v"})).await.expect(200).json()["name"], "v");
    world.create("distributionsettags", json!({"name": "t"})).await;
    assert_eq!(world.names("distributionsettags?sort=name:asc").await, ["t", "u", "v"]);
    world.delete(&path).await.expect(204);
    world.get(&path).await.expect_error(404, "repo.entityNotFound");
    world.create("distributionsettags", json!({"name": "v"})).await;
}

#[tokio::test]
async fn sets_are_tagged_one_by_one_and_in_lists() {
    let world = World::start().await;
    let tag = world.create("distributionsettags", json!({"name": "t"})).await;
    let (a, b) = (world.complete_set("a").await, world.complete_set("b").await);
    let path = format!("distributionsettags/{tag}/assigned");
    world.clock.advance(1);
    world.post(&format!("{path}/{a}"), json!({})).await.expect(204);
    let tagged = world.get(&format!("distributionsets/{a}")).await.json();
    world.clock.advance(1);
    world.post(&path, json!([a])).await.expect(204);
    assert_eq!(world.get(&format!("distributionsets/{a}")).await.json(), tagged, "tagging again changes nothing");
    let missing = world.post(&path, json!([b, 4711])).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(missing["info"], json!({"type": "DistributionSet", "entityId": [4711]}));
    assert_eq!(world.names(&path).await, ["a"], "nothing done");
    let twice = world.post(&path, json!([b, b])).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(twice["info"]["entityId"], json!([]));
    world.post(&path, json!([b])).await.expect(204);
    assert_eq!(world.names(&path).await, ["a", "b"]);
    assert_eq!(world.names(&format!("{path}?q=name==B")).await, ["b"], "no. 122");
    world.get(&format!("{path}?sort=version:asc")).await.expect_error(400, "rest.param.invalidField");
    assert_eq!(world.names("distributionsets?q=tag==t&sort=name:desc").await, ["b", "a"]);
    assert_eq!(world.names("distributionsettags?q=distributionset.name==a").await, ["t"]);
    world.as_user("admin", "DELETE", &path, Some(&json!([a]))).await.expect(204);
    world.delete(&format!("{path}/{b}")).await.expect(204);
    assert_eq!(world.names(&path).await, [""; 0]);
    world.post(&format!("distributionsettags/4711/assigned/{a}"), json!({})).await.expect(404);
    world.put(&path, json!([a])).await.expect(405);
}

#[tokio::test]
async fn a_removed_tag_vanishes_from_its_sets() {
    let world = World::start().await;
    let tag = world.create("distributionsettags", json!({"name": "t"})).await;
    let a = world.complete_set("a").await;
    world.post(&format!("distributionsettags/{tag}/assigned/{a}"), json!({})).await.expect(204);
    assert_eq!(world.names("distributionsets?q=tag==*").await, ["a"]);
    world.delete(&format!("distributionsettags/{tag}")).await.expect(204);
    assert_eq!(world.names("distributionsets?q=tag==*").await, [""; 0]);
    world.get(&format!("distributionsettags/{tag}/assigned")).await.expect(404);
}

#[tokio::test]
async fn soft_deleted_sets_are_shown_without_a_query_and_not_tagged() {
    let world = World::start().await;
    let tag = world.create("distributionsettags", json!({"name": "t"})).await;
    let a = world.complete_set("a").await;
    let path = format!("distributionsettags/{tag}/assigned");
    world.post(&format!("{path}/{a}"), json!({})).await.expect(204);
    world.use_set(a).await;
    world.delete(&format!("distributionsets/{a}")).await.expect(204);
    assert_eq!(world.names(&path).await, ["a"]);
    assert_eq!(world.names(&format!("{path}?q=name==a")).await, [""; 0]);
    world.post(&path, json!([a])).await.expect_error(404, "deleted");
    world.delete(&format!("{path}/{a}")).await.expect_error(404, "deleted");
}
