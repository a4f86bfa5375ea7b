//! `/rest/v1/distributionsets`

use serde_json::{Value, json};

use crate::world::{NOW, World, links};

async fn set_of(world: &World, modules: &[i64]) -> i64 {
    let modules: Vec<Value> = modules.iter().map(|id| json!({"id": id})).collect();
    world.create("distributionsets", json!({"name": "s", "version": "1", "modules": modules})).await
}

fn module_names(set: &Value) -> Vec<&str> {
    set["modules"].as_array().unwrap().iter().map(|module| module["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn no_65_a_set_of_the_default_type() {
    let world = World::start().await;
    let created = world.post("distributionsets", json!([{"name": "a", "version": "1"}])).await.expect(201).json();
    let set = &created[0];
    let id = set["id"].as_i64().unwrap();
    let expected = json!({
        "id": id, "name": "a", "version": "1", "type": "os_app", "typeName": "OS with app(s)", "modules": [],
        "complete": false, "requiredMigrationStep": false, "locked": false, "deleted": false, "valid": true,
        "createdBy": "admin", "createdAt": NOW, "lastModifiedBy": "admin", "lastModifiedAt": NOW,
        "_links": {"self": {"href": format!("http://harrier.test/rest/v1/distributionsets/{id}")}},
    });
    assert_eq!(*set, expected);
    let single = world.get(&format!("distributionsets/{id}")).await.expect(200).json();
    assert_eq!(links(&single), ["metadata", "modules", "self", "type"]);
    assert!(single["_links"]["modules"]["href"].as_str().unwrap().ends_with("/assignedSM?offset=0&limit=50"));
}

#[tokio::test]
async fn a_set_with_its_modules_is_complete() {
    let world = World::start().await;
    let (os, app) = (world.module("os", "os").await, world.module("app", "application").await);
    let set = set_of(&world, &[app, os]).await;
    let set = world.get(&format!("distributionsets/{set}")).await.json();
    assert_eq!((module_names(&set), &set["complete"]), (vec!["os", "app"], &json!(true)));
    assert_eq!(links(&set["modules"][0]), ["self"]);
    let only_app =
        world.create("distributionsets", json!({"name": "t", "version": "1", "modules": [{"id": app}]})).await;
    assert_eq!(world.get(&format!("distributionsets/{only_app}")).await.json()["complete"], false);
}

#[tokio::test]
async fn creations_that_are_refused_create_nothing() {
    let world = World::start().await;
    let app = world.module("app", "application").await;
    let post = |body| world.post("distributionsets", body);
    let one = |more: Value| {
        let mut body = json!({"name": "a", "version": "1"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([{"name": "first", "version": "1"}, body])
    };
    let missing = post(one(json!({"type": "unknown"}))).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(missing["info"], json!({"type": "DistributionSetType", "entityId": "unknown"}), "no. 66");
    let missing = post(one(json!({"modules": [{"id": app}, {"id": 4711}]}))).await;
    let missing = missing.expect_error(404, "repo.entityNotFound");
    assert_eq!(missing["message"], "SoftwareModules with given identifiers {4711} do not exist.");
    let unsupported = post(one(json!({"type": "os", "modules": [{"id": app}]}))).await;
    unsupported.expect_error(400, "distributionset.modules.unsupported");
    post(one(json!({"version": ""}))).await.expect_error(400, "repo.constraintViolation");
    post(one(json!({"name": "first"}))).await.expect_error(409, "repo.entityAlreadyExists");
    post(one(json!({"modules": [{"id": "x"}]}))).await.expect_error(400, "rest.body.notReadable");
    assert_eq!(world.get("distributionsets").await.json()["total"], 0);
}

#[tokio::test]
async fn many_modules_need_more_than_one_transaction() {
    let world = World::start().await;
    let bodies: Vec<Value> =
        (0..101).map(|index| json!({"name": format!("m{index}"), "version": "1", "type": "application"})).collect();
    let modules = world.post("softwaremodules", json!(bodies)).await.expect(201).json();
    let ids: Vec<i64> = modules.as_array().unwrap().iter().map(|module| module["id"].as_i64().unwrap()).collect();
    let refs = |ids: &[i64]| -> Value { ids.iter().map(|id| json!({"id": id})).collect() };
    let full = json!([{"name": "full", "version": "1", "modules": refs(&ids)}]);
    world.post("distributionsets", full).await.expect_error(429, "quota.tooManyEntries");
    let set = set_of(&world, &ids[..60]).await;
    let path = format!("distributionsets/{set}");
    world.post(&format!("{path}/assignedSM"), refs(&ids[60..])).await.expect_error(429, "quota.tooManyEntries");
    let other = set_of_name(&world, "other").await;
    world.post(&format!("distributionsets/{other}/assignedSM"), refs(&ids[..100])).await.expect(204);
    let page = world.get(&format!("distributionsets/{other}/assignedSM?limit=3&sort=name:desc")).await.json();
    assert_eq!((&page["total"], &page["content"][0]["name"]), (&json!(100), &json!("m99")));
    let locked =
        world.put(&format!("distributionsets/{other}"), json!({"locked": true, "name": "x"})).await.expect(200);
    assert!(locked.json()["modules"].as_array().unwrap().iter().all(|module| module["locked"] == true));
    world.delete(&format!("softwaremodules/{}", ids[99])).await.expect_error(423, "locked");
    world.delete(&format!("distributionsets/{other}")).await.expect(204);
    world.delete(&path).await.expect(204);
    for id in [ids[0], ids[99]] {
        world.delete(&format!("softwaremodules/{id}")).await.expect(204);
        world.get(&format!("softwaremodules/{id}")).await.expect(404);
    }
}

async fn set_of_name(world: &World, name: &str) -> i64 {
    world.create("distributionsets", json!({"name": name, "version": "1"})).await
}

#[tokio::test]
async fn no_67_the_last_of_too_many_modules_stays() {
    let world = World::start().await;
    let (first, second) = (world.module("first", "os").await, world.module("second", "os").await);
    let set = set_of(&world, &[first]).await;
    let path = format!("distributionsets/{set}/assignedSM");
    world.post(&path, json!([{"id": second}])).await.expect(204);
    assert_eq!(world.names(&path).await, ["second"]);
    world.delete(&format!("softwaremodules/{first}")).await.expect(204);
    world.get(&format!("softwaremodules/{first}")).await.expect(404);
    let twice = world.post(&path, json!([{"id": second}, {"id": second}])).await;
    assert_eq!(twice.expect_error(404, "repo.entityNotFound")["info"]["entityId"], json!([]));
    world.post(&path, json!({"id": second})).await.expect(204);
    world.delete(&format!("{path}/{second}")).await.expect(204);
    world.delete(&format!("{path}/{second}")).await.expect(204);
    world.delete(&format!("{path}/4711")).await.expect(404);
    assert_eq!(world.names(&path).await, [""; 0]);
    let app = world.module("app", "application").await;
    let os_only = world.create("distributionsets", json!({"name": "o", "version": "1", "type": "os"})).await;
    let unsupported = world.post(&format!("distributionsets/{os_only}/assignedSM"), json!([{"id": app}])).await;
    unsupported.expect_error(400, "distributionset.modules.unsupported");
}

#[tokio::test]
async fn no_68_69_a_locked_set_keeps_its_modules() {
    let world = World::start().await;
    let (os, app) = (world.module("os", "os").await, world.module("app", "application").await);
    let set = set_of(&world, &[os]).await;
    let path = format!("distributionsets/{set}");
    let locked = world.put(&path, json!({"locked": true})).await.expect(200).json();
    assert_eq!((&locked["locked"], &locked["modules"][0]["locked"]), (&json!(true), &json!(true)));
    world.post(&format!("{path}/assignedSM"), json!([{"id": app}])).await.expect_error(423, "locked");
    world.delete(&format!("{path}/assignedSM/{os}")).await.expect_error(423, "locked");
    world.put(&path, json!({"requiredMigrationStep": true})).await.expect_error(423, "locked");
    assert_eq!(world.put(&path, json!({"name": "x"})).await.expect(200).json()["name"], "x");
    let open = world.put(&path, json!({"locked": false})).await.expect(200).json();
    assert_eq!((&open["locked"], &open["modules"][0]["locked"]), (&json!(false), &json!(true)));
    world.post(&format!("{path}/assignedSM"), json!([{"id": app}])).await.expect(204);
    world.put(&path, json!({"requiredMigrationStep": "true"})).await.expect(200);
}

#[tokio::test]
async fn updates_are_partial_and_names_stay_unique() {
    let world = World::start().await;
    let a = world.create("distributionsets", json!({"name": "a", "version": "1"})).await;
    world.create("distributionsets", json!({"name": "b", "version": "1"})).await;
    let path = format!("distributionsets/{a}");
    let before = world.get(&path).await.json();
    world.clock.advance(3);
    let same = world.put(&path, json!({"name": "a", "deleted": true, "type": "os"})).await.expect(200);
    assert_eq!(same.header("content-type"), "application/json");
    assert_eq!(same.json(), before, "no. 12, 70");
    world.put(&path, json!({"name": "b"})).await.expect_error(409, "repo.entityAlreadyExists");
    let changed = world.put(&path, json!({"version": "2", "description": "d"})).await.expect(200).json();
    assert_eq!(
        (&changed["name"], &changed["version"], &changed["lastModifiedAt"]),
        (&json!("a"), &json!("2"), &json!(NOW + 3))
    );
    world.create("distributionsets", json!({"name": "a", "version": "1"})).await;
    world.put("distributionsets/4711", json!({})).await.expect_error(404, "repo.entityNotFound");
}

#[tokio::test]
async fn no_71_a_used_set_is_kept() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    let path = format!("distributionsets/{set}");
    world.use_set(set).await;
    let used = world.get(&path).await.json();
    assert_eq!((&used["locked"], &used["modules"][0]["locked"]), (&json!(true), &json!(true)), "no. 35");
    world.delete(&path).await.expect(204);
    assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true);
    world.put(&path, json!({"name": "x"})).await.expect_error(404, "deleted");
    world.post(&format!("{path}/metadata"), json!([{"key": "k", "value": "v"}])).await.expect_error(404, "deleted");
    assert_eq!(world.names("distributionsets").await, [""; 0]);
    assert_eq!(world.names("distributionsets?soft_deleted_mode=ONLY_SOFT_DELETED").await, ["a"]);
    world.delete(&path).await.expect(204);
    world.get(&path).await.expect(200);
    let unused = world.complete_set("b").await;
    world.delete(&format!("distributionsets/{unused}")).await.expect(204);
    world.get(&format!("distributionsets/{unused}")).await.expect(404);
    world.delete(&format!("distributionsets/{unused}")).await.expect(404);
    world.create("distributionsets", json!({"name": "b", "version": "1", "type": "os"})).await;
}

#[tokio::test]
async fn no_72_completeness_is_decided_after_paging() {
    let world = World::start().await;
    world.complete_set("a1").await;
    world.create("distributionsets", json!({"name": "a2", "version": "1"})).await;
    world.complete_set("b").await;
    let page = world.get("distributionsets?q=complete==true;name==a*&limit=10").await.expect(200).json();
    assert_eq!((&page["total"], &page["size"]), (&json!(2), &json!(1)));
    assert_eq!(world.names("distributionsets?q=complete!=true").await, ["a2"]);
    world.get("distributionsets?q=complete==true,name==a").await.expect(400);
    assert_eq!(world.names("distributionsets?q=module.name=='os%20of%20b'").await, ["b"]);
    assert_eq!(world.names("distributionsets?q=type==os_app;valid==true").await, ["a2"]);
}

#[tokio::test]
async fn no_73_statistics_of_an_unused_set() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    let path = format!("distributionsets/{set}/statistics");
    let all = json!({"actions": {"total": 0}, "rollouts": {"total": 0}, "totalAutoAssignments": 0});
    assert_eq!(world.get(&path).await.expect(200).json(), all);
    for part in ["actions", "rollouts", "autoassignments"] {
        assert_eq!(world.get(&format!("{path}/{part}")).await.expect(200).json(), json!({}), "{part}");
    }
    world.get("distributionsets/4711/statistics").await.expect(404);
}

#[tokio::test]
async fn no_74_an_invalid_set_takes_no_changes() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    let path = format!("distributionsets/{set}");
    let invalidate = format!("{path}/invalidate");
    world.post(&invalidate, json!({})).await.expect_error(400, "rest.body.notReadable");
    world.post(&invalidate, json!({"actionCancelationType": "SOFT"})).await.expect_error(400, "rest.body.notReadable");
    let empty = world.create("distributionsets", json!({"name": "e", "version": "1"})).await;
    let none = json!({"actionCancelationType": "none"});
    let incomplete = world.post(&format!("distributionsets/{empty}/invalidate"), none.clone()).await;
    incomplete.expect_error(400, "distributionset.incomplete");
    world.user("editor", &["UPDATE_DISTRIBUTION_SET"]).await;
    let soft = json!({"actionCancelationType": "soft"});
    world.as_user("editor", "POST", &invalidate, Some(&soft)).await.expect(403);
    world.as_user("editor", "POST", &invalidate, Some(&none)).await.expect(204);
    assert_eq!(world.get(&path).await.json()["valid"], false);
    for kind in ["none", "soft", "force"] {
        world.post(&invalidate, json!({"actionCancelationType": kind})).await.expect(204);
    }
    let invalid = "distributionset.invalid";
    world.put(&path, json!({"name": "x"})).await.expect_error(400, invalid);
    world.post(&format!("{path}/assignedSM"), json!([{"id": 1}])).await.expect_error(400, invalid);
    world.put(&format!("{path}/metadata/k"), json!({"value": "v"})).await.expect_error(400, invalid);
    let tag = world.create("distributionsettags", json!({"name": "t"})).await;
    world.post(&format!("distributionsettags/{tag}/assigned/{set}"), json!({})).await.expect(204);
    world.delete(&path).await.expect(204);
    world.get(&path).await.expect(404);
}

#[tokio::test]
async fn automatic_assignments_are_listed_with_their_own_fields() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    for listing in ["autoAssignments", "autoAssignTargetFilters"] {
        let path = format!("distributionsets/{set}/{listing}");
        let empty = json!({"content": [], "total": 0, "size": 0});
        assert_eq!(world.get(&format!("{path}?q=status==ready&sort=name:asc")).await.expect(200).json(), empty);
        world.get(&format!("{path}?q=version==1")).await.expect_error(400, "rest.param.rsqlInvalidField");
        world.get(&format!("distributionsets/4711/{listing}")).await.expect(404);
    }
}

/// Whoever makes sets of a type and whoever removes the type at the same time: no set is left without its type.
#[tokio::test]
async fn a_type_does_not_vanish_under_new_sets() {
    let world = World::start().await;
    for round in 0..5 {
        let key = format!("k{round}");
        let kind = world.create("distributionsettypes", json!({"key": key, "name": key})).await;
        let body = json!([{"name": key, "version": "1", "type": key}]);
        let (path, created) = (format!("distributionsettypes/{kind}"), world.post("distributionsets", body));
        let (created, deleted) = futures::future::join(created, world.delete(&path)).await;
        deleted.expect(204);
        match created.status.as_u16() {
            201 => assert_eq!(world.get(&path).await.expect(200).json()["deleted"], true),
            status => assert!([400, 404].contains(&status), "{status}"),
        }
        world.get("distributionsets").await.expect(200);
    }
}

fn action_ids(result: &Value) -> usize {
    result["assignedActions"].as_array().unwrap().len()
}

#[tokio::test]
async fn no_33_targets_get_the_set_and_unknown_ones_are_left_out() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    for target in ["b", "a"] {
        world.target(target).await;
    }
    let path = format!("distributionsets/{set}/assignedTargets");
    let body = json!([{"id": "a"}, {"id": "b"}, {"id": "ghost"}, {"id": "a"}]);
    let result = world.post(&path, body.clone()).await.expect(200).json();
    assert_eq!((&result["assigned"], &result["total"], action_ids(&result)), (&json!(2), &json!(2), 2));
    assert!(result["assignedActions"][0]["_links"]["self"]["href"].as_str().unwrap().contains("/targets/a/actions/"));
    let again = world.post(&path, body).await.expect(200).json();
    assert_eq!((&again["assigned"], &again["alreadyAssigned"]), (&json!(0), &json!(2)));
    assert_eq!(world.names(&path).await, ["b", "a"], "ordered by the internal id");
    assert_eq!(world.names(&format!("{path}?q=controllerid==B")).await, ["b"]);
    assert_eq!(world.names(&format!("distributionsets/{set}/installedTargets")).await, [""; 0]);
    world.get(&format!("{path}?sort=version:asc")).await.expect_error(400, "rest.param.invalidField");
    world.get("distributionsets/4711/assignedTargets").await.expect_error(404, "repo.entityNotFound");
    let statistics = world.get(&format!("distributionsets/{set}/statistics")).await.json();
    assert_eq!(statistics["actions"], json!({"RUNNING": 2, "total": 2}));
    let other = world.complete_set("other").await;
    assert_eq!(world.get(&format!("distributionsets/{other}/statistics/actions")).await.json(), json!({}));
}

#[tokio::test]
async fn no_32_offline_assignments_are_installed() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    world.target("1").await;
    let path = format!("distributionsets/{set}");
    let result = world.post(&format!("{path}/assignedTargets?offline=true"), json!([{"id": 1}])).await.expect(200);
    assert_eq!(result.json()["assigned"], 1, "a number is an id, too");
    assert_eq!(world.names(&format!("{path}/installedTargets")).await, ["1"]);
    let counted = world.get(&format!("{path}/statistics/actions")).await.json();
    assert_eq!(counted, json!({"actions": {"FINISHED": 1, "total": 1}}));
}

#[tokio::test]
async fn no_29_30_31_34_assignments_that_are_refused() {
    let world = World::start().await;
    let set = world.complete_set("a").await;
    let incomplete = world.create("distributionsets", json!({"name": "e", "version": "1"})).await;
    world.target("t").await;
    let assign = async |set: i64, more: Value| {
        let mut body = json!({"id": "t"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.post(&format!("distributionsets/{set}/assignedTargets"), body).await
    };
    assign(set, json!({"type": "FORCED"})).await.expect_error(400, "rest.body.notReadable");
    for weight in [1001, -1] {
        assign(set, json!({"weight": weight})).await.expect_error(400, "repo.constraintViolation");
    }
    let window = json!({"maintenanceWindow": {"schedule": "0 0 3 * * ?"}});
    assign(set, window).await.expect_error(400, "maintenanceScheduleInvalid");
    assign(incomplete, json!({})).await.expect_error(400, "distributionset.incomplete");
    assign(4711, json!({})).await.expect_error(404, "repo.entityNotFound");
    let none = json!({"actionCancelationType": "none"});
    let invalid = world.complete_set("b").await;
    world.post(&format!("distributionsets/{invalid}/invalidate"), none).await.expect(204);
    assign(invalid, json!({})).await.expect_error(400, "distributionset.invalid");
    assign(set, json!({"type": "timeforced", "forcetime": "0"})).await.expect(200);
    world.delete(&format!("distributionsets/{set}")).await.expect(204);
    assign(set, json!({})).await.expect_error(404, "deleted");
}

#[tokio::test]
async fn invalidation_takes_actions_back() {
    for (kind, expected) in [("none", "RUNNING"), ("soft", "CANCELING"), ("force", "CANCELED")] {
        let world = World::start().await;
        let set = world.complete_set("a").await;
        world.target("t").await;
        let path = format!("distributionsets/{set}");
        world.post(&format!("{path}/assignedTargets"), json!([{"id": "t"}])).await.expect(200);
        world.post(&format!("{path}/invalidate"), json!({"actionCancelationType": kind})).await.expect(204);
        world.settle().await;
        let counted = world.get(&format!("{path}/statistics/actions")).await.json();
        assert_eq!(counted["actions"], json!({expected: 1, "total": 1}), "{kind}");
        world.post(&format!("{path}/invalidate"), json!({"actionCancelationType": "force"})).await.expect(204);
        world.settle().await;
        let counted = world.get(&format!("{path}/statistics/actions")).await.json();
        assert_eq!(counted["actions"], json!({"CANCELED": 1, "total": 1}), "{kind}, then force");
    }
}
