use harrier_domain::action::ActionType;
use harrier_domain::target::UpdateStatus;
use serde_json::json;

use crate::bench::{Bench, GATEWAY, MINUTE, feedback};

async fn assigned() -> (Bench, i64, i64) {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    (bench, action, software.set)
}

#[tokio::test]
async fn item_8_a_closed_action_takes_no_feedback() {
    for finished in ["failure", "success"] {
        let (bench, action, _) = assigned().await;
        assert_eq!(bench.report("dev", action, "closed", finished).await, 200);
        let resource = format!("dev/deploymentBase/{action}/feedback");
        let reply = bench.post(&resource, &feedback("closed", "success")).await;
        assert_eq!((reply.status, reply.body.len()), (410, 0));
        assert_eq!(bench.history("dev", action).await.len(), 2);
    }
}

#[tokio::test]
async fn item_14_unreadable_bodies() {
    let (bench, action, _) = assigned().await;
    let resource = format!("dev/deploymentBase/{action}/feedback");
    let bodies = [
        r#"{"status":{"execution":"closed","result":{"finished":"success"}}]}"#,
        r#"{"status":{"execution":"closed"}}"#,
        r#"{"status":{"execution":"closed","result":{}}}"#,
        r#"{"status":{"result":{"finished":"success"}}}"#,
        r#"{"status":{"execution":"CLOSED","result":{"finished":"success"}}}"#,
        r#"{"status":{"execution":"closed","result":{"finished":"maybe"}}}"#,
        r#"{"timestamp":"soon","status":{"execution":"closed","result":{"finished":"success"}}}"#,
        "{}",
        "",
    ];
    let json = ("content-type", "application/json");
    for body in bodies {
        let reply = bench.call("POST", &resource, &[GATEWAY, json], body).await;
        assert_eq!(reply.status, 400, "{body}");
        let error = reply.json();
        assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
        assert_eq!(error["exceptionClass"], "org.eclipse.hawkbit.rest.exception.MessageNotReadableException");
        assert_eq!(error["errorCode"], "hawkbit.server.error.rest.body.notReadable");
    }
    for other in ["text/plain", "application/hal+json"] {
        let reply = bench.call("POST", &resource, &[GATEWAY, ("content-type", other)], "{}").await;
        assert_eq!(reply.status, 415, "{other}");
    }
    assert_eq!(bench.history("dev", action).await, ["RUNNING"]);
}

#[tokio::test]
async fn item_15_each_execution_has_its_entry() {
    let (bench, action, _) = assigned().await;
    let rows = [
        ("proceeding", "RUNNING", "Update Server: Target reported PROCEEDING."),
        ("proceeding", "RUNNING", "Update Server: Target reported PROCEEDING."),
        ("proceeding", "RUNNING", "Update Server: Target reported PROCEEDING."),
        ("proceeding", "RUNNING", "Update Server: Target reported PROCEEDING."),
        ("scheduled", "RUNNING", "Update Server: Target reported SCHEDULED."),
        ("resumed", "RUNNING", "Update Server: Target reported RESUMED."),
        ("download", "DOWNLOAD", "Update Server: Target confirmed download start."),
        ("downloaded", "DOWNLOADED", "Update Server: Target confirmed download finished."),
        ("canceled", "CANCELED", "Update Server: Target confirmed cancellation.."),
        ("rejected", "WARNING", "Update Server: Target REJECTED update."),
    ];
    for (execution, status, message) in rows {
        let reply = bench.post(&format!("dev/deploymentBase/{action}/feedback"), &feedback(execution, "none")).await;
        assert_eq!((reply.status, reply.body.len(), reply.header("content-length")), (200, 0, "0"), "{execution}");
        let entry = bench.entries("dev", action).await.pop().unwrap();
        assert_eq!((entry.status.name(), entry.messages.as_slice()), (status, [message.to_owned()].as_slice()));
        assert_eq!(bench.target("dev").await.unwrap().update_status, UpdateStatus::Pending, "{execution}");
        let stored = bench.action("dev", action).await;
        assert_eq!((stored.active, stored.status.name()), (true, "RUNNING"), "{execution}");
    }
    assert_eq!(bench.report("dev", action, "closed", "none").await, 200);
    assert_eq!(bench.target("dev").await.unwrap().update_status, UpdateStatus::InSync);
    assert_eq!(bench.history("dev", action).await.len(), 12);
}

#[tokio::test]
async fn codes_and_details_are_stored() {
    let (bench, action, _) = assigned().await;
    let resource = format!("dev/deploymentBase/{action}/feedback");
    let long = "x".repeat(600);
    let mut body = feedback("proceeding", "none");
    body["timestamp"] = json!((bench.app.now()).to_string());
    body["id"] = json!("4711");
    body["status"]["code"] = json!(200);
    body["status"]["result"]["progress"] = json!({"cnt": 3, "of": 9});
    body["status"]["details"] = json!(["slot <B> written", long]);
    assert_eq!(bench.post(&resource, &body).await.status, 200);
    let entry = bench.entries("dev", action).await.pop().unwrap();
    assert_eq!(entry.code, Some(200));
    let (head, tail) = (&long[..512], &long[512..]);
    assert_eq!(entry.messages, ["slot <B> written", head, tail, "Device reported status code: 200"]);
    assert_eq!(bench.action("dev", action).await.last_status_code, Some(200));
    assert_eq!(bench.target("dev").await.unwrap().open_actions[0].last_status_code, Some(200));

    let single = json!({"status": {"execution": "proceeding", "result": {"finished": "none"}, "details": "done"}});
    assert_eq!(bench.post(&resource, &single).await.status, 200);
    assert_eq!(bench.entries("dev", action).await.pop().unwrap().messages, ["done"]);
    assert_eq!(bench.action("dev", action).await.last_status_code, None, "overwritten by every report");
    assert_eq!(bench.target("dev").await.unwrap().open_actions[0].last_status_code, None);
}

#[tokio::test]
async fn item_16_an_error_and_another_try() {
    let (bench, action, set) = assigned().await;
    bench.report("dev", action, "closed", "failure").await;
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.update_status, target.assigned_set, target.installed_set), (UpdateStatus::Error, None, None));
    assert!(bench.get("dev").await.rels().is_empty(), "a failed deployment leaves no installedBase");
    let again = bench.assign("dev", set).await;
    bench.report("dev", again, "closed", "success").await;
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.update_status, target.installed_set), (UpdateStatus::InSync, Some(set)));
}

#[tokio::test]
async fn item_17_three_actions_finish_one_after_another() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    let mut actions = Vec::new();
    for name in ["one", "two", "three"] {
        let step: &[(&str, &[(&str, &[u8])])] = &[("os", &[])];
        let software = bench.build(name, step, |set| set.required_migration_step = true).await;
        actions.push((bench.assign("dev", software.set).await, software.set));
    }
    for (index, (action, set)) in actions.iter().enumerate() {
        let poll = bench.get("dev").await;
        assert!(poll.href("deploymentBase").contains(&format!("/deploymentBase/{action}?c=")));
        bench.clock.advance(MINUTE);
        bench.report("dev", *action, "closed", "success").await;
        let target = bench.target("dev").await.unwrap();
        assert_eq!(target.installed_set, Some(*set));
        assert_eq!(target.assigned_set, Some(actions[2].1));
        let expected = if index == 2 { UpdateStatus::InSync } else { UpdateStatus::Pending };
        assert_eq!(target.update_status, expected);
        let installed = bench.get("dev").await.href("installedBase");
        assert_eq!(installed, format!("http://localhost/DEFAULT/controller/v1/dev/installedBase/{action}"));
    }
}

#[tokio::test]
async fn item_18_download_only() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign_as("dev", software.set, |order| order.action_type = ActionType::DownloadOnly).await;
    assert_eq!(bench.report("dev", action, "downloaded", "success").await, 200);
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.update_status, target.installed_set), (UpdateStatus::InSync, None));
    assert_eq!(bench.get("dev").await.rels(), ["configData"]);
    assert_eq!(bench.report("dev", action, "closed", "success").await, 410);
}

#[tokio::test]
async fn quotas_of_section_17_2() {
    let bench = Bench::with(|settings| {
        settings.quotas.status_entries_per_action = 10;
        settings.quotas.messages_per_status = 4;
    })
    .await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    for number in 1..=9 {
        assert_eq!(bench.report("dev", action, "proceeding", "none").await, 200, "{number}");
    }
    let resource = format!("dev/deploymentBase/{action}/feedback");
    let refused = bench.post(&resource, &feedback("proceeding", "none")).await;
    assert_eq!(
        (refused.status, &refused.json()["errorCode"]),
        (429, &json!("hawkbit.server.error.quota.tooManyEntries"))
    );
    let mut many = feedback("closed", "success");
    many["status"]["details"] = json!(["1", "2", "3", "4", "5"]);
    assert_eq!(bench.post(&resource, &many).await.status, 429);
    many["status"]["details"] = json!(["1", "2", "3", "4"]);
    assert_eq!(bench.post(&resource, &many).await.status, 200);
}

#[tokio::test]
async fn feedback_that_arrives_at_once_is_all_recorded() {
    let (bench, action, _) = assigned().await;
    let reports = (0..6).map(|_| bench.report("dev", action, "proceeding", "none"));
    assert_eq!(futures::future::join_all(reports).await, [200; 6]);
    assert_eq!(bench.history("dev", action).await.len(), 7);
}

#[tokio::test]
async fn a_clock_that_is_wrong_does_not_matter() {
    let (bench, action, _) = assigned().await;
    let mut body = feedback("closed", "success");
    body["timestamp"] = json!(1000);
    assert_eq!(bench.post(&format!("dev/deploymentBase/{action}/feedback"), &body).await.status, 200);
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.update_status, target.installed_at), (UpdateStatus::InSync, Some(bench.app.now())));
}
