use harrier_domain::target::UpdateStatus;
use harrier_store::{Consistency, Record as _};

use crate::bench::{Bench, GATEWAY, MINUTE};

#[tokio::test]
async fn item_1_media_types() {
    let bench = Bench::new().await;
    for (accept, expected) in [
        (None, "application/hal+json"),
        (Some("*/*"), "application/hal+json"),
        (Some("application/json;charset=UTF-8"), "application/json"),
        (Some("application/cbor"), "application/cbor"),
    ] {
        let headers: Vec<_> = [GATEWAY].into_iter().chain(accept.map(|accept| ("accept", accept))).collect();
        let reply = bench.call("GET", "dev", &headers, "").await;
        assert_eq!((reply.status, reply.header("content-type")), (200, expected), "{accept:?}");
        assert!(!reply.header("etag").is_empty());
    }
    assert_eq!(bench.get_with("dev", ("accept", "application/atom+xml")).await.status, 406);
}

#[tokio::test]
async fn item_1_cbor_has_an_array_of_links() {
    let bench = Bench::new().await;
    let decode = |bytes: &[u8]| ciborium::from_reader::<serde_json::Value, _>(bytes).unwrap();
    let reply = bench.get_with("dev", ("accept", "application/cbor")).await;
    let document = decode(&reply.body);
    assert_eq!(document["links"][0]["rel"], "configData");
    assert_eq!(document["config"]["polling"]["sleep"], "00:05:00");
    bench.register("dev").await;
    let document = decode(&bench.get_with("dev", ("accept", "application/cbor")).await.body);
    assert_eq!(document["links"], serde_json::json!([]));
}

#[tokio::test]
async fn item_2_an_unknown_device_registers() {
    let bench = Bench::new().await;
    assert_eq!(bench.target("dev").await, None);
    let reply = bench.get("dev").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.href("configData"), "http://localhost/DEFAULT/controller/v1/dev/configData");
    let target = bench.target("dev").await.unwrap();
    assert_eq!(target.update_status, UpdateStatus::Registered);
    assert_eq!(target.address.as_deref(), Some("http://127.0.0.1"));
    assert_eq!(target.audit.created_by, "CONTROLLER_PLUG_AND_PLAY");
    assert_eq!(target.description.as_deref(), Some("Plug and Play target: dev"));
    assert_eq!((target.name.as_str(), target.number), ("dev", 1));
    assert_eq!(target.security_token.len(), 32);
    assert_eq!(bench.app.store.target_count(&bench.tenant).await.unwrap(), 1);
}

#[tokio::test]
async fn item_2_addresses() {
    let bench = Bench::new().await;
    bench.get_with("a", ("x-forwarded-for", "192.168.0.4 , 10.0.0.1 ")).await;
    assert_eq!(bench.target("a").await.unwrap().address.as_deref(), Some("http://192.168.0.4"));
    bench.get_with("a", ("x-forwarded-for", "2001:db8::1")).await;
    assert_eq!(bench.target("a").await.unwrap().address.as_deref(), Some("http://[2001:db8::1]"));
    let hidden = Bench::with(|settings| settings.track_remote_ip = false).await;
    hidden.get("a").await;
    assert_eq!(hidden.target("a").await.unwrap().address.as_deref(), Some("http://***"));
}

#[tokio::test]
async fn item_2_a_race_of_first_polls_makes_one_target() {
    let bench = Bench::new().await;
    let polls = futures::future::join_all((0..8).map(|_| bench.get("dev"))).await;
    assert!(polls.iter().all(|poll| poll.status == 200));
    assert_eq!(bench.app.store.target_count(&bench.tenant).await.unwrap(), 1);
    let bodies: std::collections::BTreeSet<_> = polls.iter().map(|poll| poll.body.clone()).collect();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn item_3_a_target_made_before_becomes_registered() {
    let bench = Bench::new().await;
    bench.create_target("dev", "secret").await;
    let made = bench.target("dev").await.unwrap();
    bench.clock.advance(MINUTE);
    assert_eq!(bench.get("dev").await.status, 200);
    let registered = bench.target("dev").await.unwrap();
    assert_eq!(registered.update_status, UpdateStatus::Registered);
    assert_eq!(registered.last_seen, Some(bench.app.now()));
    assert_eq!(registered.address.as_deref(), Some("http://127.0.0.1"));
    bench.clock.advance(2 * MINUTE);
    assert_eq!(bench.get("dev").await.status, 200);
    let later = bench.target("dev").await.unwrap();
    assert_eq!(later.last_seen, Some(bench.app.now()));
    assert_eq!((&later.audit, &registered.audit), (&made.audit, &made.audit));
    assert_eq!(later.revision, registered.revision);
}

#[tokio::test]
async fn item_4_ids_have_a_limit() {
    let bench = Bench::new().await;
    assert_eq!(bench.get(&"x".repeat(256)).await.status, 200);
    let reply = bench.get(&"x".repeat(257)).await;
    assert_eq!(
        (reply.status, &reply.json()["errorCode"]),
        (400, &"hawkbit.server.error.repo.constraintViolation".into())
    );
    assert_eq!(bench.get("a%20b").await.status, 400);
    assert_eq!(bench.get(&format!("{}/confirmationBase", "x".repeat(257))).await.status, 400);
    assert_eq!(bench.app.store.target_count(&bench.tenant).await.unwrap(), 1);
    for missing in ["/DEFAULT/controller/v1/", "/DEFAULT/controller/v1", "dev/unknown", "dev/deploymentBase"] {
        assert_eq!(bench.get(missing).await.status, 404, "{missing}");
    }
    assert_eq!(bench.get(&format!("{}/deploymentBase/1", "x".repeat(257))).await.status, 404);
}

#[tokio::test]
async fn item_6_entity_tags_follow_what_the_device_is_told() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    let first = bench.get("dev").await;
    let again = |tag: String| {
        let bench = &bench;
        async move { bench.get_with("dev", ("if-none-match", &tag)).await }
    };
    let repeated = again(first.header("etag").to_owned()).await;
    assert_eq!((repeated.status, repeated.body.len()), (304, 0));
    assert_eq!(repeated.header("etag"), first.header("etag"));

    let action = bench.assign("dev", software.set).await;
    let offered = again(first.header("etag").to_owned()).await;
    assert_eq!((offered.status, offered.rels()), (200, vec!["deploymentBase".to_owned()]));
    assert_eq!(again(offered.header("etag").to_owned()).await.status, 304);

    bench.report("dev", action, "closed", "success").await;
    let finished = again(offered.header("etag").to_owned()).await;
    assert_eq!((finished.status, finished.rels()), (200, vec!["configData".to_owned(), "installedBase".to_owned()]));
    assert_ne!(finished.header("etag"), first.header("etag"));
    for ignored in ["", "*", "\"other\""] {
        assert_eq!(again(ignored.to_owned()).await.status, 200, "{ignored}");
    }
}

#[tokio::test]
async fn item_7_the_request_for_attributes_comes_and_goes() {
    let bench = Bench::new().await;
    let (one, two) = (bench.software("one").await, bench.software("two").await);
    assert_eq!(bench.get("dev").await.rels(), ["configData"]);
    bench.register("dev").await;
    assert!(bench.get("dev").await.rels().is_empty());
    assert_eq!(bench.get("dev").await.json().get("_links"), None);
    let action = bench.assign("dev", one.set).await;
    bench.report("dev", action, "closed", "success").await;
    assert_eq!(bench.get("dev").await.rels(), ["configData", "installedBase"]);
    bench.register("dev").await;
    let action = bench.assign("dev", two.set).await;
    bench.report("dev", action, "closed", "failure").await;
    assert_eq!(bench.get("dev").await.rels(), ["installedBase"]);
}

#[tokio::test]
async fn the_tenant_is_echoed_in_polls_and_stored_in_artifact_links() {
    let bench = Bench::new().await;
    let software = bench.software("one").await;
    bench.register("dev").await;
    bench.assign("dev", software.set).await;
    let poll = bench.get("/default/controller/v1/dev").await;
    let href = poll.href("deploymentBase");
    assert!(href.starts_with("http://localhost/default/controller/v1/dev/deploymentBase/1?c="), "{href}");
    let document = bench.get(&href).await.json();
    let links = &document["deployment"]["chunks"][0]["artifacts"][0]["_links"];
    let base = format!("http://localhost/DEFAULT/controller/v1/dev/softwaremodules/{}", software.modules[0]);
    assert_eq!(links["download-http"]["href"], format!("{base}/artifacts/image.bin"));
    assert_eq!(links["md5sum-http"]["href"], format!("{base}/artifacts/image.bin.MD5SUM"));
}

#[tokio::test]
async fn responses_carry_the_headers_of_section_1_3() {
    let bench = Bench::new().await;
    let reply = bench.get("dev").await;
    assert_eq!(reply.header("cache-control"), "no-cache, no-store, max-age=0, must-revalidate");
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    assert_eq!(reply.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn a_contact_is_written_once_per_resolution() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    let seen = bench.target("dev").await.unwrap().last_seen;
    bench.clock.advance(MINUTE - 1);
    assert_eq!(bench.get("dev").await.units().1, 0.0);
    assert_eq!(bench.target("dev").await.unwrap().last_seen, seen);
    bench.clock.advance(1);
    assert_eq!(bench.get("dev").await.units().1, 1.0);
    assert_eq!(bench.target("dev").await.unwrap().last_seen, Some(bench.app.now()));
}

#[tokio::test]
async fn a_deleted_target_registers_anew() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    let target = bench.app.store.target(&bench.tenant, "dev", Consistency::Strong).await.unwrap().unwrap();
    let mut transaction = bench.app.store.transaction(&bench.tenant);
    transaction.delete_key(&target.key(&bench.tenant)).count_target(&bench.tenant, "dev", -1);
    transaction.commit().await.unwrap();
    assert_eq!(bench.put("dev/configData", &serde_json::json!({"data": {"a": "b"}})).await.status, 404);
    assert_eq!(bench.get("dev").await.status, 200);
    assert_ne!(bench.target("dev").await.unwrap().security_token, target.security_token);
}
