use harrier_domain::target::UpdateStatus;
use serde_json::json;

use crate::bench::Bench;

#[tokio::test]
async fn item_24_what_can_be_read() {
    let bench = Bench::new().await;
    let (one, two, three) = (bench.software("one").await, bench.software("two").await, bench.software("three").await);
    bench.register("dev").await;
    let status = |action: i64| {
        let bench = &bench;
        async move { bench.get(&format!("dev/installedBase/{action}")).await.status }
    };
    let first = bench.assign("dev", one.set).await;
    assert_eq!(status(first).await, 404, "pending");
    bench.report("dev", first, "closed", "success").await;
    assert_eq!(status(first).await, 200);
    let document = bench.get(&format!("dev/installedBase/{first}?actionHistory=1")).await.json();
    assert_eq!((&document["id"], &document["deployment"]["update"]), (&json!(first.to_string()), &json!("forced")));
    assert_eq!(document["actionHistory"]["status"], "FINISHED");
    assert_eq!(document["deployment"]["chunks"][0]["artifacts"][0]["filename"], "image.bin");
    assert_eq!(bench.history("dev", first).await, ["RUNNING", "FINISHED"], "nothing is recorded");

    let second = bench.assign("dev", two.set).await;
    bench.cancel("dev", second).await;
    assert_eq!(status(second).await, 404, "cancelling");
    bench.report_cancel("dev", second, "closed", "success").await;
    assert_eq!(status(second).await, 404, "cancelled");
    let linked = |action: i64| format!("http://localhost/DEFAULT/controller/v1/dev/installedBase/{action}");
    assert_eq!(bench.get("dev").await.href("installedBase"), linked(first));

    let third = bench.assign("dev", three.set).await;
    bench.report("dev", third, "closed", "failure").await;
    assert_eq!(bench.get("dev").await.href("installedBase"), linked(first), "a failure is not linked");
    assert_eq!(status(third).await, 200, "but can be read");

    let fourth = bench.assign("dev", two.set).await;
    bench.clock.advance(1);
    bench.report("dev", fourth, "closed", "success").await;
    assert_eq!(bench.get("dev").await.href("installedBase"), linked(fourth));
    assert_eq!(status(first).await, 200, "older ones stay");
    assert_eq!(bench.get("dev/installedBase/99").await.status, 404);
    assert_eq!(bench.get("unknown/installedBase/1").await.status, 404);
}

#[tokio::test]
async fn item_25_a_device_reports_what_it_has() {
    let bench = Bench::new().await;
    let (one, two) = (bench.software("one").await, bench.software("two").await);
    bench.register("dev").await;
    let put = |name: &'static str| {
        let bench = &bench;
        async move { bench.put("dev/installedBase", &json!({"name": name, "version": "1.0"})).await }
    };
    assert_eq!(put("nothing").await.status, 404);
    let created = put("one").await;
    assert_eq!((created.status, created.body.len()), (201, 0));
    let target = bench.target("dev").await.unwrap();
    assert_eq!((target.assigned_set, target.installed_set), (Some(one.set), Some(one.set)));
    assert_eq!(target.update_status, UpdateStatus::InSync);
    let action = target.installed_action.unwrap();
    let entry = bench.entries("dev", action).await.pop().unwrap();
    assert_eq!(entry.messages.last().unwrap(), "Update Server: Action reported as offline deployment");
    assert_eq!(bench.get("dev").await.rels(), ["installedBase"]);
    assert_eq!(put("one").await.status, 200);
    assert_eq!(bench.target("dev").await.unwrap().actions, 1);

    bench.assign("dev", two.set).await;
    assert_eq!(put("one").await.status, 200, "there is work pending");
    assert_eq!(bench.target("dev").await.unwrap().assigned_set, Some(two.set));
    assert_eq!(bench.put("unknown/installedBase", &json!({"name": "one", "version": "1.0"})).await.status, 404);
    for body in [json!({"name": "one"}), json!({"version": "1.0"}), json!({"name": "", "version": "1.0"})] {
        assert_eq!(bench.put("dev/installedBase", &body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn item_25_sets_that_cannot_be_installed() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    bench.build("empty", &[], |_| ()).await;
    bench.build("invalid", &[("os", &[])], |set| set.valid = false).await;
    for (name, code) in [("empty", "incomplete"), ("invalid", "invalid")] {
        let reply = bench.put("dev/installedBase", &json!({"name": name, "version": "1.0"})).await;
        let code = format!("hawkbit.server.error.distributionset.{code}");
        assert_eq!((reply.status, &reply.json()["errorCode"]), (400, &json!(code)));
    }
}
