//! Rollouts beside other assignments (`domain-behaviour.md` §11.15).

use serde_json::json;

use super::{Fleet, groups_of};

#[tokio::test]
async fn surprise_87_a_target_that_has_the_set_already_is_skipped() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 2).await;
    let set = fleet.set("release").await;
    fleet.assign("a-00", set).await;
    let rollout = fleet.running("first", "name==*", set, json!({})).await;
    assert_eq!(fleet.action_statuses("a-00").await, ["running", "finished"]);
    assert_eq!(fleet.counts(rollout).await, [0, 1, 0, 1, 0, 0]);
    let action = super::id(&fleet.actions("a-00").await[1]);
    let history = fleet.admin().get(&format!("/rest/v1/targets/a-00/actions/{action}/status")).await.expect(200).json();
    assert_eq!((&history["total"], &history["content"][0]["type"]), (&json!(1), &json!("running")));
}

#[tokio::test]
async fn surprise_88_manual_assignments_cancel_what_is_scheduled_and_override_what_runs() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 10).await;
    let (set, other) = (fleet.set("release").await, fleet.set("other").await);
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await;
    for target in ["a-00", "a-01", "a-02"] {
        fleet.assign(target, other).await;
    }
    fleet.settle().await;
    assert_eq!(fleet.action_statuses("a-00").await, ["canceling", "running"]);
    assert_eq!(fleet.counts(rollout).await, [5, 5, 0, 0, 0, 0]);
    fleet.assign("a-09", other).await;
    let offline = json!({ "id": other });
    let _ = fleet.admin().post("/rest/v1/targets/a-08/assignedDS?offline=true", offline).await.expect(200);
    fleet.settle().await;
    assert_eq!(fleet.action_statuses("a-09").await, ["canceled", "running"]);
    assert_eq!(fleet.action_statuses("a-08").await, ["canceled", "finished"]);
    assert_eq!(fleet.counts(rollout).await, [3, 5, 0, 0, 2, 0]);
    let cancelled = super::id(&fleet.actions("a-09").await[0]);
    let path = format!("/rest/v1/targets/a-09/actions/{cancelled}/status");
    assert_eq!(fleet.admin().get(&path).await.expect(200).json()["total"], json!(0), "its history is silent");
}

#[tokio::test]
async fn surprise_89_a_second_rollout_takes_over() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 15).await;
    let (one, two) = (fleet.set("one").await, fleet.set("two").await);
    let first = fleet.running("first", "name==*", one, groups_of(3, 100, "NEXTGROUP", 50)).await;
    fleet.finish(&targets[..5]).await;
    assert_eq!(fleet.counts(first).await, [5, 5, 0, 5, 0, 0]);
    let second = fleet.running("second", "name==*", two, json!({})).await;
    assert_eq!(fleet.counts(first).await, [0, 5, 0, 5, 5, 0]);
    assert_eq!(fleet.counts(second).await, [0, 15, 0, 0, 0, 0]);
    assert_eq!(fleet.action_statuses("a-05").await, ["canceling", "running"]);
    assert_eq!(fleet.action_statuses("a-14").await, ["canceled", "running"]);
    assert_eq!(fleet.status(first).await, "running");
}

#[tokio::test]
async fn surprise_90_a_repetition_skips_those_that_succeeded() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 15).await;
    let set = fleet.set("release").await;
    let first = fleet.running("first", "name==*", set, groups_of(1, 100, "NEXTGROUP", 100)).await;
    fleet.fail(&targets[..6]).await;
    fleet.finish(&targets[6..]).await;
    assert_eq!(fleet.status(first).await, "finished");
    let second = fleet.running("second", "name==*", set, json!({})).await;
    assert_eq!(fleet.counts(second).await, [0, 6, 0, 9, 0, 0]);
}

#[tokio::test]
async fn surprise_13_a_target_without_room_keeps_the_rollout_starting_until_there_is_some() {
    let fleet = Fleet::start_with(|options| options.settings.quotas.actions_per_target = 2).await;
    fleet.targets("a", 2).await;
    for name in ["one", "two"] {
        let set = fleet.set(name).await;
        fleet.assign("a-00", set).await;
    }
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, json!({})).await;
    fleet.command(rollout, "start").await;
    assert_eq!(fleet.status(rollout).await, "starting");
    assert_eq!(fleet.action_statuses("a-00").await.len(), 2);
    fleet.config("action.cleanup.onQuotaHit.percent", 50).await;
    fleet.clock.advance(61_000);
    fleet.settle().await;
    assert_eq!(fleet.status(rollout).await, "running");
    assert_eq!(fleet.action_statuses("a-00").await.len(), 2);
    assert_eq!(fleet.counts(rollout).await, [0, 2, 0, 0, 0, 0]);
}

#[tokio::test]
async fn removed_actions_leave_the_rollout_and_their_listing() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(1, 100, "NEXTGROUP", 100)).await;
    fleet.finish(&targets[..1]).await;
    let action = super::id(&fleet.actions("a-00").await[0]);
    let _ = fleet.admin().delete(&format!("/rest/v1/actions/{action}")).await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.counts(rollout).await, [0, 3, 0, 0, 0, 0]);
    assert_eq!(fleet.group_sizes(rollout).await, [3]);
    assert_eq!(fleet.members(rollout, 0).await, targets[1..]);
}

#[tokio::test]
async fn a_set_is_deleted_softly_once_a_rollout_refers_to_it() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, json!({})).await;
    let path = format!("/rest/v1/distributionsets/{set}");
    let statistics = |answer: harrier_tests::Answer| answer.expect(200).json();
    let counted = statistics(fleet.admin().get(&format!("{path}/statistics/rollouts")).await);
    assert_eq!(counted, json!({ "rollouts": { "READY": 1, "total": 1 } }));
    let all = statistics(fleet.admin().get(&format!("{path}/statistics")).await);
    assert_eq!(all["rollouts"], json!({ "READY": 1, "total": 1 }));
    let _ = fleet.admin().delete(&path).await.expect(204);
    assert_eq!(fleet.admin().get(&path).await.expect(200).json()["deleted"], json!(true));
    fleet.command(rollout, "start").await;
    assert_eq!(fleet.status(rollout).await, "running", "it goes on");
}
