//! What each request may cost, in DynamoDB request units (`docs/architecture.md`, "Budgets").

use serde_json::json;

use crate::bench::{Bench, GATEWAY, MINUTE, Reply, feedback};

#[track_caller]
fn assert_within(reply: &Reply, read: f64, write: f64) {
    let (read_units, write_units) = reply.units();
    assert!(reply.status < 400, "{}", reply.status);
    assert!(read_units <= read && write_units <= write, "read {read_units} of {read}, write {write_units} of {write}");
}

/// A bench whose process has seen the tenant and the module type before, as any has after its first request.
async fn warm() -> (Bench, i64, String) {
    let bench = Bench::new().await;
    let (other, software) = (bench.software("other").await, bench.software("one").await);
    bench.register("other").await;
    bench.assign("other", other.set).await;
    bench.get("other/deploymentBase/1").await;
    bench.register("dev").await;
    let action = bench.assign("dev", software.set).await;
    (bench, action, format!("dev/softwaremodules/{}/artifacts/image.bin", software.modules[0]))
}

#[tokio::test]
async fn polls() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    let poll = bench.get("dev").await;
    assert_eq!(poll.units(), (0.5, 0.0));
    let unchanged = bench.get_with("dev", ("if-none-match", poll.header("etag"))).await;
    assert_eq!((unchanged.status, unchanged.units()), (304, (0.5, 0.0)));
    bench.clock.advance(MINUTE);
    bench.get("other").await;
    assert_eq!(bench.get("dev").await.units(), (0.5, 1.0), "last seen is due");
}

#[tokio::test]
async fn polls_with_a_pending_action() {
    let (bench, ..) = warm().await;
    let poll = bench.get("dev").await;
    assert_within(&poll, 0.5, 1.0);
    let unchanged = bench.get_with("dev", ("if-none-match", poll.header("etag"))).await;
    assert_eq!(unchanged.status, 304);
    assert_within(&unchanged, 0.5, 1.0);
}

#[tokio::test]
async fn deployments() {
    let (bench, action, _) = warm().await;
    let path = format!("dev/deploymentBase/{action}");
    assert_within(&bench.get(&path).await, 2.5, 6.0);
    assert_within(&bench.get(&path).await, 2.5, 0.0);
}

#[tokio::test]
async fn reports() {
    let (bench, action, _) = warm().await;
    bench.get(&format!("dev/deploymentBase/{action}")).await;
    let path = format!("dev/deploymentBase/{action}/feedback");
    assert_within(&bench.post(&path, &feedback("proceeding", "none")).await, 2.0, 4.0);
    let mut coded = feedback("proceeding", "none");
    coded["status"]["code"] = json!(7);
    assert_within(&bench.post(&path, &coded).await, 2.0, 6.0);
    assert_within(&bench.post(&path, &coded).await, 2.0, 4.0);
    assert_within(&bench.post(&path, &feedback("closed", "success")).await, 2.0, 14.0);
}

#[tokio::test]
async fn cancellations() {
    let (bench, action, _) = warm().await;
    bench.cancel("dev", action).await;
    let path = format!("dev/cancelAction/{action}");
    assert_within(&bench.get(&path).await, 1.5, 4.0);
    assert_within(&bench.get(&path).await, 1.5, 0.0);
    assert_within(&bench.post(&format!("{path}/feedback"), &feedback("closed", "success")).await, 2.0, 14.0);
}

#[tokio::test]
async fn downloads() {
    let (bench, action, file) = warm().await;
    // In the moments after an assignment nothing is remembered.
    bench.clock.advance(5_000);
    bench.get(&format!("dev/deploymentBase/{action}")).await;
    assert_within(&bench.get(&file).await, 0.5, 2.0);
    assert_within(&bench.get_with(&file, ("range", "bytes=0-0")).await, 0.5, 0.0);
    assert_within(&bench.call("HEAD", &file, &[GATEWAY], "").await, 0.5, 0.0);
    // A process that has never seen this software reads the set and the module as well.
    bench.clock.advance(1);
    assert_within(&bench.cold().get(&file).await, 1.5, 2.0);
}

#[tokio::test]
async fn attributes() {
    let (bench, ..) = warm().await;
    assert_within(&bench.put("dev/configData", &json!({"data": {"hw": "2"}})).await, 2.0, 4.0);
    assert_within(&bench.put("dev/configData", &json!({"data": {"hw": "2"}})).await, 2.0, 0.0);
}
