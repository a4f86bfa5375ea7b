//! Thresholds, pauses, groups one after the other (`domain-behaviour.md` §11.7–11.9).

use serde_json::json;

use super::{Fleet, groups_of};

#[tokio::test]
async fn a_rollout_runs_from_the_first_group_to_the_last() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 6).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(3, 100, "NEXTGROUP", 50)).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled", "scheduled"]);
    assert_eq!(fleet.counts(rollout).await, [4, 2, 0, 0, 0, 0]);
    let action = &fleet.actions("a-00").await[0];
    assert_eq!(
        (&action["status"], &action["active"], &action["rollout"]),
        (&json!("running"), &json!(true), &json!(rollout))
    );
    let waiting = &fleet.actions("a-05").await[0];
    assert_eq!((&waiting["status"], &waiting["active"]), (&json!("scheduled"), &json!(false)));
    let poll = fleet.world.gateway().get("/DEFAULT/controller/v1/a-05").await.expect(200).json();
    assert!(poll["_links"]["deploymentBase"].is_null(), "not its turn: {poll}");

    fleet.finish(&targets[..1]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled", "scheduled"]);
    fleet.finish(&targets[1..2]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running", "scheduled"]);
    fleet.finish(&targets[2..4]).await;
    fleet.finish(&targets[4..]).await;
    assert_eq!(fleet.status(rollout).await, "finished");
    assert_eq!(fleet.counts(rollout).await, [0, 0, 0, 6, 0, 0]);
    let target = fleet.admin().get("/rest/v1/targets/a-05").await.expect(200).json();
    assert_eq!(target["updateStatus"], json!("in_sync"));
    for command in ["start", "pause", "resume", "stop", "triggerNextGroup", "approve"] {
        Fleet::refused(fleet.say(rollout, command).await, 400, "illegalState");
    }
}

#[tokio::test]
async fn surprise_80_what_was_cancelled_completes_a_group() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 10).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 100, "PAUSE", 50)).await;
    fleet.finish(&targets[..4]).await;
    let action = super::id(&fleet.actions("a-04").await[0]);
    let path = format!("/rest/v1/targets/a-04/actions/{action}");
    let _ = fleet.admin().delete(&path).await.expect(204);
    let _ = fleet.admin().delete(&format!("{path}?force=true")).await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.status(rollout).await, "paused");
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "scheduled"]);
    assert_eq!(fleet.counts(rollout).await, [5, 0, 0, 4, 1, 0]);
    // The success condition does not hold, but nothing runs: the next group starts.
    fleet.command(rollout, "resume").await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
}

#[tokio::test]
async fn surprise_81_a_group_without_open_actions_is_finished_whatever_the_thresholds() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 10).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await;
    fleet.finish(&targets[..3]).await;
    fleet.fail(&targets[3..5]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
    assert_eq!(fleet.counts(rollout).await, [0, 5, 2, 3, 0, 0]);
}

#[tokio::test]
async fn surprise_82_a_pause_on_success_leaves_the_group_running() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 10).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 60, "PAUSE", 50)).await;
    fleet.finish(&targets[..2]).await;
    assert_eq!(fleet.status(rollout).await, "running");
    fleet.finish(&targets[2..3]).await;
    assert_eq!(fleet.status(rollout).await, "paused");
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled"]);
    // The condition still holds: the next group starts with the resumption, and the last group pauses nothing.
    fleet.command(rollout, "resume").await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "running"]);
    fleet.finish(&targets[3..]).await;
    assert_eq!(fleet.status(rollout).await, "finished");
}

#[tokio::test]
async fn surprise_83_removed_targets_shrink_the_group() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 10).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 23)).await;
    fleet.remove(&targets[..1]).await;
    assert_eq!(fleet.group_sizes(rollout).await, [4, 5]);
    assert_eq!(fleet.rollout(rollout).await["totalTargets"], json!(9));
    assert_eq!(fleet.counts(rollout).await, [5, 4, 0, 0, 0, 0]);
    assert_eq!(fleet.members(rollout, 0).await, targets[1..5]);
    fleet.fail(&targets[1..2]).await;
    assert_eq!(fleet.status(rollout).await, "paused");
    assert_eq!(fleet.group_statuses(rollout).await, ["error", "scheduled"]);
}

#[tokio::test]
async fn surprise_84_errors_must_exceed_their_threshold() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 10).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 60, "NEXTGROUP", 40)).await;
    fleet.fail(&targets[..2]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "scheduled"]);
    fleet.finish(&targets[2..5]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
}

#[tokio::test]
async fn surprise_85_after_an_error_the_next_group_starts_with_the_resumption() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 9).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(3, 100, "NEXTGROUP", 30)).await;
    fleet.fail(&targets[..1]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["error", "scheduled", "scheduled"]);
    assert_eq!(fleet.counts(rollout).await, [6, 2, 1, 0, 0, 0], "its devices go on");
    Fleet::refused(fleet.say(rollout, "triggerNextGroup").await, 400, "illegalState");
    fleet.command(rollout, "resume").await;
    assert_eq!(fleet.status(rollout).await, "running");
    assert_eq!(fleet.group_statuses(rollout).await, ["error", "running", "scheduled"]);
    fleet.finish(&targets[1..6]).await;
    fleet.finish(&targets[6..]).await;
    assert_eq!(fleet.status(rollout).await, "finished");
    assert_eq!(fleet.group_statuses(rollout).await, ["error", "finished", "finished"]);
}

#[tokio::test]
async fn surprise_86_a_group_whose_targets_are_all_gone_is_complete() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await;
    fleet.remove(&targets[..2]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
    fleet.remove(&targets[2..]).await;
    assert_eq!(fleet.status(rollout).await, "finished");
    assert_eq!(fleet.rollout(rollout).await["totalTargets"], json!(0));
}

#[tokio::test]
async fn surprise_91_what_is_only_downloaded_counts_as_finished() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let mut more = groups_of(2, 100, "NEXTGROUP", 50);
    more["type"] = json!("downloadonly");
    let rollout = fleet.running("first", "name==*", set, more).await;
    for target in &targets[..2] {
        fleet.feedback(target, json!({ "execution": "downloaded", "result": { "finished": "none" } })).await;
    }
    fleet.settle().await;
    assert_eq!(fleet.counts(rollout).await, [0, 2, 0, 2, 0, 0]);
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "running"]);
}

#[tokio::test]
async fn surprise_92_the_next_group_is_triggered_only_while_one_is_scheduled() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 3).await;
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, groups_of(3, 100, "NEXTGROUP", 50)).await;
    Fleet::refused(fleet.say(rollout, "triggerNextGroup").await, 400, "illegalState");
    let _ = fleet.say(rollout, "start").await.expect(204);
    Fleet::refused(fleet.say(rollout, "triggerNextGroup").await, 400, "illegalState");
    fleet.settle().await;
    fleet.command(rollout, "triggerNextGroup").await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "running", "scheduled"]);
    fleet.command(rollout, "triggerNextGroup").await;
    assert_eq!(fleet.counts(rollout).await, [0, 3, 0, 0, 0, 0]);
    Fleet::refused(fleet.say(rollout, "triggerNextGroup").await, 400, "illegalState");
    // They are judged independently.
    fleet.finish(&targets[1..2]).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "finished", "running"]);
    fleet.command(rollout, "pause").await;
    Fleet::refused(fleet.say(rollout, "triggerNextGroup").await, 400, "illegalState");
}

#[tokio::test]
async fn surprise_96_a_start_time_is_kept_by_the_clock() {
    let fleet = Fleet::start().await;
    for prefix in ["a", "b", "c"] {
        fleet.targets(prefix, 1).await;
    }
    let set = fleet.set("release").await;
    let start = fleet.world.installation.stack().app().now() + 600_000;
    let timed = fleet.ready("timed", "name==a*", set, json!({ "startAt": start })).await;
    let by_hand = fleet.ready("by hand", "name==b*", set, json!({ "startAt": start })).await;
    let manual = fleet.ready("manual", "name==c*", set, json!({ "startAt": i64::MAX })).await;
    fleet.command(by_hand, "start").await;
    fleet.clock.advance(599_000);
    fleet.settle().await;
    assert_eq!(fleet.status(timed).await, "ready");
    fleet.clock.advance(2000);
    fleet.settle().await;
    assert_eq!(fleet.status(timed).await, "running");
    assert_eq!(fleet.status(by_hand).await, "running");
    assert_eq!(fleet.status(manual).await, "ready");
}

#[tokio::test]
async fn thresholds_of_zero_run_through_at_once() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 3).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(3, 0, "NEXTGROUP", 50)).await;
    assert_eq!(fleet.group_statuses(rollout).await, ["running", "running", "running"]);
    assert_eq!(fleet.counts(rollout).await, [0, 3, 0, 0, 0, 0]);
}
