//! Stop, delete, retry (`domain-behaviour.md` §11.11–11.13; management §7 no. 98 and 99).

use serde_json::json;

use super::{Fleet, ROLLOUTS, groups_of, id};

#[tokio::test]
async fn stopping_drops_what_waits_and_cancels_what_runs() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 6).await;
    let set = fleet.set("release").await;
    let rollout = fleet.running("first", "name==*", set, groups_of(3, 100, "NEXTGROUP", 50)).await;
    fleet.finish(&targets[..1]).await;
    let _ = fleet.say(rollout, "stop").await.expect(204);
    assert_eq!(fleet.status(rollout).await, "stopping");
    Fleet::refused(fleet.say(rollout, "stop").await, 400, "illegalState");
    fleet.settle().await;
    assert_eq!(fleet.status(rollout).await, "stopped");
    assert_eq!(fleet.group_statuses(rollout).await, ["finished", "finished", "finished"]);
    assert_eq!(fleet.action_statuses("a-01").await, ["canceling"]);
    assert!(fleet.actions("a-05").await.is_empty(), "what was scheduled is gone");
    let [scheduled, running, _, finished, _, _] = fleet.counts(rollout).await;
    assert_eq!((scheduled, running, finished), (0, 1, 1));
    assert_eq!(fleet.members(rollout, 2).await, Vec::<String>::new());
    for command in ["start", "pause", "resume", "stop", "triggerNextGroup"] {
        Fleet::refused(fleet.say(rollout, command).await, 400, "illegalState");
    }
}

#[tokio::test]
async fn a_rollout_is_stopped_in_whatever_state_it_may_be() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 3).await;
    let set = fleet.set("release").await;
    let creating = id(&fleet.ask("creating", "name==*", set, json!({})).await.expect(201).json());
    fleet.command(creating, "stop").await;
    let ready = fleet.ready("ready", "name==*", set, json!({})).await;
    fleet.command(ready, "stop").await;
    let starting = fleet.ready("starting", "name==*", set, json!({})).await;
    let _ = fleet.say(starting, "start").await.expect(204);
    fleet.command(starting, "stop").await;
    for rollout in [creating, ready, starting] {
        assert_eq!(fleet.status(rollout).await, "stopped");
        assert_eq!(fleet.counts(rollout).await[..2], [0, 0]);
    }
    assert!(fleet.actions("a-00").await.is_empty());
}

#[tokio::test]
async fn surprise_93_a_started_rollout_is_deleted_softly_and_any_other_is_gone() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let never = fleet.ready("never", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await;
    let _ = fleet.admin().delete(&format!("{ROLLOUTS}/{never}")).await.expect(204);
    assert_eq!(fleet.status(never).await, "deleting");
    fleet.settle().await;
    let _ = fleet.admin().get(&format!("{ROLLOUTS}/{never}")).await.expect(404);
    let again = fleet.ready("never", "name==*", set, json!({})).await;
    assert_ne!(again, never, "the name is free again");

    let started = fleet.running("started", "name==*", set, groups_of(2, 100, "NEXTGROUP", 50)).await;
    fleet.finish(&targets[..1]).await;
    let path = format!("{ROLLOUTS}/{started}");
    let _ = fleet.admin().delete(&path).await.expect(204);
    fleet.settle().await;
    let deleted = fleet.rollout(started).await;
    assert_eq!((&deleted["status"], &deleted["deleted"]), (&json!("deleted"), &json!(true)));
    assert_eq!(fleet.action_statuses("a-00").await, ["finished"]);
    assert_eq!(fleet.action_statuses("a-01").await, ["canceled"]);
    let target = fleet.admin().get("/rest/v1/targets/a-01").await.expect(200).json();
    assert_eq!(target["updateStatus"], json!("in_sync"), "given up by the server");
    assert!(fleet.actions("a-03").await.is_empty());
    assert_eq!(fleet.group_statuses(started).await, ["finished", "finished"]);
    Fleet::refused(fleet.admin().put(&path, json!({ "name": "other" })).await, 403, "entityReadOnly");
    Fleet::refused(fleet.ask("started", "name==*", set, json!({})).await, 409, "entityAlreadyExists");
    let _ = fleet.admin().delete(&path).await.expect(204);
    let listed = |mode: &str| format!("{ROLLOUTS}?soft_deleted_mode={mode}");
    let only = fleet.admin().get(&listed("ONLY_SOFT_DELETED")).await.expect(200).json();
    assert_eq!((&only["total"], &only["content"][0]["id"]), (&json!(1), &json!(started)));
    let default = fleet.admin().get(ROLLOUTS).await.expect(200).json();
    assert_eq!((&default["total"], &default["content"][0]["id"]), (&json!(1), &json!(again)));
}

#[tokio::test]
async fn a_retry_is_for_those_that_failed() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 6).await;
    let set = fleet.set("release").await;
    let first = fleet.running("first", "name==*", set, groups_of(2, 100, "NEXTGROUP", 100)).await;
    Fleet::refused(fleet.say(first, "retry").await, 400, "constraintViolation");
    fleet.fail(&targets[1..2]).await;
    fleet.finish(&[targets[0].clone(), targets[2].clone()]).await;
    fleet.fail(&targets[4..5]).await;
    fleet.finish(&[targets[3].clone(), targets[5].clone()]).await;
    assert_eq!(fleet.status(first).await, "finished");
    let made = fleet.say(first, "retry").await.expect(201).json();
    assert_eq!(made["name"], json!("first_retry"));
    assert_eq!(made["targetFilterQuery"], json!(format!("failedrollout=={first}")));
    assert_eq!((&made["totalTargets"], &made["totalGroups"]), (&json!(2), &json!(1)));
    Fleet::refused(fleet.say(first, "retry").await, 409, "entityAlreadyExists");
    fleet.settle().await;
    let retry = id(&made);
    assert_eq!(fleet.members(retry, 0).await, ["a-01", "a-04"]);
    fleet.command(retry, "start").await;
    fleet.finish(&[targets[1].clone(), targets[4].clone()]).await;
    assert_eq!(fleet.status(retry).await, "finished");
    Fleet::refused(fleet.say(retry, "retry").await, 400, "constraintViolation");
    let _ = fleet.admin().delete(&format!("{ROLLOUTS}/{first}")).await.expect(204);
    fleet.settle().await;
    let _ = fleet.say(first, "retry").await.expect(404);
}
