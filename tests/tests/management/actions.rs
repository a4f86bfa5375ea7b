//! `/rest/v1/actions`, and the history of an action (management §5.14, §5.1 "ActionStatus"; the numbers are those of §7).

use harrier_domain::Tenant;
use harrier_store::Consistency;
use harrier_tests::{API, Answer, Scene, ddi, id};
use serde_json::{Value, json};

/// Three targets with a set each had before, and one under way: ids of the finished and of the running actions.
async fn fleet() -> (Scene, Vec<i64>, Vec<i64>) {
    let scene = Scene::start().await;
    let names = ["a", "b", "c"];
    scene.targets(&names).await;
    let (before, now) = (scene.set("before").await, scene.set("now").await);
    let (mut finished, mut running) = (Vec::new(), Vec::new());
    for name in names {
        let path = format!("targets/{name}/assignedDS?offline=true");
        let outcome = scene.post(&path, json!({ "id": before })).await.expect(200).json();
        finished.push(id(&outcome["assignedActions"][0]));
        running.push(scene.assign(name, now).await);
    }
    (scene, finished, running)
}

fn ids(page: &Value) -> Vec<i64> {
    page["content"].as_array().unwrap().iter().map(id).collect()
}

async fn delete(scene: &Scene, path: &str, body: Value) -> Answer {
    let admin = &scene.world.admin;
    admin.send(admin.request(http::Method::DELETE, &format!("{API}/{path}")).json(&body)).await
}

#[tokio::test]
async fn no_43_actions_are_searched_and_sorted() {
    let (scene, finished, running) = fleet().await;
    let newest_first: Vec<i64> = finished.iter().zip(&running).flat_map(|(old, new)| [*old, *new]).rev().collect();
    let oldest_first: Vec<i64> = newest_first.iter().rev().copied().collect();
    let rows: [(&str, Vec<i64>); 9] = [
        ("", newest_first.clone()),
        ("?sort=id:ASC", oldest_first.clone()),
        ("?offset=1&limit=2", newest_first[1..3].to_vec()),
        ("?q=status==RUNNING", running.iter().rev().copied().collect()),
        ("?q=status==running&sort=id:ASC", running.clone()),
        ("?q=active==false;target.controllerid==b", vec![finished[1]]),
        ("?q=distributionset.name==now;target.name==c", vec![running[2]]),
        ("?q=status==finished&sort=id:ASC&offset=1&limit=1", vec![finished[1]]),
        ("?offset=100", Vec::new()),
    ];
    for (query, expected) in rows {
        assert_eq!(ids(&scene.get(&format!("actions{query}")).await), expected, "{query}");
    }
    assert_eq!(scene.get("actions?limit=2").await["total"], 6);
    assert_eq!(scene.get("actions?q=status==running&limit=1").await["total"], 3);
    for (query, code) in [
        ("q=target.id==a", "rsqlInvalidField"),
        ("q=status==foo", "rsqlInvalidField"),
        ("sort=foo:ASC", "invalidField"),
    ] {
        let refused = scene.world.admin.get(&format!("{API}/actions?{query}")).await.expect(400);
        assert_eq!(refused.error(), code, "{query}");
    }
}

#[tokio::test]
async fn no_44_45_actions_are_shown_in_two_forms_and_never_made() {
    let (scene, _, running) = fleet().await;
    let links = |action: &Value| action["_links"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for form in ["", "&representation=bogus", "&representation=COMPACT"] {
        let page = scene.get(&format!("actions?limit=1{form}")).await;
        assert_eq!(links(&page["content"][0]), ["self"], "{form}");
    }
    let page = scene.get("actions?limit=1&representation=full").await;
    assert_eq!(links(&page["content"][0]), ["distributionset", "self", "status", "target"]);
    let single = scene.get(&format!("actions/{}", running[0])).await;
    assert_eq!(links(&single), ["distributionset", "self", "status", "target"]);
    assert_eq!(single["_links"]["distributionset"]["name"], "now:1");
    let own = format!("/rest/v1/targets/a/actions/{}", running[0]);
    assert!(single["_links"]["self"]["href"].as_str().unwrap().ends_with(&own));
    let _ = scene.world.admin.get(&format!("{API}/actions/4711")).await.expect(404);
    let _ = scene.post("actions", json!([])).await.expect(405);
}

#[tokio::test]
async fn no_42_only_closed_actions_are_deleted_all_or_none() {
    let (scene, finished, running) = fleet().await;
    assert_eq!(scene.delete("actions").await.expect(400).error(), "notReadable");
    assert_eq!(scene.delete("actions?q=").await.expect(400).error(), "notReadable");
    assert_eq!(delete(&scene, "actions?q=id==1", json!([1])).await.expect(400).error(), "notReadable");
    assert_eq!(delete(&scene, "actions", json!([finished[0], running[0]])).await.expect(405).error(), "notDeletable");
    assert_eq!(scene.delete("actions?q=target.controllerid==a").await.expect(405).error(), "notDeletable");
    assert_eq!(scene.delete(&format!("actions/{}", running[0])).await.expect(405).error(), "notDeletable");
    let _ = scene.delete("actions/4711").await.expect(404);
    assert_eq!(scene.get("actions").await["total"], 6, "nothing was deleted");

    let _ = scene.delete("actions?q=status==error").await.expect(204);
    let _ = scene.delete(&format!("actions/{}", finished[0])).await.expect(204);
    let _ = delete(&scene, "actions", json!([finished[1], 4711])).await.expect(204);
    let _ = scene.delete("actions?q=status==finished").await.expect(204);
    assert_eq!(ids(&scene.get("actions?sort=id:ASC").await), running);
    // What targets have is not what their actions say.
    assert_eq!(scene.get("targets/a/installedDS").await["name"], "before");

    scene.configure("action.delete.allowed.statuses", "RUNNING").await;
    let _ = scene.delete(&format!("actions/{}", running[0])).await.expect(204);
    assert!(scene.poll("a").await["_links"].get("deploymentBase").is_none(), "a deleted action is not offered");
    scene.configure("action.delete.allowed.statuses", "").await;
    assert_eq!(scene.delete(&format!("actions/{}", running[1])).await.expect(405).error(), "notDeletable");
}

#[tokio::test]
async fn a_history_is_paged_and_sorted() {
    let (scene, _, running) = fleet().await;
    let action = running[0];
    // Devices tell their own time, here in another order than they tell the rest.
    let created = scene.get(&format!("actions/{action}")).await["createdAt"].as_i64().unwrap();
    let path = format!("{}/deploymentBase/{action}/feedback", ddi("a"));
    for (code, timestamp) in [(1, created), (2, created + 2), (3, created + 1)] {
        let status = json!({ "execution": "proceeding", "result": { "finished": "none" }, "code": code });
        let _ = scene.device.post(&path, json!({ "status": status, "timestamp": timestamp })).await.expect(200);
    }
    let codes = async |query: &str| {
        let page = scene.get(&format!("targets/a/actions/{action}/status{query}")).await;
        assert_eq!(page["total"], 4, "{query}");
        assert_eq!(page["size"], page["content"].as_array().unwrap().len(), "{query}");
        page["content"].as_array().unwrap().iter().map(|entry| entry["code"].as_i64().unwrap_or(0)).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("", vec![3, 2, 1, 0]),
        ("?sort=id:ASC", vec![0, 1, 2, 3]),
        ("?sort=ID:desc&offset=1&limit=2", vec![2, 1]),
        ("?sort=reportedAt:ASC", vec![0, 1, 2, 3]),
        ("?sort=timestamp:DESC,id:ASC&limit=2", vec![2, 3]),
        ("?offset=4", vec![]),
        ("?offset=-1&limit=0", vec![3, 2, 1, 0]),
    ] {
        assert_eq!(codes(query).await, expected, "{query}");
    }
    for (query, code) in
        [("sort=type:ASC", "invalidField"), ("sort=id", "sortParamSyntax"), ("sort=id:UP", "invalidDirection")]
    {
        let refused = scene.world.admin.get(&format!("{API}/targets/a/actions/{action}/status?{query}")).await;
        assert_eq!((refused.status, refused.error().as_str()), (400, code), "{query}");
    }
    let entry = scene.get(&format!("targets/a/actions/{action}/status?limit=1")).await["content"][0].clone();
    assert_eq!(entry["timestamp"], created + 1);
    assert!(entry["reportedAt"].as_i64().unwrap() >= created);
    assert!(entry.get("_links").is_none());
}

#[tokio::test]
async fn messages_are_split_and_their_number_is_limited() {
    let (scene, _, running) = fleet().await;
    let report = |details: Value| json!({ "execution": "proceeding", "result": { "finished": "none" }, "code": 42, "details": details });
    let long = "ä".repeat(1025);
    assert_eq!(scene.feedback("a", running[0], &report(json!([long, "short", null]))).await, 200);
    let entry = scene.history("a", running[0]).await[1].clone();
    let messages: Vec<&str> = entry["messages"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let lengths: Vec<usize> = messages.iter().map(|message| message.chars().count()).collect();
    assert_eq!(lengths[..3], [512, 512, 1]);
    assert_eq!(messages[3..], ["short", "Device reported status code: 42"]);
    assert_eq!(scene.feedback("a", running[0], &report(json!(vec!["x"; 49]))).await, 200);
    assert_eq!(scene.feedback("a", running[0], &report(json!(vec!["x"; 50]))).await, 429, "the code is a message, too");
    assert_eq!(scene.history("a", running[0]).await.len(), 3);
}

#[tokio::test]
async fn what_an_integration_notes_on_an_action_is_shown_and_found() {
    let (scene, _, running) = fleet().await;
    let (app, tenant) = (scene.world.installation.stack().app(), Tenant::parse(Tenant::DEFAULT).unwrap());
    let action = app.store.action(&tenant, "a", running[0], Consistency::Strong).await.unwrap();
    let mut action = action.unwrap();
    action.external_ref = Some("ticket-7".to_owned());
    let mut transaction = app.store.transaction(&tenant);
    transaction.save(&action);
    transaction.commit().await.unwrap();
    assert_eq!(scene.get(&format!("actions/{}", running[0])).await["externalRef"], "ticket-7");
    assert_eq!(ids(&scene.get("actions?q=externalref==ticket*").await), [running[0]]);
    assert!(scene.get(&format!("actions/{}", running[1])).await.get("externalRef").is_none());
}
