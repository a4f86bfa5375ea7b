//! The ten operations (management §5.5, §7 no. 89 and 90).

use serde_json::{Value, json};

use super::Fleet;
use super::fleet::{AUTO, id};

fn rels(entity: &Value) -> Vec<&str> {
    let mut rels: Vec<&str> = entity["_links"].as_object().expect("links").keys().map(String::as_str).collect();
    rels.sort_unstable();
    rels
}

#[tokio::test]
async fn one_is_made_shown_renamed_and_removed() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let body = json!({ "name": " all ", "targetFilterQuery": "name==*", "distributionSetId": set });
    let made = fleet.admin().post(AUTO, body).await.expect(201).json();
    let link = fleet.world.installation.stack().url();
    let path = format!("{AUTO}/{}", id(&made));
    let expected = json!({
        "id": id(&made), "name": "all", "targetFilterQuery": "name==*", "distributionSetId": set, "status": "ready",
        "actionType": "forced", "weight": 1000, "confirmationRequired": false, "createdBy": "admin",
        "createdAt": fleet.now(), "lastModifiedBy": "admin", "lastModifiedAt": fleet.now(),
        "_links": {
            "self": { "href": format!("{link}{path}") },
            "distributionset": { "href": format!("{link}/rest/v1/distributionsets/{set}"), "name": "release:1.0" },
            "start": { "href": format!("{link}{path}/start") },
        },
    });
    assert_eq!(made, expected);
    assert_eq!(fleet.admin().get(&path).await.expect(200).json(), expected);
    // The set is locked from now on.
    let shown = fleet.admin().get(&format!("/rest/v1/distributionsets/{set}")).await.expect(200).json();
    assert_eq!(shown["locked"], json!(true));

    fleet.clock.advance(5);
    let change = json!({ "name": "every", "description": "one", "weight": 3, "targetFilterQuery": "name==b" });
    let changed = fleet.admin().put(&path, change).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("every"), &json!("one")));
    assert_eq!((&changed["weight"], &changed["targetFilterQuery"]), (&json!(1000), &json!("name==*")));
    fleet.clock.advance(5);
    let again = fleet.admin().put(&path, json!({ "name": "every" })).await.expect(200).json();
    assert_eq!(again["lastModifiedAt"], changed["lastModifiedAt"]);
    fleet.auto("all", "name==*", set).await;
    let taken = fleet.admin().put(&path, json!({ "name": "all" })).await.expect(409);
    assert_eq!(taken.error(), "entityAlreadyExists");

    let _ = fleet.admin().delete(&path).await.expect(204);
    for answer in [fleet.admin().get(&path).await, fleet.admin().delete(&path).await] {
        let refused = answer.expect(404).json();
        assert_eq!(refused["info"], json!({ "type": "AutoAssignment", "entityId": id(&made) }));
    }
    fleet.auto("every", "name==*", set).await;
}

#[tokio::test]
async fn what_is_refused() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.auto("taken", "name==*", set).await;
    let whole = json!({ "name": "n", "targetFilterQuery": "name==*", "distributionSetId": set });
    let with = |field: &str, value: Value| {
        let mut body = whole.clone();
        body[field] = value;
        body
    };
    let table = [
        (with("distributionSetId", Value::Null), 400, "notReadable"),
        (with("distributionSetId", json!(4711)), 404, "entityNotFound"),
        (with("name", Value::Null), 400, "constraintViolation"),
        (with("name", json!("")), 400, "constraintViolation"),
        (with("name", json!("taken")), 409, "entityAlreadyExists"),
        (with("targetFilterQuery", Value::Null), 400, "constraintViolation"),
        (with("targetFilterQuery", json!("x".repeat(1025))), 400, "constraintViolation"),
        (with("targetFilterQuery", json!("name==")), 400, "rsqlParamSyntax"),
        (with("targetFilterQuery", json!("foo==1")), 400, "rsqlInvalidField"),
        (with("actionType", json!("timeforced")), 400, "invalidAutoAssignActionType"),
        (with("actionType", json!("FORCED")), 400, "notReadable"),
        (with("weight", json!(1001)), 400, "constraintViolation"),
        (with("weight", json!(-1)), 400, "constraintViolation"),
        (with("description", json!("<b>x</b>")), 400, "constraintViolation"),
    ];
    for (body, status, error) in table {
        assert_eq!(fleet.admin().post(AUTO, body.clone()).await.expect(status).error(), error, "{body}");
    }
    let invalid = fleet.set("invalid").await;
    let path = format!("/rest/v1/distributionsets/{invalid}/invalidate");
    let _ = fleet.admin().post(&path, json!({ "actionCancelationType": "none" })).await.expect(204);
    let refused = fleet.admin().post(AUTO, with("distributionSetId", json!(invalid))).await.expect(400);
    assert_eq!(refused.error(), "invalid");
    let deleted = fleet.set("deleted").await;
    fleet.targets(&["a"]).await;
    fleet.world.assign(fleet.admin(), deleted, "a").await;
    let _ = fleet.admin().delete(&format!("/rest/v1/distributionsets/{deleted}")).await.expect(204);
    let refused = fleet.admin().post(AUTO, with("distributionSetId", json!(deleted))).await.expect(404);
    assert_eq!(refused.error(), "deleted");
    assert_eq!(fleet.total().await, 1);
}

#[tokio::test]
async fn every_status_offers_what_can_be_done() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.configure("auto.assignment.approval.enabled", json!(true)).await;
    fleet.configure("user.confirmation.flow.enabled", json!(true)).await;
    let auto = fleet.auto("all", "name==*", set).await;
    let steps = [
        ("", vec!["approve", "deny", "distributionset", "self"]),
        ("approve", vec!["distributionset", "self", "start"]),
        ("start", vec!["distributionset", "pause", "self"]),
        ("pause", vec!["distributionset", "resume", "self"]),
        ("resume", vec!["distributionset", "pause", "self"]),
    ];
    for (operation, links) in steps {
        if !operation.is_empty() {
            let _ = fleet.tell(auto, operation).await.expect(204);
        }
        let shown = fleet.admin().get(&format!("{AUTO}/{auto}")).await.expect(200).json();
        assert_eq!(rels(&shown), links, "{operation}");
        assert_eq!(shown["confirmationRequired"], json!(true));
    }
    // The new action waits for its confirmation.
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    let waiting = "/rest/v1/targets/a/actions?q=status==wait_for_confirmation";
    assert_eq!(fleet.admin().get(waiting).await.expect(200).json()["total"], json!(1));
}

#[tokio::test]
async fn they_are_searched_sorted_and_paged() {
    let fleet = Fleet::start().await;
    let (one, two) = (fleet.set("one").await, fleet.set("two").await);
    for (name, set, kind) in [("b", one, "soft"), ("a", two, "forced"), ("c", two, "downloadonly")] {
        let body = json!({
            "name": name, "targetFilterQuery": "name==nobody", "distributionSetId": set, "actionType": kind
        });
        let _ = fleet.admin().post(AUTO, body).await.expect(201);
    }
    let names = async |query: &str| {
        let page = fleet.admin().get(&format!("{AUTO}?{query}")).await.expect(200).json();
        let names = page["content"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
        (names.collect::<String>(), page["total"].as_u64().unwrap())
    };
    let table = [
        ("", "bac", 3),
        ("sort=name:DESC", "cba", 3),
        ("sort=name:ASC&limit=1&offset=1", "b", 3),
        ("q=name==a", "a", 1),
        ("q=distributionset.name==two", "ac", 2),
        ("q=distributionset.version!=1.0", "", 0),
        ("q=actiontype==download_only", "c", 1),
        ("q=status==ready;createdby==admin", "bac", 3),
        ("q=status==paused", "", 0),
    ];
    for (query, expected, total) in table {
        assert_eq!(names(query).await, (expected.to_owned(), total), "{query}");
    }
    for (query, error) in [
        ("q=status==foo", "rsqlInvalidField"),
        ("q=query==x", "rsqlInvalidField"),
        ("sort=weight:ASC", "invalidField"),
        ("sort=name", "sortParamSyntax"),
    ] {
        assert_eq!(fleet.admin().get(&format!("{AUTO}?{query}")).await.expect(400).error(), error, "{query}");
    }
    let of_set = format!("/rest/v1/distributionsets/{two}");
    let page = fleet.admin().get(&format!("{of_set}/autoAssignments?q=name==c")).await.expect(200).json();
    assert_eq!((&page["total"], &page["content"][0]["name"]), (&json!(1), &json!("c")));
    let statistics = async |path: &str| fleet.admin().get(path).await.expect(200).json();
    assert_eq!(statistics(&format!("{of_set}/statistics")).await["totalAutoAssignments"], json!(2));
    assert_eq!(statistics(&format!("{of_set}/statistics/autoassignments")).await, json!({ "totalAutoAssignments": 2 }));
    let none = format!("/rest/v1/distributionsets/{}", fleet.set("none").await);
    assert_eq!(statistics(&format!("{none}/statistics")).await["totalAutoAssignments"], json!(0));
    assert_eq!(statistics(&format!("{none}/statistics/autoassignments")).await, json!({}));
}

#[tokio::test]
async fn each_operation_asks_for_its_authority() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let auto = fleet.auto("all", "name==nobody", set).await;
    let path = format!("{AUTO}/{auto}");
    let body = json!({ "name": "b", "targetFilterQuery": "name==*", "distributionSetId": set });
    let installation = &fleet.world.installation;
    let reader = installation.user("reader", &["READ_TARGET", "READ_DISTRIBUTION_SET"]).await;
    let updater = installation.user("updater", &["UPDATE_TARGET"]).await;
    let creator = installation.user("creator", &["CREATE_AUTO_ASSIGNMENT", "READ_DISTRIBUTION_SET"]).await;
    let handler = installation.user("handler", &["HANDLE_AUTO_ASSIGNMENT"]).await;
    let approver = installation.user("approver", &["APPROVE_AUTO_ASSIGNMENT"]).await;
    let answers = [
        (reader.get(&path).await, 200),
        (reader.get(AUTO).await, 200),
        (reader.put(&path, json!({ "name": "x" })).await, 403),
        (reader.delete(&path).await, 403),
        (updater.get(&path).await, 403),
        (updater.post(AUTO, body.clone()).await, 403),
        (creator.post(AUTO, body).await, 403),
        (updater.put(&path, json!({ "name": "x" })).await, 200),
        (updater.post(&format!("{path}/start"), json!({})).await, 403),
        (handler.post(&format!("{path}/approve"), json!({})).await, 403),
        (approver.post(&format!("{path}/start"), json!({})).await, 403),
        (approver.post(&format!("{path}/approve"), json!({})).await, 409),
        (handler.post(&format!("{path}/start"), json!({})).await, 204),
        (updater.delete(&path).await, 204),
    ];
    for (position, (answer, status)) in answers.into_iter().enumerate() {
        assert_eq!(answer.status, status, "no. {position}: {}", answer.text());
    }
}

#[tokio::test]
async fn tenants_do_not_see_or_move_each_others() {
    let fleet = Fleet::start().await;
    let auto = fleet.auto("all", "name==*", fleet.set("release").await).await;
    let other = fleet.world.tenant("OTHER").await;
    let path = format!("{AUTO}/{auto}");
    let _ = other.get(&path).await.expect(404);
    let _ = other.delete(&path).await.expect(404);
    let _ = other.post(&format!("{path}/start"), json!({})).await.expect(404);
    let _ = other.post("/rest/v1/targets", json!([{ "controllerId": "a" }])).await.expect(201);
    fleet.settle().await;
    let _ = other.get("/rest/v1/targets/a/assignedDS").await.expect(204);
    assert_eq!(other.get(AUTO).await.expect(200).json()["total"], json!(0));
}
