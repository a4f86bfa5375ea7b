//! What real clients do (DDI §21).

use serde_json::json;

use crate::bench::{Bench, GATEWAY};

async fn assigned() -> (Bench, i64) {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    (bench, action)
}

#[tokio::test]
async fn rauc_sends_a_charset_and_wants_exactly_200() {
    let (bench, action) = assigned().await;
    let both = "application/json;charset=UTF-8";
    let headers = [GATEWAY, ("accept", both), ("content-type", both)];
    let poll = bench.call("GET", "dev", &headers, "").await;
    assert_eq!((poll.status, poll.header("content-type")), (200, "application/json"));
    let body = json!({"id": "", "time": "20260101T000000", "status": {"result": {"finished": "success"}, "execution": "closed", "details": [""]}, "data": {"hw": "1"}});
    assert_eq!(bench.call("PUT", "dev/configData", &headers, body.to_string()).await.status, 200);
    let path = format!("dev/deploymentBase/{action}/feedback");
    assert_eq!(bench.call("POST", &path, &headers, body.to_string()).await.status, 200);
}

#[tokio::test]
async fn swupdate_sends_a_mode_and_many_details() {
    let (bench, action) = assigned().await;
    let details: Vec<String> = (0..48).map(|line| format!("line {line} <new>")).collect();
    let body = json!({"id": action.to_string(), "time": "t", "status": {"result": {"finished": "none", "progress": {"cnt": 1, "of": 2}}, "execution": "proceeding", "details": details}});
    assert_eq!(bench.post(&format!("dev/deploymentBase/{action}/feedback"), &body).await.status, 200);
    assert_eq!(bench.entries("dev", action).await.pop().unwrap().messages, details);
}

#[tokio::test]
async fn zephyr_answers_a_cancel_order_it_never_fetched() {
    let (bench, action) = assigned().await;
    bench.cancel("dev", action).await;
    let body = json!({"id": action.to_string(), "time": "", "status": {"execution": "closed", "result": {"finished": "success"}}});
    assert_eq!(bench.post(&format!("dev/cancelAction/{action}/feedback"), &body).await.status, 200);
    assert!(bench.get("dev").await.rels().is_empty());
}

#[tokio::test]
async fn zephyr_has_small_buffers() {
    let (bench, _) = assigned().await;
    let href = bench.get("dev").await.href("deploymentBase");
    let tail = &href[href.find("deploymentBase/").unwrap()..];
    assert!(tail.len() < 50, "{tail}");
    assert_eq!(bench.get("dev").await.sleep().len(), 8);
}

#[tokio::test]
async fn hara_sends_an_empty_tag_and_no_fingerprint() {
    let (bench, action) = assigned().await;
    let headers = [GATEWAY, ("accept", "application/hal+json"), ("if-none-match", "")];
    let first = bench.call("GET", "dev", &headers, "").await;
    assert_eq!(first.status, 200);
    let path = format!("dev/deploymentBase/{action}?actionHistory=0");
    let document = bench.call("GET", &path, &headers, "").await;
    assert_eq!(document.status, 200);
    let again = bench.get_with(&path, ("if-none-match", document.header("etag"))).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn hawkbit_rs_sends_a_null_mode() {
    let (bench, _) = assigned().await;
    assert_eq!(bench.put("dev/configData", &json!({"mode": null, "data": {"a": "b"}})).await.status, 200);
}
