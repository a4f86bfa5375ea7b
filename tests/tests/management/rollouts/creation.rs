//! Making rollouts and filling them (`domain-behaviour.md` §11.3–11.6; management §5.10, §7 no. 91–96).

use serde_json::{Value, json};

use super::{Fleet, ROLLOUTS, counts, id};

#[tokio::test]
async fn surprise_76_a_rollout_is_ready_after_the_engine_has_filled_it() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 4).await;
    let set = fleet.set("release").await;
    let made = fleet.ask("first", "name==*", set, json!({ "amountGroups": 2 })).await.expect(201).json();
    assert_eq!(
        (&made["status"], &made["totalTargets"], &made["totalGroups"]),
        (&json!("creating"), &json!(4), &json!(2))
    );
    assert_eq!(counts(&made), [0, 0, 0, 0, 0, 4]);
    Fleet::refused(fleet.say(id(&made), "start").await, 400, "illegalState");
    fleet.settle().await;
    let ready = fleet.rollout(id(&made)).await;
    assert_eq!((&ready["status"], &ready["totalTargets"]), (&json!("ready"), &json!(4)));
    assert_eq!(fleet.group_statuses(id(&made)).await, ["ready", "ready"]);
    assert_eq!(fleet.members(id(&made), 0).await, ["a-00", "a-01"], "in the order in which they were made");
    assert_eq!(fleet.members(id(&made), 1).await, ["a-02", "a-03"]);
    // The set is used, and locked with it.
    let set = fleet.admin().get(&format!("/rest/v1/distributionsets/{set}")).await.expect(200).json();
    assert_eq!(set["locked"], json!(true));
}

#[tokio::test]
async fn surprise_77_sizes_are_rounded_group_by_group_and_empty_groups_run_through() {
    let fleet = Fleet::start().await;
    let targets = fleet.targets("a", 9).await;
    let set = fleet.set("release").await;
    let four = fleet.ready("four", "name==*", set, json!({ "amountGroups": 4 })).await;
    assert_eq!(fleet.group_sizes(four).await, [2, 2, 3, 2]);

    fleet.targets("b", 3).await;
    let five = fleet.running("five", "name==b*", set, super::groups_of(5, 100, "NEXTGROUP", 50)).await;
    assert_eq!(fleet.group_sizes(five).await, [1, 1, 0, 1, 0]);
    for target in ["b-00", "b-01", "b-02"] {
        fleet.finish(&[target.to_owned()]).await;
    }
    assert_eq!(fleet.status(five).await, "finished");
    assert_eq!(fleet.group_statuses(five).await, ["finished"; 5]);
    assert_eq!(targets.len(), 9);
}

#[tokio::test]
async fn surprise_78_targets_made_after_the_rollout_are_not_in_it() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 2).await;
    let set = fleet.set("release").await;
    let made = fleet.ask("first", "name==*", set, json!({})).await.expect(201).json();
    fleet.clock.advance(1);
    fleet.targets("late", 2).await;
    fleet.settle().await;
    assert_eq!(fleet.rollout(id(&made)).await["totalTargets"], json!(2));
}

#[tokio::test]
async fn surprise_79_percentages_and_the_number_of_groups_have_limits() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 50).await;
    let set = fleet.set("release").await;
    let group = |percentage: Value| json!({ "name": format!("g{percentage}"), "targetPercentage": percentage });
    let table = [
        (json!({ "groups": [group(json!(101))] }), 400, "constraintViolation"),
        (json!({ "groups": [group(json!(0))] }), 400, "constraintViolation"),
        (json!({ "groups": [group(json!(20)), group(json!(50))] }), 400, "constraintViolation"),
        (json!({ "groups": [group(json!(50))] }), 400, "constraintViolation"),
        (json!({ "groups": [{ "targetPercentage": 100 }] }), 400, "constraintViolation"),
        (json!({ "groups": [group(json!(100))], "amountGroups": 1 }), 400, "constraintViolation"),
        (json!({ "groups": [group(json!(100))], "dynamic": true }), 400, "constraintViolation"),
        (json!({ "groups": [] }), 400, "constraintViolation"),
        (json!({ "amountGroups": -1 }), 400, "constraintViolation"),
        (json!({ "amountGroups": 0 }), 400, "constraintViolation"),
        (json!({ "amountGroups": 501 }), 429, "tooManyEntries"),
        (json!({ "dynamicGroupTemplate": { "targetCount": 5 } }), 400, "constraintViolation"),
        (json!({ "weight": 1001 }), 400, "constraintViolation"),
        (json!({ "type": "FORCED" }), 400, "notReadable"),
        (json!({ "successAction": { "action": "EXPLODE" } }), 400, "notReadable"),
    ];
    for (more, status, error) in table {
        let answer = fleet.ask("refused", "name==*", set, more.clone()).await;
        assert_eq!((answer.status, answer.error().as_str()), (status, error), "{more}: {}", answer.text());
    }
    let whole = json!({ "groups": [group(json!(20)), group(json!(80))] });
    let rollout = fleet.ready("whole", "name==*", set, whole).await;
    assert_eq!(fleet.group_sizes(rollout).await, [10, 40]);
}

#[tokio::test]
async fn groups_with_filters_share_the_targets() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 6).await;
    fleet.targets("b", 4).await;
    let set = fleet.set("release").await;
    let groups = json!({ "groups": [
        { "name": "half of a", "targetFilterQuery": "name==a*", "targetPercentage": 50 },
        { "name": "some", "targetPercentage": 50 },
        { "name": "rest of a", "targetFilterQuery": "name==a*", "targetPercentage": 50 },
        { "name": "rest" },
    ]});
    let rollout = fleet.ready("mixed", "name==*", set, groups).await;
    // Half of 6; half of the 7 others, rounded up; what is left of a; what is left.
    assert_eq!(fleet.group_sizes(rollout).await, [3, 4, 0, 3]);
    assert_eq!(fleet.members(rollout, 0).await, ["a-00", "a-01", "a-02"]);
    assert_eq!(fleet.members(rollout, 1).await, ["a-03", "a-04", "a-05", "b-00"]);
    assert_eq!(fleet.members(rollout, 3).await, ["b-01", "b-02", "b-03"]);
}

#[tokio::test]
async fn surprise_94_names_are_unique_and_something_must_match() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 1).await;
    let set = fleet.set("release").await;
    fleet.ready("first", "name==*", set, json!({})).await;
    let table = [
        ("first", "name==*", set, 409, "entityAlreadyExists"),
        ("none", "name==nobody", set, 400, "constraintViolation"),
        ("x", "", set, 400, "rsqlParamSyntax"),
        ("x", "name==", set, 400, "rsqlParamSyntax"),
        ("x", "bogus==1", set, 400, "rsqlParamSyntax"),
        ("x", "failedrollout==1", set, 400, "rsqlParamSyntax"),
        ("", "name==*", set, 400, "constraintViolation"),
        ("x", "name==*", 4711, 404, "entityNotFound"),
    ];
    for (name, filter, set, status, error) in table {
        let answer = fleet.ask(name, filter, set, json!({})).await;
        assert_eq!((answer.status, answer.error().as_str()), (status, error), "{name} {filter}: {}", answer.text());
    }
    let missing = json!({ "name": "x", "distributionSetId": set });
    Fleet::refused(fleet.admin().post(ROLLOUTS, missing).await, 400, "rsqlParamSyntax");
}

#[tokio::test]
async fn incompatible_targets_are_left_out() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 2).await;
    let none = fleet.admin().post("/rest/v1/targettypes", json!([{ "name": "gateway", "key": "gw" }])).await;
    let none = id(&none.expect(201).json()[0]);
    let typed = json!([{ "controllerId": "typed", "targetType": none }]);
    let _ = fleet.admin().post("/rest/v1/targets", typed).await.expect(201);
    fleet.clock.advance(1);
    let set = fleet.set("release").await;
    let rollout = fleet.ready("first", "name==*", set, json!({})).await;
    assert_eq!(fleet.rollout(rollout).await["totalTargets"], json!(2));
}

#[tokio::test]
async fn a_rollout_is_shown_whole() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 3).await;
    let set = fleet.set("release").await;
    let more =
        json!({ "description": "all of them", "type": "timeforced", "forcetime": 7, "weight": 3, "startAt": i64::MAX });
    let rollout = fleet.ready("first", "name==*", set, more).await;
    let shown = fleet.rollout(rollout).await;
    let base = format!("{}{ROLLOUTS}/{rollout}", fleet.world.installation.stack().url());
    let link = |rel: &str| json!({ "href": format!("{base}/{rel}") });
    let set_href = format!("{}/rest/v1/distributionsets/{set}", fleet.world.installation.stack().url());
    let expected = json!({
        "id": rollout, "name": "first", "description": "all of them", "targetFilterQuery": "name==*",
        "distributionSetId": set, "status": "ready", "totalTargets": 3, "deleted": false, "dynamic": false,
        "type": "timeforced", "forcetime": 7, "weight": 3, "totalGroups": 1, "startAt": i64::MAX,
        "totalTargetsPerStatus":
            { "scheduled": 0, "running": 0, "error": 0, "finished": 0, "cancelled": 0, "notstarted": 3 },
        "createdBy": "admin", "createdAt": shown["createdAt"], "lastModifiedBy": "admin",
        "lastModifiedAt": shown["lastModifiedAt"],
        "_links": {
            "self": { "href": base }, "start": link("start"), "pause": link("pause"), "resume": link("resume"),
            "triggerNextGroup": link("triggerNextGroup"), "approve": link("approve"), "deny": link("deny"),
            "groups": { "href": format!("{base}/deploygroups?offset=0&limit=50") },
            "distributionset": { "href": set_href, "name": "release:1.0" },
        },
    });
    assert_eq!(shown, expected);

    let group = fleet.groups(rollout).await.remove(0);
    let expected = json!({
        "id": group["id"], "name": "group-1", "description": "group-1", "status": "ready", "dynamic": false,
        "targetFilterQuery": "", "targetPercentage": 100.0, "totalTargets": 3,
        "successCondition": { "condition": "THRESHOLD", "expression": "50" },
        "successAction": { "action": "NEXTGROUP", "expression": "" },
        "errorCondition": { "condition": "THRESHOLD", "expression": "50" },
        "errorAction": { "action": "PAUSE", "expression": "" },
        "totalTargetsPerStatus":
            { "scheduled": 0, "running": 0, "error": 0, "finished": 0, "cancelled": 0, "notstarted": 3 },
        "createdBy": "admin", "createdAt": group["createdAt"], "lastModifiedBy": "admin",
        "lastModifiedAt": group["lastModifiedAt"],
        "_links": { "self": { "href": format!("{base}/deploygroups/{}", group["id"]) } },
    });
    assert_eq!(group, expected);
}

#[tokio::test]
async fn conditions_are_inherited_piece_by_piece() {
    let fleet = Fleet::start().await;
    fleet.targets("a", 2).await;
    let set = fleet.set("release").await;
    fleet.config("user.confirmation.flow.enabled", true).await;
    let more = json!({
        "successCondition": { "expression": "70" }, "errorCondition": {}, "confirmationRequired": false,
        "groups": [
            { "name": "own", "targetPercentage": 50, "successAction": { "action": "PAUSE" }, "confirmationRequired": true },
            { "name": "inherits" },
        ],
    });
    let rollout = fleet.ready("first", "name==*", set, more).await;
    let groups = fleet.groups(rollout).await;
    let shape = |group: &Value| {
        let text = |of: &str, key: &str| group[of][key].as_str().unwrap_or_default().to_owned();
        (text("successCondition", "expression"), text("successAction", "action"), text("errorCondition", "expression"))
    };
    assert_eq!(shape(&groups[0]), ("70".into(), "PAUSE".into(), "100".into()));
    assert_eq!(shape(&groups[1]), ("70".into(), "NEXTGROUP".into(), "100".into()));
    assert_eq!((&groups[0]["confirmationRequired"], &groups[1]["confirmationRequired"]), (&json!(true), &json!(false)));
    fleet.command(rollout, "start").await;
    assert_eq!(fleet.action_statuses("a-00").await, ["wait_for_confirmation"]);
    assert_eq!(fleet.counts(rollout).await, [1, 1, 0, 0, 0, 0]);
}
