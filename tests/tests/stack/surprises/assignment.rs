//! Assignment and cancellation: 1–15, 37, 39.

use super::{Scene, ddi, id};
use serde_json::{Value, json};

fn canceling() -> (String, bool) {
    ("canceling".to_owned(), true)
}

fn canceled() -> (String, bool) {
    ("canceled".to_owned(), false)
}

/// A target that has a set installed, and two migration steps under way.
async fn two_steps() -> (Scene, i64, [i64; 2], [i64; 2]) {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let installed = scene.set("installed").await;
    let _ = scene.post("targets/dev/assignedDS?offline=true", json!({ "id": installed })).await.expect(200);
    let sets = [scene.migration_step("first").await, scene.migration_step("second").await];
    let actions = [scene.assign("dev", sets[0]).await, scene.assign("dev", sets[1]).await];
    for action in actions {
        assert_eq!(scene.action("dev", action).await, ("running".to_owned(), true));
    }
    (scene, installed, sets, actions)
}

#[tokio::test]
async fn surprise_01_03_the_newer_of_two_migration_steps_is_canceled_first() {
    let (scene, installed, sets, actions) = two_steps().await;
    scene.cancel("dev", actions[1]).await;
    assert_eq!(scene.sets_of("dev").await, (Some(sets[1]), Some(installed)));
    assert_eq!(scene.report_cancel("dev", actions[1], "closed", "success").await, 200);
    assert_eq!(scene.sets_of("dev").await, (Some(sets[0]), Some(installed)));
    assert_eq!(scene.update_status("dev").await, "pending");
    scene.cancel("dev", actions[0]).await;
    assert_eq!(scene.report_cancel("dev", actions[0], "closed", "success").await, 200);
    assert_eq!(scene.sets_of("dev").await, (Some(installed), Some(installed)));
    assert_eq!(scene.update_status("dev").await, "in_sync");
    for action in actions {
        assert_eq!(
            scene.entries("dev", action).await,
            ["running", "canceling", "canceled"],
            "two entries a round trip"
        );
    }
}

#[tokio::test]
async fn surprise_02_the_older_of_two_migration_steps_is_canceled_first() {
    let (scene, installed, sets, actions) = two_steps().await;
    scene.cancel("dev", actions[0]).await;
    assert_eq!(scene.report_cancel("dev", actions[0], "closed", "success").await, 200);
    assert_eq!(scene.sets_of("dev").await.0, Some(sets[1]));
    scene.cancel("dev", actions[1]).await;
    assert_eq!((scene.sets_of("dev").await.0, scene.update_status("dev").await), (Some(sets[1]), "pending".to_owned()));
    assert_eq!(scene.report_cancel("dev", actions[1], "closed", "success").await, 200);
    assert_eq!(scene.sets_of("dev").await.0, Some(installed));
    assert_eq!(scene.update_status("dev").await, "in_sync");
}

#[tokio::test]
async fn surprise_04_only_a_canceled_action_is_force_quit() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let (installed, next) = (scene.set("installed").await, scene.set("next").await);
    let _ = scene.post("targets/dev/assignedDS?offline=true", json!({ "id": installed })).await.expect(200);
    let action = scene.assign("dev", next).await;
    assert_eq!(scene.force_quit("dev", action).await.expect(405).error(), "notForceQuitable");
    scene.cancel("dev", action).await;
    let _ = scene.force_quit("dev", action).await.expect(204);
    assert_eq!(scene.action("dev", action).await, canceled());
    assert_eq!(scene.sets_of("dev").await, (Some(installed), Some(installed)));
    assert_eq!(scene.update_status("dev").await, "in_sync");
}

#[tokio::test]
async fn surprise_05_autoclose_decides_what_becomes_of_the_older_action() {
    let scene = Scene::start().await;
    scene.targets(&["asked", "closed"]).await;
    let sets = [scene.set("one").await, scene.set("two").await];
    let older = scene.assign("asked", sets[0]).await;
    let newer = scene.assign("asked", sets[1]).await;
    assert_eq!(scene.action("asked", older).await, canceling());
    let offered = scene.poll("asked").await["_links"].clone();
    assert!(offered["cancelAction"]["href"].as_str().unwrap().ends_with(&format!("/cancelAction/{older}")));
    assert_eq!(scene.report_cancel("asked", older, "closed", "success").await, 200);
    let offered = scene.poll("asked").await["_links"].clone();
    assert!(offered["deploymentBase"]["href"].as_str().unwrap().contains(&format!("/deploymentBase/{newer}?")));

    scene.configure("repository.actions.autoclose.enabled", true).await;
    let older = scene.assign("closed", sets[0]).await;
    let _newer = scene.assign("closed", sets[1]).await;
    assert_eq!(scene.action("closed", older).await, canceled());
    assert!(scene.poll("closed").await["_links"].get("cancelAction").is_none(), "the device is not asked");
}

#[tokio::test]
async fn surprise_07_08_unknown_targets_and_those_that_have_the_set() {
    let scene = Scene::start().await;
    scene.targets(&["a", "b"]).await;
    let set = scene.set("one").await;
    let path = format!("distributionsets/{set}/assignedTargets");
    let everybody = json!([{ "id": "a" }, { "id": "ghost" }, { "id": "b" }, { "id": "a" }]);
    let first = scene.post(&path, everybody.clone()).await.expect(200).json();
    assert_eq!((&first["assigned"], &first["alreadyAssigned"], &first["total"]), (&json!(2), &json!(0), &json!(2)));
    let again = scene.post(&path, everybody).await.expect(200).json();
    assert_eq!((&again["assigned"], &again["alreadyAssigned"], &again["total"]), (&json!(0), &json!(2), &json!(2)));
    assert_eq!(again["assignedActions"], json!([]));
    assert_eq!((scene.actions("a").await, scene.actions("b").await), (1, 1));
}

#[tokio::test]
async fn surprise_09_10_two_sets_for_one_target_and_weights() {
    // Identical requests are one, for the quota too.
    let scene = Scene::with_quotas(|quotas| quotas.targets_per_manual_assignment = 1).await;
    scene.targets(&["dev"]).await;
    let sets = [scene.set("one").await, scene.set("two").await];
    let different = json!([{ "id": sets[0], "weight": 1 }, { "id": sets[1], "weight": 2 }]);
    assert_eq!(scene.try_assign("dev", different).await.expect(400).error(), "multiAssignmentNotEnabled");
    for weight in [-1, 1001] {
        let refused = scene.try_assign("dev", json!({ "id": sets[0], "weight": weight })).await.expect(400);
        assert_eq!(refused.error(), "constraintViolation");
    }
    assert_eq!(scene.actions("dev").await, 0);
    let same = json!({ "id": sets[0], "weight": 7 });
    let action = scene.assign_as("dev", json!([same, same])).await;
    assert_eq!(scene.get(&format!("targets/dev/actions/{action}")).await["weight"], 7);
    let action = scene.assign("dev", sets[1]).await;
    assert_eq!(scene.get(&format!("targets/dev/actions/{action}")).await["weight"], 1000);
}

/// Two sets and a target that got them in turn, `count` actions altogether.
async fn filled(scene: &Scene, target: &str, sets: [i64; 2], count: usize) -> Vec<i64> {
    let mut actions = Vec::new();
    for number in 0..count {
        actions.push(scene.assign(target, sets[number % 2]).await);
    }
    actions
}

#[tokio::test]
async fn surprise_11_the_quota_of_actions_is_checked_for_all_targets_before_anything_is_written() {
    let scene = Scene::with_quotas(|quotas| quotas.actions_per_target = 3).await;
    scene.targets(&["fresh", "full"]).await;
    let sets = [scene.set("one").await, scene.set("two").await];
    filled(&scene, "full", sets, 3).await;
    let path = format!("distributionsets/{}/assignedTargets", sets[1]);
    let both = json!([{ "id": "fresh" }, { "id": "full" }]);
    assert_eq!(scene.post(&path, both.clone()).await.expect(429).error(), "tooManyEntries");
    assert_eq!((scene.actions("fresh").await, scene.actions("full").await), (0, 3));
    assert_eq!(scene.update_status("fresh").await, "unknown");
    // What the target has already is answered as such, quota or not.
    assert_eq!(scene.try_assign("full", json!({ "id": sets[0] })).await.expect(200).json()["alreadyAssigned"], 1);
    scene.configure("action.cleanup.onQuotaHit.percent", 99).await;
    assert_eq!(scene.post(&path, both).await.expect(200).json()["assigned"], 2);
    assert_eq!((scene.actions("fresh").await, scene.actions("full").await), (1, 2));
}

#[tokio::test]
async fn surprise_12_the_oldest_actions_are_purged_open_ones_too() {
    let scene = Scene::with_quotas(|quotas| quotas.actions_per_target = 20).await;
    scene.targets(&["dev"]).await;
    let sets = [scene.set("one").await, scene.set("two").await];
    let mut actions = filled(&scene, "dev", sets, 20).await;
    assert_eq!(scene.try_assign("dev", json!({ "id": sets[0] })).await.expect(429).error(), "tooManyEntries");
    scene.configure("action.cleanup.onQuotaHit.percent", 25).await;
    actions.push(scene.assign("dev", sets[0]).await);
    let left = scene.get("targets/dev/actions?sort=id:ASC").await;
    let left: Vec<i64> = left["content"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(left, actions[5..], "5 of 20 went, 1 came");
    // The purged ones were open, and the device no longer hears of them.
    let order = scene.poll("dev").await["_links"]["cancelAction"]["href"].as_str().unwrap().to_owned();
    assert!(order.ends_with(&format!("/{}", actions[5])), "{order}");
}

#[tokio::test]
async fn surprise_14_an_offline_assignment_passes_over_pending_targets() {
    let scene = Scene::start().await;
    let names: Vec<String> = (0..20).map(|number| format!("dev-{number}")).collect();
    scene.targets(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (pending, installed) = (scene.set("pending").await, scene.set("installed").await);
    let some: Vec<Value> = names[..10].iter().map(|name| json!({ "id": name })).collect();
    let _ = scene.post(&format!("distributionsets/{pending}/assignedTargets"), json!(some)).await.expect(200);
    let all: Vec<Value> = names.iter().map(|name| json!({ "id": name })).collect();
    let path = format!("distributionsets/{installed}/assignedTargets?offline=true");
    let outcome = scene.post(&path, json!(all)).await.expect(200).json();
    assert_eq!((&outcome["assigned"], &outcome["alreadyAssigned"]), (&json!(10), &json!(10)));
    let reported = scene.get(&format!("distributionsets/{installed}/installedTargets?limit=50")).await;
    assert_eq!(reported["total"], 10);
    for target in reported["content"].as_array().unwrap() {
        assert_eq!(target["installedAt"], target["lastModifiedAt"]);
        assert_eq!(target["updateStatus"], "in_sync");
    }
    assert_eq!(scene.update_status("dev-3").await, "pending");
}

#[tokio::test]
async fn surprise_15_an_error_clears_the_assignment_so_that_the_set_can_be_assigned_again() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let set = scene.set("one").await;
    let failed = scene.assign("dev", set).await;
    assert_eq!(scene.report("dev", failed, "closed", "failure").await, 200);
    assert_eq!((scene.sets_of("dev").await, scene.update_status("dev").await), ((None, None), "error".to_owned()));
    let again = scene.assign("dev", set).await;
    assert_ne!(failed, again);
    assert_eq!(scene.report("dev", again, "closed", "success").await, 200);
    assert_eq!(scene.update_status("dev").await, "in_sync");
}

#[tokio::test]
async fn surprise_37_a_device_reports_its_version_once() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let set = scene.set("factory").await;
    let path = format!("{}/installedBase", ddi("dev"));
    let report = json!({ "name": "factory", "version": "1" });
    let _ = scene.device.put(&path, report.clone()).await.expect(201);
    let _ = scene.device.put(&path, report).await.expect(200);
    assert_eq!(scene.sets_of("dev").await, (Some(set), Some(set)));
    assert_eq!(scene.update_status("dev").await, "in_sync");
    let actions = scene.get("targets/dev/actions").await;
    assert_eq!((&actions["total"], &actions["content"][0]["status"]), (&json!(1), &json!("finished")));
    assert_eq!(actions["content"][0]["active"], false);
}

#[tokio::test]
async fn surprise_39_only_the_first_assignment_changes_the_set() {
    let scene = Scene::start().await;
    scene.targets(&["a", "b"]).await;
    let set = scene.set("one").await;
    let path = format!("distributionsets/{set}");
    let made = scene.get(&path).await;
    assert_eq!(made["locked"], false);
    scene.assign("a", set).await;
    let locked = scene.get(&path).await;
    assert_eq!(locked["locked"], true);
    scene.assign("b", set).await;
    assert_eq!(scene.get(&path).await, locked, "not changed again");
}
