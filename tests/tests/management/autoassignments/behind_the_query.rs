//! Everything that can make a target match: its own changes, what the device says, what its record only refers to, and time.

use serde_json::json;

use super::Fleet;
use super::fleet::id;

#[tokio::test]
async fn whatever_changes_in_a_target_is_noticed() {
    let fleet = Fleet::start().await;
    let admin = fleet.admin();
    let tag = admin.post("/rest/v1/targettags", json!([{ "name": "beta" }])).await.expect(201).json();
    fleet.targets(&["grouped", "tagged", "described", "attributed", "with-metadata", "registered"]).await;
    let queries = ["group==EU", "tag==beta", "description==wanted", "attribute.hw==2", "metadata.site==7"];
    let mut sets = Vec::new();
    for query in queries {
        let set = fleet.set(&query.replace("==", "-")).await;
        fleet.auto(query, query, set).await;
        sets.push(set);
    }
    fleet.settle().await;
    let _ = admin.put("/rest/v1/targetgroups/EU/assigned", json!(["grouped"])).await.expect(204);
    let _ = admin.post(&format!("/rest/v1/targettags/{}/assigned/tagged", id(&tag[0])), json!({})).await.expect(204);
    let _ = admin.put("/rest/v1/targets/described", json!({ "description": "wanted" })).await.expect(200);
    let attributes = json!({ "mode": "merge", "data": { "hw": "2" } });
    let _ = fleet.world.gateway().put("/DEFAULT/controller/v1/attributed/configData", attributes).await.expect(200);
    let metadata = json!([{ "key": "site", "value": "7" }]);
    let _ = admin.post("/rest/v1/targets/with-metadata/metadata", metadata).await.expect(201);
    fleet.settle().await;
    for (target, set) in ["grouped", "tagged", "described", "attributed", "with-metadata"].into_iter().zip(sets) {
        assert_eq!(fleet.assigned(target).await, Some(set), "{target}");
    }
    assert_eq!(fleet.assigned("registered").await, None);
}

#[tokio::test]
async fn a_device_that_registers_itself_gets_its_set() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.auto("all", "updatestatus==registered", set).await;
    fleet.settle().await;
    let poll = fleet.world.gateway().get("/DEFAULT/controller/v1/new").await.expect(200).json();
    assert!(poll["_links"]["deploymentBase"].is_null());
    fleet.settle().await;
    let poll = fleet.world.gateway().get("/DEFAULT/controller/v1/new").await.expect(200).json();
    assert!(poll["_links"]["deploymentBase"].is_object(), "{poll}");
}

/// The first one in the order of ids assigns; the second one sees the target as that left it.
#[tokio::test]
async fn auto_assignments_apply_one_after_the_other() {
    let fleet = Fleet::start().await;
    let (one, two, three) = (fleet.set("one").await, fleet.set("two").await, fleet.set("three").await);
    fleet.auto("one", "updatestatus==unknown", one).await;
    fleet.auto("two", "updatestatus==unknown", two).await;
    fleet.settle().await;
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    assert_eq!((fleet.assigned("a").await, fleet.actions("a").await.len()), (Some(one), 1));
    // Normal rules of assignment: a newer one overrides.
    fleet.auto("three", "name==*", three).await;
    fleet.settle().await;
    let actions = fleet.actions("a").await;
    assert_eq!((fleet.assigned("a").await, actions.len()), (Some(three), 2));
    assert_eq!(actions[0]["type"], json!("cancel"));
}

#[tokio::test]
async fn queries_on_the_last_contact_react_to_polls() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.targets(&["a", "silent"]).await;
    let query = format!("lastcontrollerrequestat=gt={}", fleet.now() + 1000);
    fleet.auto("seen", &query, set).await;
    fleet.settle_after(120).await;
    assert_eq!(fleet.assigned("a").await, None);
    let _ = fleet.world.gateway().get("/DEFAULT/controller/v1/a").await.expect(200);
    fleet.settle().await;
    assert_eq!((fleet.assigned("a").await, fleet.assigned("silent").await), (Some(set), None));
}

/// Nothing changes in a device that is silent, and yet it becomes overdue.
#[tokio::test]
async fn queries_on_the_present_time_are_put_to_the_fleet_again() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.targets(&["a", "b"]).await;
    for device in ["a", "b"] {
        let _ = fleet.world.gateway().get(&format!("/DEFAULT/controller/v1/{device}")).await.expect(200);
    }
    fleet.auto("overdue", "lastcontrollerrequestat=le=${OVERDUE_TS}", set).await;
    fleet.settle().await;
    fleet.clock.advance(550_000);
    let _ = fleet.world.gateway().get("/DEFAULT/controller/v1/b").await.expect(200);
    fleet.settle_after(350).await;
    assert_eq!((fleet.assigned("a").await, fleet.assigned("b").await), (Some(set), None));
    fleet.settle_after(900).await;
    assert_eq!(fleet.assigned("b").await, Some(set));
}

#[tokio::test]
async fn a_renamed_tag_a_renamed_set_and_a_wider_target_type_are_noticed() {
    let fleet = Fleet::start().await;
    let admin = fleet.admin();
    let tag = id(&admin.post("/rest/v1/targettags", json!([{ "name": "alpha" }])).await.expect(201).json()[0]);
    let made = admin.post("/rest/v1/targettypes", json!([{ "key": "gateway" }])).await.expect(201).json();
    let target_type = id(&made[0]);
    fleet.targets(&["tagged", "updated"]).await;
    let typed = json!([{ "controllerId": "typed", "targetType": target_type }]);
    let _ = admin.post("/rest/v1/targets", typed).await.expect(201);
    let _ = admin.post(&format!("/rest/v1/targettags/{tag}/assigned/tagged"), json!({})).await.expect(204);
    let base = fleet.set("base").await;
    fleet.world.assign(admin, base, "updated").await;
    let (one, two, three) = (fleet.set("one").await, fleet.set("two").await, fleet.set("three").await);
    fleet.auto("by tag", "tag==beta", one).await;
    fleet.auto("by set", "assignedds.version==2.0", two).await;
    fleet.auto("by type", "name==typed", three).await;
    fleet.settle_after(3600).await;
    for target in ["tagged", "typed"] {
        assert_eq!(fleet.assigned(target).await, None, "{target}");
    }
    let _ = admin.put(&format!("/rest/v1/targettags/{tag}"), json!({ "name": "beta" })).await.expect(200);
    let _ = admin.put(&format!("/rest/v1/distributionsets/{base}"), json!({ "version": "2.0" })).await.expect(200);
    let set_type = admin.get("/rest/v1/distributionsettypes?q=key==os").await.expect(200).json();
    let compatible = json!([{ "id": id(&set_type["content"][0]) }]);
    let path = format!("/rest/v1/targettypes/{target_type}/compatibledistributionsettypes");
    let _ = admin.post(&path, compatible).await.expect(204);
    fleet.settle().await;
    for (target, set) in [("tagged", one), ("updated", two), ("typed", three)] {
        assert_eq!(fleet.assigned(target).await, Some(set), "{target}");
    }
}
