use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::bench::{Bench, GATEWAY, MINUTE};

async fn attributes(bench: &Bench) -> BTreeMap<String, String> {
    let details = bench.app.store.details(&bench.tenant, "dev").await.unwrap();
    details.map(|details| details.attributes.clone()).unwrap_or_default()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

async fn put(bench: &Bench, body: Value) -> u16 {
    bench.put("dev/configData", &body).await.status
}

#[tokio::test]
async fn item_30_the_modes() {
    let bench = Bench::new().await;
    bench.get("dev").await;
    let reply = bench.put("dev/configData", &json!({"data": {"a": "1", "b": 2, "c": true}})).await;
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    assert_eq!(attributes(&bench).await, map(&[("a", "1"), ("b", "2"), ("c", "true")]));
    assert_eq!(put(&bench, json!({"mode": "merge", "data": {"a": "9", "b": null}})).await, 200);
    assert_eq!(attributes(&bench).await, map(&[("a", "9"), ("c", "true")]));
    let extras = json!({"mode": "replace", "data": {"x": "1", "y": null}, "id": "7", "time": "t", "status": {}});
    assert_eq!(put(&bench, extras).await, 200);
    assert_eq!(attributes(&bench).await, map(&[("x", "1")]));
    assert_eq!(put(&bench, json!({"mode": null, "data": {"y": "2"}})).await, 200);
    assert_eq!(put(&bench, json!({"mode": "remove", "data": {"x": "whatever"}})).await, 200);
    assert_eq!(attributes(&bench).await, map(&[("y", "2")]));
}

#[tokio::test]
async fn item_30_the_link_is_there_until_the_first_report() {
    let bench = Bench::new().await;
    assert_eq!(bench.get("dev").await.rels(), ["configData"]);
    let before = bench.target("dev").await.unwrap();
    bench.clock.advance(MINUTE);
    assert_eq!(put(&bench, json!({"data": {"a": "1"}})).await, 200);
    assert!(bench.get("dev").await.rels().is_empty());
    assert_eq!(bench.target("dev").await.unwrap().audit, before.audit);
    let again = bench.put("dev/configData", &json!({"data": {"a": "1"}})).await;
    assert_eq!((again.status, again.units().1), (200, 0.0), "nothing changed, nothing is written");
}

#[tokio::test]
async fn item_30_a_report_without_change_clears_the_request_too() {
    let bench = Bench::new().await;
    bench.get("dev").await;
    assert_eq!(put(&bench, json!({"mode": "remove", "data": {"nothing": "1"}})).await, 200);
    assert!(bench.get("dev").await.rels().is_empty());
}

#[tokio::test]
async fn item_30_the_quota() {
    let bench = Bench::with(|settings| settings.quotas.attributes_per_target = 10).await;
    bench.get("dev").await;
    let data: BTreeMap<String, String> = (0..10).map(|number| (format!("k{number}"), "v".to_owned())).collect();
    assert_eq!(put(&bench, json!({"data": data})).await, 200);
    let reply = bench.put("dev/configData", &json!({"data": {"k10": "v"}})).await;
    assert_eq!((reply.status, &reply.json()["errorCode"]), (429, &json!("hawkbit.server.error.quota.tooManyEntries")));
    assert_eq!(put(&bench, json!({"data": {"k9": "other"}})).await, 200);
    assert_eq!(put(&bench, json!({"data": {"k0": null, "k10": "v"}})).await, 200);
}

#[tokio::test]
async fn item_30_refusals() {
    let bench = Bench::new().await;
    bench.get("dev").await;
    let long = "x".repeat(129);
    for data in [json!({long.clone(): "v"}), json!({"k": long}), json!({"\u{e4}": "v"}), json!({"k": "\u{e4}"})] {
        let reply = bench.put("dev/configData", &json!({"data": data})).await;
        let code = "hawkbit.server.error.repo.invalidTargetAttributes";
        assert_eq!((reply.status, &reply.json()["errorCode"]), (400, &json!(code)), "{data}");
    }
    for body in [
        json!({"data": {}}),
        json!({}),
        json!({"mode": "MERGE", "data": {"a": "b"}}),
        json!({"mode": "keep", "data": {"a": "b"}}),
    ] {
        assert_eq!(put(&bench, body.clone()).await, 400, "{body}");
    }
    for verb in ["POST", "DELETE", "GET"] {
        assert_eq!(bench.send(verb, "dev/configData", &json!({"data": {"a": "b"}})).await.status, 405, "{verb}");
    }
    assert_eq!(bench.put("unknown/configData", &json!({"data": {"a": "b"}})).await.status, 404);
    assert_eq!(bench.target("unknown").await, None);
    assert!(attributes(&bench).await.is_empty());
}

#[tokio::test]
async fn item_30_cbor() {
    let bench = Bench::new().await;
    bench.get("dev").await;
    let mut body = Vec::new();
    ciborium::into_writer(&json!({"mode": "merge", "data": {"a": "1"}}), &mut body).unwrap();
    let reply = bench.call("PUT", "dev/configData", &[GATEWAY, ("content-type", "application/cbor")], body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(attributes(&bench).await, map(&[("a", "1")]));
}
