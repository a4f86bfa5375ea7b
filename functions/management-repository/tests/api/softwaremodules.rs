//! `/rest/v1/softwaremodules`

use serde_json::json;

use crate::world::{NOW, World, links};

#[tokio::test]
async fn a_module_is_made_and_read() {
    let world = World::start().await;
    let body = json!([{"name": " a ", "version": "1", "type": "os", "vendor": "v", "description": "d"}]);
    let created = world.post("softwaremodules", body).await.expect(201).json();
    let item = &created[0];
    assert_eq!(links(item), ["self"]);
    let id = item["id"].as_i64().unwrap();
    let single = world.get(&format!("softwaremodules/{id}")).await.expect(200).json();
    assert_eq!(links(&single), ["artifacts", "metadata", "self", "type"]);
    let expected = json!({
        "id": id, "name": "a", "version": "1", "type": "os", "typeName": "OS", "vendor": "v", "description": "d",
        "encrypted": false, "locked": false, "deleted": false, "complete": true, "createdBy": "admin",
        "createdAt": NOW, "lastModifiedBy": "admin", "lastModifiedAt": NOW, "_links": single["_links"],
    });
    assert_eq!(single, expected);
    assert!(single["_links"]["type"]["href"].as_str().unwrap().contains("/rest/v1/softwaremoduletypes/"));
}

#[tokio::test]
async fn no_75_the_type_is_required_and_must_exist() {
    let world = World::start().await;
    let post = |body| world.post("softwaremodules", body);
    post(json!([{"name": "a", "version": "1"}])).await.expect_error(400, "repo.constraintViolation");
    let missing = post(json!([{"name": "a", "version": "1", "type": "unknown"}])).await;
    let missing = missing.expect_error(404, "repo.entityNotFound");
    assert_eq!(missing["info"], json!({"type": "SoftwareModuleType", "entityId": "unknown"}));
    post(json!([{"name": "a", "version": "1", "type": "x".repeat(3000)}])).await.expect(404);
    let encrypted = post(json!([{"name": "a", "version": "1", "type": "os", "encrypted": true}])).await;
    encrypted.expect_error(400, "artifact.encryptionNotSupported");
    post(json!([{"name": "", "version": "1", "type": "os"}])).await.expect_error(400, "repo.constraintViolation");
    assert_eq!(world.get("softwaremodules").await.json()["total"], 0);
}

#[tokio::test]
async fn type_name_and_version_are_unique_together() {
    let world = World::start().await;
    let one = |version: &str, kind: &str| json!({"name": "a", "version": version, "type": kind});
    let different = json!([one("1", "os"), one("2", "os"), one("1", "application")]);
    world.post("softwaremodules", different).await.expect(201);
    world.post("softwaremodules", json!([one("3", "os"), one("2", "os")])).await.expect(409);
    assert_eq!(world.get("softwaremodules").await.json()["total"], 3);
}

#[tokio::test]
async fn no_76_only_description_vendor_and_lock_change() {
    let world = World::start().await;
    let id = world.module("a", "os").await;
    let path = format!("softwaremodules/{id}");
    world.clock.advance(5);
    let before = world.get(&path).await.json();
    let same = world.put(&path, json!({"name": "x", "version": "2", "type": "application"})).await.expect(200).json();
    assert_eq!(same, before);
    let changed = world.put(&path, json!({"vendor": "v", "locked": true})).await.expect(200).json();
    assert_eq!((&changed["vendor"], &changed["locked"]), (&json!("v"), &json!(true)));
    assert_eq!(changed["lastModifiedAt"], NOW + 5);
    world.put("softwaremodules/4711", json!({})).await.expect_error(404, "repo.entityNotFound");
    world.put("softwaremodules/abc", json!({})).await.expect_error(400, "rest.body.notReadable");
}

#[tokio::test]
async fn modules_are_searched_sorted_and_paged() {
    let world = World::start().await;
    let b = world.module("b", "os").await;
    world.module("a", "application").await;
    world.module("c", "os").await;
    world.post(&format!("softwaremodules/{b}/metadata"), json!([{"key": "k", "value": "V"}])).await.expect(201);
    assert_eq!(world.names("softwaremodules").await, ["b", "a", "c"]);
    assert_eq!(world.names("softwaremodules?sort=name:DESC").await, ["c", "b", "a"]);
    assert_eq!(world.names("softwaremodules?q=type==os&sort=NAME:asc").await, ["b", "c"]);
    assert_eq!(world.names("softwaremodules?q=type.name==Application").await, ["a"]);
    assert_eq!(world.names("softwaremodules?q=metadata.k==v").await, ["b"]);
    let page = world.get("softwaremodules?offset=2&limit=1").await.json();
    assert_eq!((&page["total"], &page["size"], &page["content"][0]["name"]), (&json!(3), &json!(1), &json!("c")));
    world.get("softwaremodules?q=foo==1").await.expect_error(400, "rest.param.rsqlInvalidField");
    world.get("softwaremodules?sort=foo:asc").await.expect_error(400, "rest.param.invalidField");
}

#[tokio::test]
async fn no_77_deletion_depends_on_the_sets() {
    let world = World::start().await;
    let (free, held, locked) =
        (world.module("a", "os").await, world.module("b", "os").await, world.module("c", "os").await);
    let set = |name: &str, module: i64| json!({"name": name, "version": "1", "modules": [{"id": module}]});
    world.create("distributionsets", set("open", held)).await;
    let closed = world.create("distributionsets", set("closed", locked)).await;
    world.put(&format!("distributionsets/{closed}"), json!({"locked": true})).await.expect(200);

    world.delete(&format!("softwaremodules/{free}")).await.expect(204);
    world.get(&format!("softwaremodules/{free}")).await.expect(404);
    world.module("a", "os").await;

    let path = format!("softwaremodules/{held}");
    world.delete(&path).await.expect(204);
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true);
    world.put(&path, json!({"vendor": "x"})).await.expect_error(404, "deleted");
    world.delete(&path).await.expect(204);
    world.get(&path).await.expect(200);
    let again = world.post("distributionsets", json!([set("other", held)])).await;
    again.expect_error(404, "deleted");

    world.delete(&format!("softwaremodules/{locked}")).await.expect_error(423, "locked");
    world.delete(&format!("distributionsets/{closed}")).await.expect(204);
    world.delete(&format!("softwaremodules/{locked}")).await.expect(204);
    world.get(&format!("softwaremodules/{locked}")).await.expect(404);
}

#[tokio::test]
async fn each_operation_asks_for_its_authority() {
    let world = World::start().await;
    world.user("reader", &["READ_SOFTWARE_MODULE"]).await;
    world.user("nobody", &["READ_TARGET"]).await;
    let id = world.module("a", "os").await;
    let path = format!("softwaremodules/{id}");
    world.as_user("reader", "GET", &path, None).await.expect(200);
    let body = json!([{"name": "b", "version": "1", "type": "os"}]);
    let forbidden = world.as_user("reader", "POST", "softwaremodules", Some(&body)).await;
    forbidden.expect_error(403, "insufficientPermission");
    world.as_user("reader", "PUT", &path, Some(&json!({}))).await.expect(403);
    world.as_user("reader", "DELETE", &path, None).await.expect(403);
    world.as_user("reader", "GET", &format!("{path}/artifacts/1/download"), None).await.expect(403);
    world.as_user("nobody", "GET", "softwaremodules", None).await.expect(403);
    world.as_user("ghost", "GET", "softwaremodules", None).await.expect(401);
}
