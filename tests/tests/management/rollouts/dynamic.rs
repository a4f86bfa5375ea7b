//! Dynamic rollouts (`domain-behaviour.md` §11.10).

use serde_json::{Value, json};

use super::{Fleet, groups_of, id};

/// Groups of equal size, and dynamic ones behind them.
fn dynamic(amount: u32, success: u32) -> Value {
    let mut body = groups_of(amount, success, "NEXTGROUP", 50);
    body["dynamic"] = json!(true);
    body
}

#[tokio::test]
async fn surprise_98_new_targets_fill_dynamic_groups_one_after_the_other() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 6).await;
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, dynamic(2, 100)).await;
    assert_eq!(fleet.group_sizes(rollout).await, [3, 3, 0]);
    let last = fleet.groups(rollout).await.remove(2);
    assert_eq!(
        (&last["name"], &last["dynamic"], &last["targetPercentage"]),
        (&json!("group-3"), &json!(true), &json!(3.0))
    );
    fleet.command(rollout, "start").await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled", "scheduled"]);
    fleet.targets("b", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(rollout).await, [3, 3, 2]);
    assert_eq!(fleet.action_statuses("b-00").await, ["scheduled"], "the static groups still run");
    fleet.targets("c", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(rollout).await, [3, 3, 3, 1]);
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled", "scheduled", "scheduled"]);
    assert_eq!(fleet.groups(rollout).await[3]["name"], json!("group-4"));
    assert_eq!(fleet.members(rollout, 2).await, ["b-00", "b-01", "c-00"]);
    assert_eq!(fleet.rollout(rollout).await["totalTargets"], json!(10));
    assert_eq!(fleet.rollout(rollout).await["totalGroups"], json!(4));
}

#[tokio::test]
async fn surprise_99_thresholds_refer_to_the_full_group() {
    let fleet = Fleet::start().await;
    let old = fleet.targets("a", 3).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, dynamic(1, 60)).await;
    fleet.finish(&old).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
    let new = fleet.targets("b", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.action_statuses("b-00").await, ["running"], "its group runs already");
    fleet.finish(&new).await;
    // Two of three are enough, but a group that may still grow is not finished.
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
    let more = fleet.targets("c", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(rollout).await, [3, 3, 1]);
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running", "running"]);
    // It has a successor now, and ends with its actions (surprise 101).
    fleet.finish(&more[..1]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "finished", "running"]);
    assert_eq!(fleet.status(rollout).await, "running");
}

#[tokio::test]
async fn surprise_100_targets_of_newer_rollouts_are_left_alone_and_a_pause_is_caught_up_with() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let (set, other) = (fleet.set("release").await, fleet.set("other").await);
    let mut more = dynamic(1, 100);
    more["weight"] = json!(1000);
    let older = fleet.running("older", "name==*", set, more).await;
    let _ = fleet.say(older, "pause").await.expect(204);
    fleet.targets("b", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(older).await, [1, 0], "a paused rollout takes nobody");
    let newer = fleet.running("newer", "name==b-00", other, json!({ "weight": 1 })).await;
    fleet.command(older, "resume").await;
    assert_eq!(fleet.group_sizes(older).await, [1, 1, 0]);
    assert_eq!(fleet.members(older, 1).await, ["b-01"]);
    assert_eq!(fleet.counts(newer).await, [0, 1, 0, 0, 0, 0]);
    // A newer dynamic rollout does take the targets of an older one.
    let newest = json!({ "amountGroups": 0, "dynamic": true, "dynamicGroupTemplate": { "targetCount": 9 } });
    let newest = fleet.running("newest", "name==*", other, newest).await;
    assert_eq!(fleet.group_sizes(newest).await, [3]);
}

#[tokio::test]
async fn surprise_102_a_rollout_may_be_dynamic_from_the_first_group_on() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let template = json!({ "nameSuffix": "-late", "targetCount": 2 });
    let more = json!({ "amountGroups": 0, "dynamic": true, "dynamicGroupTemplate": template });
    let rollout = fleet.ready("first", "attribute.hw==2", set, more).await;
    assert_eq!(fleet.rollout(rollout).await["totalTargets"], json!(0));
    fleet.command(rollout, "start").await;
    assert_eq!(
        (fleet.status(rollout).await.as_str(), fleet.group_statuses(rollout).await),
        ("running", vec!["running".into()])
    );
    assert_eq!(fleet.groups(rollout).await[0]["name"], json!("group-1-late"));
    fleet.targets("a", 3).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(rollout).await, [0]);
    for target in ["a-02", "a-00", "a-01"] {
        let attributes = json!({ "mode": "merge", "data": { "hw": "2" } });
        let path = format!("/DEFAULT/controller/v1/{target}/configData");
        let _ = fleet.world.gateway().put(&path, attributes).await.expect(200);
        fleet.settle().await;
    }
    assert_eq!(fleet.group_sizes(rollout).await, [2, 1]);
    assert_eq!(fleet.groups(rollout).await[1]["name"], json!("group-2-late"));
    assert_eq!(fleet.status(rollout).await, "running");
    let _ = fleet.say(rollout, "stop").await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.status(rollout).await, "stopped");
    fleet.targets("b", 1).await;
    let _ = id(&fleet.rollout(rollout).await);
}

#[tokio::test]
async fn at_the_quota_of_groups_a_dynamic_rollout_is_evaluated_and_ends_stopped() {
    let fleet = Fleet::start_with(|options| options.settings.quotas.groups_per_rollout = 1).await;
    let set = fleet.set("release").await;
    let more = json!({ "amountGroups": 0, "dynamic": true, "dynamicGroupTemplate": { "targetCount": 2 } });
    let rollout = fleet.running("first", "name==*", set, more).await;
    let targets = fleet.targets("a", 3).await;
    fleet.settle().await;
    assert_eq!(fleet.group_sizes(rollout).await, [2]);
    fleet.finish(&targets[..2]).await;
    assert_eq!(fleet.status(rollout).await, "stopped");
    assert!(fleet.actions("a-02").await.is_empty());
}
