//! Approval, and who may do what (`domain-behaviour.md` §11.2, surprises 95 and 97; management §7 no. 97).

use harrier_tests::Client;
use serde_json::json;

use super::{Fleet, ROLLOUTS, id};

const MAKERS: [&str; 4] = ["CREATE_ROLLOUT", "READ_ROLLOUT", "READ_DISTRIBUTION_SET", "READ_TARGET"];

async fn ask_as(user: &Client, name: &str, set: i64, more: serde_json::Value) -> harrier_tests::Answer {
    let mut body = json!({ "name": name, "targetFilterQuery": "name==*", "distributionSetId": set });
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    user.post(ROLLOUTS, body).await
}

#[tokio::test]
async fn surprise_95_a_rollout_waits_for_approval_unless_its_maker_may_approve() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    fleet.config("rollout.approval.enabled", true).await;
    let maker = fleet.world.installation.user("maker", &MAKERS).await;
    let approver = fleet.world.installation.user("approver", &[&MAKERS[..], &["APPROVE_ROLLOUT"]].concat()).await;
    let one = id(&ask_as(&maker, "one", set, json!({})).await.expect(201).json());
    let two = id(&ask_as(&maker, "two", set, json!({})).await.expect(201).json());
    let own = id(&ask_as(&approver, "own", set, json!({})).await.expect(201).json());
    // A role does not count: it only implies the authority.
    let roles = id(&fleet.ask("roles", "name==*", set, json!({})).await.expect(201).json());
    fleet.settle().await;
    assert_eq!(fleet.status(own).await, "ready");
    for waiting in [one, two, roles] {
        assert_eq!(fleet.status(waiting).await, "waiting_for_approval");
        Fleet::refused(fleet.say(waiting, "start").await, 400, "illegalState");
    }
    Fleet::refused(fleet.say(own, "approve").await, 400, "illegalState");
    let _ = maker.post(&format!("{ROLLOUTS}/{one}/approve"), json!({})).await.expect(403);
    let _ = approver.post(&format!("{ROLLOUTS}/{one}/approve?remark=looks%20good"), json!({})).await.expect(204);
    let _ = approver.post(&format!("{ROLLOUTS}/{two}/deny"), json!({})).await.expect(204);
    fleet.settle().await;
    let approved = fleet.rollout(one).await;
    assert_eq!(approved["status"], json!("ready"));
    assert_eq!(
        (&approved["approveDecidedBy"], &approved["approvalRemark"]),
        (&json!("approver"), &json!("looks good"))
    );
    assert_eq!(fleet.status(two).await, "approval_denied");
    Fleet::refused(fleet.say(two, "approve").await, 400, "illegalState");
}

#[tokio::test]
async fn surprise_97_a_start_time_needs_the_right_to_start() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    let maker = fleet.world.installation.user("maker", &MAKERS).await;
    let refused = ask_as(&maker, "past", set, json!({ "startAt": 1 })).await;
    Fleet::refused(refused, 403, "insufficientPermission");
    let _ = ask_as(&maker, "absent", set, json!({})).await.expect(201);
    let _ = ask_as(&maker, "manual", set, json!({ "startAt": i64::MAX })).await.expect(201);
    let starter = fleet.world.installation.user("starter", &[&MAKERS[..], &["HANDLE_ROLLOUT"]].concat()).await;
    let past = id(&ask_as(&starter, "past", set, json!({ "startAt": 1 })).await.expect(201).json());
    fleet.settle().await;
    assert_eq!(fleet.status(past).await, "running");
}

#[tokio::test]
async fn every_operation_asks_for_its_authority() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, json!({})).await;
    let nobody = fleet.world.installation.user("nobody", &["READ_TARGET"]).await;
    for command in ["approve", "deny", "start", "pause", "resume", "stop", "triggerNextGroup", "retry"] {
        let _ = nobody.post(&format!("{ROLLOUTS}/{rollout}/{command}"), json!({})).await.expect(403);
    }
    let path = format!("{ROLLOUTS}/{rollout}");
    let _ = nobody.get(ROLLOUTS).await.expect(403);
    let _ = nobody.get(&path).await.expect(403);
    let _ = nobody.put(&path, json!({})).await.expect(403);
    let _ = nobody.delete(&path).await.expect(403);
    let _ = nobody.get(&format!("{path}/deploygroups")).await.expect(403);
    let _ = ask_as(&nobody, "mine", set, json!({})).await.expect(403);
    for command in ["approve", "start", "retry"] {
        let _ = fleet.say(4711, command).await.expect(404);
    }
}
