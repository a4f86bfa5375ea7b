//! `/rest/v1/targetfilters` with auto assignments by way of them (management §5.9, §7 no. 84, 85, 87, 88, domain §10.7).

use serde_json::{Value, json};

use crate::autoassignments::Fleet;

const FILTERS: &str = "/rest/v1/targetfilters";

async fn filter(fleet: &Fleet, name: &str, query: &str) -> String {
    let made = fleet.admin().post(FILTERS, json!({ "name": name, "query": query })).await.expect(201).json();
    format!("{FILTERS}/{}", made["id"])
}

async fn autos(fleet: &Fleet) -> Vec<Value> {
    let page = fleet.admin().get("/rest/v1/autoassignments").await.expect(200).json();
    page["content"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_set_is_given_to_a_filter_shown_and_taken_away() {
    let fleet = Fleet::start().await;
    let (set, other) = (fleet.set("release").await, fleet.set("other one").await);
    let path = filter(&fleet, "f", "name==a").await;
    let own = format!("{path}/autoAssignDS");
    // No. 87.
    let _ = fleet.admin().get(&own).await.expect(204);
    let _ = fleet.admin().delete(&own).await.expect(204);
    // No. 84.
    let given = fleet.admin().post(&own, json!({ "id": set })).await.expect(200).json();
    assert_eq!((&given["autoAssignDistributionSet"], &given["autoAssignActionType"]), (&json!(set), &json!("forced")));
    assert_eq!((&given["autoAssignWeight"], &given["confirmationRequired"]), (&json!(1000), &Value::Null));
    assert!(given["_links"]["DS"].is_null() && given["_links"]["autoAssignDS"].is_object());
    assert_eq!((&autos(&fleet).await[0]["name"], &autos(&fleet).await[0]["status"]), (&json!("f"), &json!("ready")));
    assert_eq!(fleet.admin().get(&own).await.expect(200).json()["id"], json!(set));
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    assert_eq!((&autos(&fleet).await[0]["status"], fleet.assigned("a").await), (&json!("running"), Some(set)));

    let shown = fleet.admin().get(&path).await.expect(200).json();
    let link = shown["_links"]["DS"]["href"].as_str().expect("a link");
    assert!(link.ends_with("/distributionsets?q=name%3D%3Drelease%3Bversion%3D%3D1.0&offset=0&limit=50"), "{link}");
    assert_eq!(fleet.admin().get(link).await.expect(200).json()["content"][0]["id"], json!(set));
    let list = async |query: &str| fleet.admin().get(&format!("{FILTERS}?{query}")).await.expect(200).json();
    let full = list("representation=full&q=autoassigndistributionset.name==release").await;
    assert!(full["content"][0]["_links"]["DS"].is_object(), "{full}");
    assert!(list("").await["content"][0]["_links"]["DS"].is_null());
    let of_set = format!("/rest/v1/distributionsets/{set}/autoAssignTargetFilters");
    let page = fleet.admin().get(&of_set).await.expect(200).json();
    assert_eq!((&page["total"], &page["content"][0]["name"]), (&json!(1), &json!("f")));

    // Another set replaces it.
    let before = autos(&fleet).await[0]["id"].clone();
    let body = json!({ "id": other, "type": "soft", "weight": 5, "confirmationRequired": true });
    fleet.configure("user.confirmation.flow.enabled", json!(true)).await;
    let given = fleet.admin().post(&own, body).await.expect(200).json();
    assert_eq!((&given["autoAssignDistributionSet"], &given["autoAssignActionType"]), (&json!(other), &json!("soft")));
    assert_eq!((&given["autoAssignWeight"], &given["confirmationRequired"]), (&json!(5), &json!(true)));
    assert!(autos(&fleet).await.len() == 1 && autos(&fleet).await[0]["id"] != before);
    let _ = fleet.admin().delete(&own).await.expect(204);
    assert!(autos(&fleet).await.is_empty());
    assert_eq!(fleet.admin().get(&path).await.expect(200).json()["autoAssignDistributionSet"], Value::Null);
}

#[tokio::test]
async fn what_is_refused() {
    let mut options = harrier::Options::in_memory();
    options.settings.quotas.targets_per_auto_assignment = 1;
    let fleet = Fleet::start_with(options).await;
    let set = fleet.set("release").await;
    fleet.targets(&["a", "b"]).await;
    let path = filter(&fleet, "f", "name==a").await;
    let own = format!("{path}/autoAssignDS");
    // No. 85.
    for (body, status, error) in [
        (json!({}), 400, "notReadable"),
        (json!({ "id": set, "type": "timeforced" }), 400, "invalidAutoAssignActionType"),
        (json!({ "id": set, "weight": 1001 }), 400, "constraintViolation"),
        (json!({ "id": 4711 }), 404, "entityNotFound"),
    ] {
        assert_eq!(fleet.admin().post(&own, body.clone()).await.expect(status).error(), error, "{body}");
    }
    let _ = fleet.admin().post(&own, json!({ "id": set })).await.expect(200);
    // The changed query is checked like a new one, and nothing changes.
    let refused = fleet.admin().put(&path, json!({ "query": "name==*", "name": "g" })).await.expect(429);
    assert_eq!(refused.error(), "tooManyEntries");
    let shown = fleet.admin().get(&path).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["query"]), (&json!("f"), &json!("name==a")));
    assert_eq!(shown["autoAssignDistributionSet"], json!(set));
    // A name that another auto assignment has is free for filters, but not together with this one.
    fleet.auto("taken", "name==b", set).await;
    assert_eq!(fleet.admin().put(&path, json!({ "name": "taken" })).await.expect(409).error(), "entityAlreadyExists");
    assert_eq!(fleet.admin().get(&path).await.expect(200).json()["name"], json!("f"));
    // Equal name and another query: not linked, and the name is taken.
    let apart = filter(&fleet, "taken", "name==a").await;
    assert_eq!(fleet.admin().get(&apart).await.expect(200).json()["autoAssignDistributionSet"], Value::Null);
    let refused = fleet.admin().post(&format!("{apart}/autoAssignDS"), json!({ "id": set })).await.expect(409);
    assert_eq!(refused.error(), "entityAlreadyExists");
    // Taking the set away asks for the name alone.
    let _ = fleet.admin().delete(&format!("{apart}/autoAssignDS")).await.expect(204);
    assert_eq!(autos(&fleet).await.len(), 1);
    // Deleting the filter deletes its auto assignment, which takes a right of its own.
    let user = fleet.world.installation.user("remover", &["DELETE_TARGET"]).await;
    assert_eq!(user.delete(&path).await.expect(403).error(), "insufficientPermission");
    let _ = user.delete(&apart).await.expect(204);
    let _ = fleet.admin().delete(&path).await.expect(204);
    assert!(autos(&fleet).await.is_empty());
}

#[tokio::test]
async fn surprise_67_a_new_name_keeps_it_running_and_a_new_query_begins_anew() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let path = filter(&fleet, "f", "name==a").await;
    let body = json!({ "id": set, "type": "soft", "weight": 5 });
    let _ = fleet.admin().post(&format!("{path}/autoAssignDS"), body).await.expect(200);
    fleet.settle().await;
    let first = autos(&fleet).await[0].clone();
    for change in [json!({ "name": "f", "query": "name==a" }), json!({ "name": "g" })] {
        let changed = fleet.admin().put(&path, change.clone()).await.expect(200).json();
        assert_eq!(changed["autoAssignDistributionSet"], json!(set));
        let auto = &autos(&fleet).await[0];
        assert_eq!((&auto["id"], &auto["status"]), (&first["id"], &json!("running")), "{change}");
    }
    assert_eq!(autos(&fleet).await[0]["name"], json!("g"));
    // No. 88, for one that was paused.
    let _ = fleet.tell(first["id"].as_i64().unwrap(), "pause").await.expect(204);
    let changed = fleet.admin().put(&path, json!({ "query": "name==b" })).await.expect(200).json();
    assert_eq!(changed["autoAssignDistributionSet"], json!(set));
    let auto = autos(&fleet).await[0].clone();
    assert_eq!((&auto["name"], &auto["status"], &auto["weight"]), (&json!("g"), &json!("ready"), &json!(5)));
    assert!(auto["id"] != first["id"] && auto["actionType"] == json!("soft"), "{auto}");
    fleet.targets(&["b"]).await;
    fleet.settle().await;
    assert_eq!(fleet.assigned("b").await, Some(set));
    // With approval it must be approved again; name and query may change at once.
    fleet.configure("auto.assignment.approval.enabled", json!(true)).await;
    let _ = fleet.admin().put(&path, json!({ "name": "h", "query": "name==c" })).await.expect(200);
    let auto = autos(&fleet).await[0].clone();
    assert_eq!((&auto["name"], &auto["targetFilterQuery"]), (&json!("h"), &json!("name==c")));
    assert_eq!(auto["status"], json!("waiting_for_approval"));
    assert_eq!(fleet.total().await, 1);
    // One made on its own is linked as soon as name and query are equal.
    fleet.auto("own", "name==d", set).await;
    let linked = filter(&fleet, "own", "name==d").await;
    assert_eq!(fleet.admin().get(&linked).await.expect(200).json()["autoAssignDistributionSet"], json!(set));
}
