use harrier_domain::configuration::{Key, Value};
use harrier_domain::target::UpdateStatus;
use serde_json::json;

use crate::bench::{Bench, GATEWAY, feedback};

async fn cancelling() -> (Bench, i64, i64) {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    bench.cancel("dev", action).await;
    (bench, action, software.set)
}

#[tokio::test]
async fn item_19_a_cancellation() {
    let (bench, action, _) = cancelling().await;
    let poll = bench.get("dev").await;
    assert_eq!(poll.rels(), ["cancelAction"]);
    let reply = bench.get(&poll.href("cancelAction")).await;
    let id = action.to_string();
    assert_eq!(reply.json(), json!({"id": id, "cancelAction": {"stopId": id}}));
    bench.get(&poll.href("cancelAction")).await;
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "CANCELING", "RETRIEVED"]);
    let entry = bench.entries("dev", action).await.pop().unwrap();
    let text = "Update Server: Target retrieved cancel action and should start now the cancellation.";
    assert_eq!(entry.messages, [text]);
    let stored = bench.action("dev", action).await;
    assert_eq!((stored.active, stored.status.name()), (true, "CANCELING"));
    assert_eq!(bench.get(&format!("dev/deploymentBase/{action}")).await.status, 404);

    assert_eq!(bench.report_cancel("dev", action, "closed", "success").await, 200);
    let stored = bench.action("dev", action).await;
    assert_eq!((stored.active, stored.status.name()), (false, "CANCELED"));
    let entry = bench.entries("dev", action).await.pop().unwrap();
    assert_eq!(
        entry.messages,
        ["Update Server: Cancellation confirmed.", "Update Server: Cancellation completion is finished successfully.",],
    );
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.update_status, target.assigned_set), (UpdateStatus::InSync, None));
    assert!(bench.get("dev").await.rels().is_empty());
    assert_eq!(bench.get(&format!("dev/cancelAction/{action}")).await.status, 200, "also when it is done");
}

#[tokio::test]
async fn item_19_cbor() {
    let (bench, action, _) = cancelling().await;
    let reply = bench.get_with(&format!("dev/cancelAction/{action}"), ("accept", "application/cbor")).await;
    let document: serde_json::Value = ciborium::from_reader(&reply.body[..]).unwrap();
    assert_eq!(document["cancelAction"]["stopId"], action.to_string());
    assert_eq!(document.get("links"), None);
}

#[tokio::test]
async fn item_20_a_rejected_cancellation() {
    for (execution, finished, status) in [("rejected", "none", "CANCEL_REJECTED"), ("closed", "failure", "ERROR")] {
        let (bench, action, set) = cancelling().await;
        assert_eq!(bench.report_cancel("dev", action, execution, finished).await, 200);
        assert_eq!(bench.history("dev", action).await.last(), Some(&status));
        let poll = bench.get("dev").await;
        assert_eq!(poll.rels(), ["deploymentBase"]);
        assert_eq!(bench.get(&poll.href("deploymentBase")).await.status, 200);
        assert_eq!(bench.report("dev", action, "closed", "success").await, 200);
        let target = bench.target("dev").await.unwrap();
        assert_eq!((target.update_status, target.installed_set), (UpdateStatus::InSync, Some(set)));
    }
}

#[tokio::test]
async fn item_20_a_device_may_carry_on_despite_the_order() {
    let (bench, action, set) = cancelling().await;
    assert_eq!(bench.report("dev", action, "closed", "success").await, 200);
    assert_eq!(bench.target("dev").await.unwrap().installed_set, Some(set));
    assert_eq!(bench.get(&format!("dev/cancelAction/{action}")).await.status, 404);
}

#[tokio::test]
async fn item_21_several_cancellations() {
    let bench = Bench::new().await;
    let (one, two) = (bench.software("one").await, bench.software("two").await);
    bench.register("dev").await;
    let first = bench.assign("dev", one.set).await;
    let second = bench.assign("dev", two.set).await;
    assert_eq!(bench.history("dev", first).await, ["RUNNING", "CANCELING"], "a newer assignment takes the older back");
    let told = |action: i64| format!("http://localhost/DEFAULT/controller/v1/dev/cancelAction/{action}");
    assert_eq!(bench.get("dev").await.href("cancelAction"), told(first));
    bench.cancel("dev", second).await;
    assert_eq!(bench.get("dev").await.href("cancelAction"), told(first));
    bench.report_cancel("dev", first, "closed", "success").await;
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.assigned_set, target.update_status), (Some(two.set), UpdateStatus::Pending));
    assert_eq!(bench.get("dev").await.href("cancelAction"), told(second));
    bench.report_cancel("dev", second, "closed", "none").await;
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.assigned_set, target.update_status), (None, UpdateStatus::InSync));
}

#[tokio::test]
async fn with_autoclose_the_older_action_is_closed_silently() {
    let bench = Bench::new().await;
    bench.configure(Key::ActionsAutoclose, Value::Bool(true)).await;
    let (one, two) = (bench.software("one").await, bench.software("two").await);
    bench.register("dev").await;
    let first = bench.assign("dev", one.set).await;
    bench.assign("dev", two.set).await;
    assert_eq!(bench.history("dev", first).await, ["RUNNING", "CANCELED"]);
    assert_eq!(bench.get("dev").await.rels(), ["deploymentBase"]);
}

#[tokio::test]
async fn item_22_refusals() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    let resource = format!("dev/cancelAction/{action}");
    let reply = bench.get(&resource).await;
    assert_eq!((reply.status, reply.body.len()), (404, 0));
    let reply = bench.post(&format!("{resource}/feedback"), &feedback("closed", "success")).await;
    assert_eq!((reply.status, &reply.json()["errorCode"]), (405, &json!("hawkbit.server.error.action.notCancelable")));
    bench.cancel("dev", action).await;
    let text = ("content-type", "text/plain");
    assert_eq!(bench.call("POST", &format!("{resource}/feedback"), &[GATEWAY, text], "x").await.status, 415);
    assert_eq!(bench.post(&format!("{resource}/feedback"), &json!({})).await.status, 400);
    assert_eq!(bench.report_cancel("unknown", action, "closed", "success").await, 404);
    assert_eq!(bench.report_cancel("dev", 99, "closed", "success").await, 404);
    for verb in ["PUT", "POST", "DELETE"] {
        assert_eq!(bench.send(verb, &resource, &json!({})).await.status, 405, "{verb}");
    }
}

#[tokio::test]
async fn item_23_the_bookkeeping_of_entries() {
    let bench = Bench::with(|settings| settings.quotas.status_entries_per_action = 10).await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    bench.cancel("dev", action).await;
    for number in 1..=8 {
        assert_eq!(bench.report_cancel("dev", action, "proceeding", "none").await, 200, "{number}");
    }
    assert_eq!(bench.report_cancel("dev", action, "proceeding", "none").await, 429);
    assert_eq!(bench.report_cancel("dev", action, "closed", "success").await, 200);
}

#[tokio::test]
async fn answers_after_the_cancellation_are_stored_only() {
    let (bench, action, _) = cancelling().await;
    bench.report_cancel("dev", action, "closed", "success").await;
    for (execution, finished) in [("rejected", "none"), ("closed", "success"), ("proceeding", "none")] {
        assert_eq!(bench.report_cancel("dev", action, execution, finished).await, 200);
        let stored = bench.action("dev", action).await;
        assert_eq!((stored.active, stored.status.name()), (false, "CANCELED"));
    }
    let expected = ["RUNNING", "CANCELING", "CANCELED", "CANCEL_REJECTED", "CANCELED", "RUNNING"];
    assert_eq!(bench.history("dev", action).await, expected);
}

#[tokio::test]
async fn a_cancel_the_server_does_not_know_is_a_warning() {
    let (bench, action, _) = cancelling().await;
    assert_eq!(bench.report_cancel("dev", action, "canceled", "none").await, 200);
    assert_eq!(bench.history("dev", action).await, ["RUNNING", "CANCELING", "WARNING"]);
    assert_eq!(bench.get("dev").await.rels(), ["cancelAction"]);
}

#[tokio::test]
async fn a_closing_answer_may_be_longer_than_a_history_entry_can_be() {
    let (bench, action, _) = cancelling().await;
    let mut answer = feedback("closed", "success");
    answer["status"]["details"] = json!(vec!["ä".repeat(600); 2000]);
    assert_eq!(bench.post(&format!("dev/cancelAction/{action}/feedback"), &answer).await.status, 200);
    let entries = bench.entries("dev", action).await;
    let messages = &entries[entries.len() - 1].messages;
    assert_eq!(messages[0], "Update Server: Cancellation confirmed.");
    assert!(messages[messages.len() - 1].ends_with("more messages were left out"), "{}", messages.len());
}

#[tokio::test]
async fn answers_after_the_end_are_counted() {
    let bench = Bench::with(|settings| settings.quotas.status_entries_per_action = 5).await;
    bench.register("dev").await;
    let software = bench.software("one").await;
    let action = bench.assign("dev", software.set).await;
    bench.cancel("dev", action).await;
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(bench.report_cancel("dev", action, "closed", "success").await);
    }
    assert_eq!(answers, [200, 200, 200, 429]);
}
