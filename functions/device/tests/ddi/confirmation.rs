use harrier_domain::configuration::{Key, Value};
use serde_json::json;

use crate::bench::Bench;

async fn flow(on: bool) -> Bench {
    let bench = Bench::new().await;
    bench.configure(Key::ConfirmationFlow, Value::Bool(on)).await;
    bench.register("dev").await;
    bench
}

async fn waiting() -> (Bench, i64) {
    let bench = flow(true).await;
    let software = bench.software("one").await;
    let action = bench.assign("dev", software.set).await;
    (bench, action)
}

async fn answer(bench: &Bench, action: i64, word: &str) -> u16 {
    bench.post(&format!("dev/confirmationBase/{action}/feedback"), &json!({"confirmation": word})).await.status
}

#[tokio::test]
async fn item_31_confirmed() {
    let (bench, action) = waiting().await;
    let poll = bench.get("dev").await;
    assert_eq!(poll.rels(), ["confirmationBase"]);
    assert_eq!(poll.href("confirmationBase"), "http://localhost/DEFAULT/controller/v1/dev/confirmationBase");
    let deployment = bench.get(&format!("dev/deploymentBase/{action}")).await;
    assert_eq!((deployment.status, deployment.body.len()), (404, 0));
    assert_eq!(bench.report("dev", action, "closed", "success").await, 404);

    let base = bench.get(&poll.href("confirmationBase")).await;
    assert_eq!(base.json()["autoConfirm"], json!({"active": false, "activatedAt": 0}));
    assert_eq!(base.rels(), ["activateAutoConfirm", "confirmationBase"]);
    let href = base.href("confirmationBase");
    assert!(href.contains(&format!("/confirmationBase/{action}?c=")), "{href}");
    let document = bench.get(&format!("{href}&actionHistory=1")).await.json();
    assert_eq!(document["id"], action.to_string());
    assert_eq!(document["confirmation"]["download"], "forced");
    assert_eq!(document["confirmation"]["chunks"][0]["part"], "os");
    assert_eq!(document["actionHistory"]["status"], "WAIT_FOR_CONFIRMATION");
    assert_eq!(bench.history("dev", action).await, ["WAIT_FOR_CONFIRMATION"], "no retrieval is recorded");

    let body = json!({"confirmation": "confirmed", "code": 200, "details": ["operator pressed OK"]});
    let reply = bench.post(&format!("dev/confirmationBase/{action}/feedback"), &body).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    let entry = bench.entries("dev", action).await.pop().unwrap();
    let text = "Update Server: Target confirmed action. Therefore, it will be set to the running state to proceed with \
                the deployment.";
    assert_eq!(entry.messages, ["operator pressed OK", text, "Confirmation status code: 200"]);
    assert_eq!(bench.get("dev").await.rels(), ["deploymentBase"]);
    assert_eq!(bench.get(&format!("dev/confirmationBase/{action}")).await.status, 404);
    assert_eq!(answer(&bench, action, "confirmed").await, 404);
    assert_eq!(bench.report("dev", action, "closed", "success").await, 200);
    let closed = bench.post(&format!("dev/confirmationBase/{action}/feedback"), &body).await;
    assert_eq!((closed.status, closed.body.len()), (410, 0));
}

#[tokio::test]
async fn item_31_denied() {
    let (bench, action) = waiting().await;
    assert_eq!(answer(&bench, action, "denied").await, 200);
    assert_eq!(bench.history("dev", action).await, ["WAIT_FOR_CONFIRMATION", "WAIT_FOR_CONFIRMATION"]);
    assert_eq!(bench.get("dev").await.rels(), ["confirmationBase"]);
}

#[tokio::test]
async fn item_31_refusals() {
    let (bench, action) = waiting().await;
    for body in [json!({}), json!({"confirmation": "perhaps"}), json!({"confirmation": null})] {
        let reply = bench.post(&format!("dev/confirmationBase/{action}/feedback"), &body).await;
        assert_eq!((reply.status, reply.json().as_object().unwrap().len()), (400, 3), "{body}");
    }
    assert_eq!(answer(&bench, 99, "confirmed").await, 404);
    assert_eq!(bench.post("unknown/confirmationBase/1/feedback", &json!({"confirmation": "denied"})).await.status, 404);
}

#[tokio::test]
async fn item_32_the_flow_is_switched_off_afterwards() {
    let (bench, action) = waiting().await;
    bench.configure(Key::ConfirmationFlow, Value::Bool(false)).await;
    assert_eq!(bench.get("dev").await.rels(), ["confirmationBase"]);
    assert_eq!(bench.get(&format!("dev/confirmationBase/{action}")).await.status, 200);
    assert_eq!(answer(&bench, action, "denied").await, 200);
    assert_eq!(answer(&bench, action, "confirmed").await, 200);
    assert_eq!(bench.get("dev").await.rels(), ["deploymentBase"]);
    assert_eq!(answer(&bench, action, "denied").await, 404, "no revoking without the flow");
}

#[tokio::test]
async fn item_33_the_flow_was_never_on() {
    let bench = flow(false).await;
    let software = bench.software("one").await;
    let action = bench.assign("dev", software.set).await;
    let reply = bench.get(&format!("dev/confirmationBase/{action}")).await;
    assert_eq!((reply.status, reply.body.len()), (404, 0));
    let base = bench.get("dev/confirmationBase").await;
    assert_eq!((base.status, base.rels()), (200, vec!["activateAutoConfirm".to_owned()]));
    assert_eq!(bench.get("stranger/confirmationBase").await.status, 200);
    assert!(bench.target("stranger").await.is_some(), "registers");
}

#[tokio::test]
async fn item_34_a_confirmation_is_revoked() {
    let (bench, action) = waiting().await;
    answer(&bench, action, "confirmed").await;
    bench.get(&format!("dev/deploymentBase/{action}")).await;
    assert_eq!(answer(&bench, action, "denied").await, 200);
    assert_eq!(bench.get("dev").await.rels(), ["confirmationBase"]);
    let entry = bench.entries("dev", action).await.pop().unwrap();
    let text = "Update Server: Target revoked previously granted confirmation. Action returned to confirmation-pending \
                state.";
    assert_eq!(entry.messages, [text]);
    bench.cancel("dev", action).await;
    assert_eq!(answer(&bench, action, "denied").await, 404);
    assert_eq!(bench.get(&format!("dev/confirmationBase/{action}")).await.status, 404);
}

#[tokio::test]
async fn item_35_auto_confirmation() {
    let (bench, action) = waiting().await;
    let body = json!({"initiator": "shift-lead", "remark": "line 3"});
    let reply = bench.post("dev/confirmationBase/activateAutoConfirm", &body).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    let base = bench.get("dev/confirmationBase").await;
    let expected =
        json!({"active": true, "initiator": "shift-lead", "remark": "line 3", "activatedAt": bench.app.now()});
    assert_eq!((base.json()["autoConfirm"].clone(), base.rels()), (expected, vec!["deactivateAutoConfirm".to_owned()]));
    assert_eq!(bench.get("dev").await.rels(), ["deploymentBase"], "what waited runs");
    assert_eq!(bench.history("dev", action).await, ["WAIT_FOR_CONFIRMATION", "RUNNING"]);
    let entry = bench.entries("dev", action).await.pop().unwrap();
    assert!(entry.messages[0].contains("'shift-lead'") && entry.messages[0].contains("line 3"), "{:?}", entry.messages);

    let again = bench.post("dev/confirmationBase/activateAutoConfirm", &body).await;
    assert_eq!(
        (again.status, &again.json()["errorCode"]),
        (409, &json!("hawkbit.server.error.repo.autoConfAlreadyActive"))
    );
    bench.report("dev", action, "closed", "success").await;
    let two = bench.software("two").await;
    let next = bench.assign("dev", two.set).await;
    assert_eq!(bench.history("dev", next).await, ["WAIT_FOR_CONFIRMATION"]);
    assert_eq!(bench.action("dev", next).await.status.name(), "RUNNING", "later actions do not wait");

    for _ in 0..2 {
        assert_eq!(bench.post("dev/confirmationBase/deactivateAutoConfirm", &json!({})).await.status, 200);
    }
    assert_eq!(bench.get("dev/confirmationBase").await.json()["autoConfirm"]["active"], false);
    assert_eq!(bench.action("dev", next).await.status.name(), "RUNNING", "what runs goes on");
}

#[tokio::test]
async fn item_35_texts_that_are_missing_or_too_long() {
    let bench = flow(true).await;
    let activate = |body: &'static str| {
        let bench = &bench;
        async move {
            let headers = [crate::bench::GATEWAY, ("content-type", "application/json")];
            let headers = if body.is_empty() { &headers[..1] } else { &headers[..] };
            let reply = bench.call("POST", "dev/confirmationBase/activateAutoConfirm", headers, body).await;
            assert_eq!(reply.status, 200, "{body}");
            let state = bench.get("dev/confirmationBase").await.json()["autoConfirm"].clone();
            bench.post("dev/confirmationBase/deactivateAutoConfirm", &json!(null)).await;
            (state.get("initiator").cloned(), state.get("remark").cloned())
        }
    };
    let default = "Initiated using the Device Direct Integration API without providing a remark.";
    assert_eq!(activate("").await, (None, Some(json!(default))));
    assert_eq!(activate("{}").await, (None, None));
    assert_eq!(activate(r#"{"initiator":"","remark":""}"#).await, (None, None));
    assert_eq!(activate(r#"{"initiator":"me"}"#).await, (Some(json!("me")), None));
    for body in [json!({"initiator": "x".repeat(65)}), json!({"remark": "x".repeat(513)})] {
        assert_eq!(bench.post("dev/confirmationBase/activateAutoConfirm", &body).await.status, 400);
    }
    for switch in ["activateAutoConfirm", "deactivateAutoConfirm"] {
        assert_eq!(bench.post(&format!("unknown/confirmationBase/{switch}"), &json!({})).await.status, 404);
    }
}

#[tokio::test]
async fn item_35_more_waiting_actions_than_one_transaction_takes() {
    let bench = flow(true).await;
    for number in 0..45 {
        let step: &[(&str, &[(&str, &[u8])])] = &[("os", &[])];
        let software = bench.build(&number.to_string(), step, |set| set.required_migration_step = true).await;
        bench.assign("dev", software.set).await;
    }
    assert_eq!(bench.post("dev/confirmationBase/activateAutoConfirm", &json!({})).await.status, 200);
    let target = bench.target("dev").await.unwrap();
    assert!(target.auto_confirm.is_some());
    assert_eq!(target.open_actions.len(), 45);
    assert!(target.open_actions.iter().all(|action| action.status.name() == "RUNNING"));
}
