//! What the reference's tests pin (domain §20, 61 to 69, 103).

use harrier::Options;
use serde_json::{Value, json};

use super::Fleet;
use super::fleet::{AUTO, id};

#[tokio::test]
async fn surprise_61_a_set_in_the_history_is_never_assigned_again() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.targets(&["canceled", "failed"]).await;
    let auto = fleet.auto("all", "name==*", set).await;
    fleet.settle().await;
    let (canceled, failed) = (id(&fleet.actions("canceled").await[0]), id(&fleet.actions("failed").await[0]));
    fleet.quit("canceled", canceled).await;
    let feedback = json!({"status": {"execution": "closed", "result": {"finished": "failure"}}});
    let path = format!("/DEFAULT/controller/v1/failed/deploymentBase/{failed}/feedback");
    let _ = fleet.world.gateway().post(&path, feedback).await.expect(200);
    for target in ["canceled", "failed"] {
        assert_eq!(fleet.assigned(target).await, None, "{target}");
        fleet.touch(target).await;
    }
    fleet.settle().await;
    let _ = fleet.tell(auto, "pause").await.expect(204);
    let _ = fleet.tell(auto, "resume").await.expect(204);
    fleet.settle().await;
    for target in ["canceled", "failed"] {
        assert_eq!(fleet.actions(target).await.len(), 1, "{target}");
    }
    // Deleting the action makes the target eligible again (§10.5), without anybody asking.
    let _ = fleet.admin().delete(&format!("/rest/v1/actions/{canceled}")).await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.assigned("canceled").await, Some(set));
    assert_eq!(fleet.actions("failed").await.len(), 1);
}

#[tokio::test]
async fn surprise_62_actions_are_the_creators_and_name_the_auto_assignment() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let planner = fleet.world.installation.user("planner", &["ROLE_TARGET_ADMIN", "READ_DISTRIBUTION_SET"]).await;
    let body = json!({
        "name": "nightly", "targetFilterQuery": "name==*", "distributionSetId": set, "actionType": "soft", "weight": 7
    });
    let _ = planner.post(AUTO, body).await.expect(201);
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    let action = &fleet.actions("a").await[0];
    assert_eq!((&action["createdBy"], &action["forceType"]), (&json!("planner"), &json!("soft")));
    assert_eq!(action["weight"], json!(7));
    let path = format!("/rest/v1/targets/a/actions/{}/status", id(action));
    let history = fleet.admin().get(&path).await.expect(200).json();
    assert_eq!(history["content"][0]["messages"][0], json!("Auto assignment: nightly"));
    assert_eq!(fleet.admin().get("/rest/v1/targets/a").await.expect(200).json()["lastModifiedBy"], json!("planner"));
}

#[tokio::test]
async fn surprise_63_incompatible_targets_are_skipped_silently() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let made = fleet.admin().post("/rest/v1/targettypes", json!([{ "key": "gateway" }])).await.expect(201).json();
    let target_type = id(&made[0]);
    let targets = json!([{ "controllerId": "gw", "targetType": target_type }, { "controllerId": "any" }]);
    let _ = fleet.admin().post("/rest/v1/targets", targets).await.expect(201);
    let auto = fleet.auto("all", "name==*", set).await;
    fleet.settle().await;
    fleet.touch("gw").await;
    fleet.settle().await;
    assert_eq!((fleet.assigned("any").await, fleet.assigned("gw").await), (Some(set), None));
    assert_eq!(fleet.status(auto).await, "running");
}

#[tokio::test]
async fn surprise_64_an_incomplete_set_is_refused_and_a_failing_one_stops_no_other() {
    let fleet = Fleet::start().await;
    let empty = json!([{ "name": "empty", "version": "1", "type": "os" }]);
    let empty = id(&fleet.admin().post("/rest/v1/distributionsets", empty).await.expect(201).json()[0]);
    let body = json!({ "name": "x", "targetFilterQuery": "name==*", "distributionSetId": empty });
    let refused = fleet.admin().post(AUTO, body).await.expect(400);
    assert_eq!(refused.error(), "incomplete");

    let broken = fleet.world.deployment(fleet.admin(), "broken", b"1").await;
    let whole = fleet.set("whole").await;
    fleet.auto("first", "name==*", broken.set).await;
    fleet.auto("second", "name==*", whole).await;
    fleet.settle().await;
    let path = format!("/rest/v1/distributionsets/{}", broken.set);
    let _ = fleet.admin().put(&path, json!({ "locked": false })).await.expect(200);
    let _ = fleet.admin().delete(&format!("{path}/assignedSM/{}", broken.module)).await.expect(204);
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    assert_eq!((fleet.assigned("a").await, fleet.actions("a").await.len()), (Some(whole), 1));
    // It is tried again until it can: nothing is lost while a set is incomplete.
    let _ = fleet.admin().post(&format!("{path}/assignedSM"), json!([{ "id": broken.module }])).await.expect(204);
    fleet.settle_after(61).await;
    assert_eq!(fleet.assigned("a").await, Some(broken.set));
}

#[tokio::test]
async fn surprise_65_the_start_time_decides_when_a_ready_one_begins() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.targets(&["a"]).await;
    let at = |name: &str, start_at: Value| json!({ "name": name, "targetFilterQuery": "name==a", "distributionSetId": set, "startAt": start_at });
    let later = fleet.admin().post(AUTO, at("later", json!(fleet.now() + 3_600_000))).await.expect(201).json();
    assert_eq!((&later["status"], &later["startAt"]), (&json!("ready"), &json!(fleet.now() + 3_600_000)));
    fleet.settle_after(3599).await;
    assert_eq!((fleet.status(id(&later)).await.as_str(), fleet.assigned("a").await), ("ready", None));
    fleet.settle_after(1).await;
    assert_eq!((fleet.status(id(&later)).await.as_str(), fleet.assigned("a").await), ("running", Some(set)));
    for (name, start_at) in [("now", json!(fleet.now())), ("past", json!(1)), ("none", Value::Null)] {
        let made = fleet.admin().post(AUTO, at(name, start_at)).await.expect(201).json();
        assert_eq!(made["status"], json!("ready"), "{name}");
        fleet.settle().await;
        assert_eq!(fleet.status(id(&made)).await, "running", "{name}");
    }
    // A user need not wait, and what waits for approval or is paused does not begin.
    let early = fleet.admin().post(AUTO, at("early", json!(fleet.now() + 1000))).await.expect(201).json();
    let _ = fleet.tell(id(&early), "start").await.expect(204);
    assert_eq!(fleet.status(id(&early)).await, "running");
    fleet.configure("auto.assignment.approval.enabled", json!(true)).await;
    let waiting = fleet.auto("waiting", "name==b", set).await;
    let denied = fleet.auto("denied", "name==b", set).await;
    let _ = fleet.tell(denied, "deny").await.expect(204);
    let _ = fleet.tell(id(&early), "pause").await.expect(204);
    fleet.targets(&["b"]).await;
    fleet.settle_after(7200).await;
    assert_eq!(fleet.assigned("b").await, None);
    assert_eq!(fleet.status(waiting).await, "waiting_for_approval");
    let _ = fleet.tell(waiting, "approve").await.expect(204);
    fleet.settle().await;
    assert_eq!((fleet.status(waiting).await.as_str(), fleet.assigned("b").await), ("running", Some(set)));
}

#[tokio::test]
async fn surprise_66_operations_in_the_wrong_status_are_illegal_and_a_denial_is_final() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.configure("auto.assignment.approval.enabled", json!(true)).await;
    let auto = fleet.auto("all", "name==*", set).await;
    for operation in ["start", "pause", "resume"] {
        assert_eq!(fleet.tell(auto, operation).await.expect(409).error(), "illegalState", "{operation}");
    }
    let denied = fleet.admin().post(&format!("{AUTO}/{auto}/deny?remark=no%20way"), json!({})).await;
    let _ = denied.expect(204);
    let shown = fleet.admin().get(&format!("{AUTO}/{auto}")).await.expect(200).json();
    assert_eq!((&shown["approvalRemark"], &shown["approvalDecidedBy"]), (&json!("no way"), &json!("admin")));
    for operation in ["approve", "deny", "start", "pause", "resume"] {
        let refused = fleet.tell(auto, operation).await.expect(409).json();
        assert_eq!(refused["errorCode"], json!("hawkbit.server.error.auto.assignment.illegalState"), "{operation}");
    }
    let _ = fleet.admin().delete(&format!("{AUTO}/{auto}")).await.expect(204);
    let _ = fleet.tell(auto, "approve").await.expect(404);
}

#[tokio::test]
async fn surprise_68_deleting_the_set_removes_its_auto_assignments() {
    let fleet = Fleet::start().await;
    fleet.targets(&["a"]).await;
    let (used, unused) = (fleet.set("used").await, fleet.set("unused").await);
    fleet.auto("used", "name==a", used).await;
    fleet.auto("unused", "name==nobody", unused).await;
    fleet.settle().await;
    assert_eq!(fleet.total().await, 2);
    for (set, left, status) in [(used, 1, 200), (unused, 0, 404)] {
        let path = format!("/rest/v1/distributionsets/{set}");
        let _ = fleet.admin().delete(&path).await.expect(204);
        assert_eq!(fleet.total().await, left);
        // Soft where a target has it, gone where there were only plans.
        let _ = fleet.admin().get(&path).await.expect(status);
    }
    // The names are free again, and nothing wakes up for what is gone.
    fleet.auto("used", "name==nobody", fleet.set("other").await).await;
    fleet.settle_after(120).await;
    let path = format!("/rest/v1/distributionsets/{}", fleet.set("invalid").await);
    fleet.auto("invalid", "name==nobody", path.rsplit('/').next().unwrap().parse().unwrap()).await;
    let _ =
        fleet.admin().post(&format!("{path}/invalidate"), json!({ "actionCancelationType": "none" })).await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.total().await, 1);
}

#[tokio::test]
async fn surprise_69_the_quota_counts_who_matches_and_can_take_it_now() {
    let mut options = Options::in_memory();
    options.settings.quotas.targets_per_auto_assignment = 2;
    let fleet = Fleet::start_with(options).await;
    let set = fleet.set("release").await;
    let made = fleet.admin().post("/rest/v1/targettypes", json!([{ "key": "gateway" }])).await.expect(201).json();
    fleet.targets(&["a", "b", "c"]).await;
    let typed = json!([{ "controllerId": "gw", "targetType": id(&made[0]) }]);
    let _ = fleet.admin().post("/rest/v1/targets", typed).await.expect(201);
    let body = |query: &str| json!({ "name": query, "targetFilterQuery": query, "distributionSetId": set });
    let refused = fleet.admin().post(AUTO, body("name==*")).await.expect(429);
    assert_eq!(refused.error(), "tooManyEntries");
    let _ = fleet.admin().post(AUTO, body("name=in=(a,b,gw)")).await.expect(201);
    // Later targets are no matter of the quota.
    fleet.auto("some", "name==d*", set).await;
    fleet.targets(&["d1", "d2", "d3"]).await;
    fleet.settle().await;
    for target in ["a", "b", "d1", "d2", "d3"] {
        assert_eq!(fleet.assigned(target).await, Some(set), "{target}");
    }
}

/// Scoped authorities give no right at all (decision), so nobody assigns beyond a scope by way of an auto assignment; what
/// the creator was granted is kept with it.
#[tokio::test]
async fn surprise_103_nobody_assigns_more_by_an_auto_assignment_than_by_hand() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let body = json!({ "name": "all", "targetFilterQuery": "name==*", "distributionSetId": set });
    let scoped =
        ["CREATE_AUTO_ASSIGNMENT", "READ_DISTRIBUTION_SET", "UPDATE_TARGET/group==EU", "READ_TARGET/group==EU"];
    let user = fleet.world.installation.user("scoped", &scoped).await;
    assert_eq!(user.post(AUTO, body.clone()).await.expect(403).error(), "insufficientPermission");
    let user = fleet.world.installation.user("whole", &["READ_DISTRIBUTION_SET", "UPDATE_TARGET"]).await;
    let _ = user.post(AUTO, body).await.expect(201);
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    assert_eq!(fleet.assigned("a").await, Some(set));
}
