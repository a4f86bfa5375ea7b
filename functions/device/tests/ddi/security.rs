use harrier_domain::configuration::{Key, Value};
use harrier_identity::device::CertificateHeaders;

use harrier_rest::{FilterSettings, Limits, Network};

use crate::bench::{Bench, GATEWAY};

async fn all_mechanisms(bench: &Bench, on: bool) {
    bench.configure(Key::TargetTokenAuthentication, Value::Bool(on)).await;
    bench.configure(Key::GatewayTokenAuthentication, Value::Bool(on)).await;
    bench.configure(Key::HeaderAuthentication, Value::Bool(on)).await;
    bench.configure(Key::HeaderAuthority, Value::Text("hash-a; hash-b".to_owned())).await;
}

#[tokio::test]
async fn item_36_the_token_matrix() {
    let bench = Bench::with(|settings| settings.certificate_headers = Some(CertificateHeaders::default())).await;
    bench.create_target("known", "secret").await;
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], u16);
    let rows: [Row<'_>; 13] = [
        ("known", &[("authorization", "TargetToken secret")], 200),
        ("known", &[("authorization", "TargetToken wrong")], 401),
        ("known", &[("authorization", "targettoken secret")], 401),
        ("new-1", &[("authorization", "TargetToken secret")], 401),
        ("known", &[("authorization", "GatewayToken gate")], 200),
        ("new-2", &[("authorization", "GatewayToken gate")], 200),
        ("new-3", &[("authorization", "GatewayToken wrong")], 401),
        ("known", &[], 401),
        ("known", &[("x-controller-id", "known"), ("x-authority", "HASH-A")], 200),
        ("new-4", &[("x-controller-id", "new-4"), ("x-authority", "other, hash-b")], 200),
        (
            "new-5",
            &[("x-ssl-client-cn", "new-5"), ("x-ssl-issuer-hash-1", "z"), ("x-ssl-issuer-hash-2", "hash-a")],
            200,
        ),
        ("known", &[("x-controller-id", "other"), ("x-authority", "hash-a")], 401),
        ("known", &[("x-controller-id", "known"), ("x-authority", "")], 401),
    ];
    all_mechanisms(&bench, false).await;
    for (id, headers, _) in rows {
        assert_eq!(bench.call("GET", id, headers, "").await.status, 401, "disabled: {id} {headers:?}");
    }
    all_mechanisms(&bench, true).await;
    for (id, headers, expected) in rows {
        let reply = bench.call("GET", id, headers, "").await;
        assert_eq!(reply.status, expected, "{id} {headers:?}");
        if expected == 401 {
            assert_eq!(reply.body.len(), 0);
        }
    }
    assert_eq!(bench.app.store.target_count(&bench.tenant).await.unwrap(), 4, "refused devices are not registered");
}

#[tokio::test]
async fn item_36_unknown_tenants_and_any_letter_case() {
    let bench = Bench::new().await;
    for tenant in ["default", "Default", "DEFAULT"] {
        assert_eq!(bench.get(&format!("/{tenant}/controller/v1/dev")).await.status, 200, "{tenant}");
    }
    for tenant in ["other", "a%23b", "%20"] {
        let reply = bench.get(&format!("/{tenant}/controller/v1/dev")).await;
        assert_eq!((reply.status, reply.body.len()), (401, 0), "{tenant}");
    }
}

#[tokio::test]
async fn item_36_every_resource_asks_for_credentials() {
    let bench = Bench::new().await;
    bench.register("dev").await;
    for (verb, path) in [
        ("GET", "dev"),
        ("PUT", "dev/configData"),
        ("GET", "dev/deploymentBase/1"),
        ("POST", "dev/deploymentBase/1/feedback"),
        ("GET", "dev/cancelAction/1"),
        ("POST", "dev/cancelAction/1/feedback"),
        ("GET", "dev/installedBase/1"),
        ("PUT", "dev/installedBase"),
        ("GET", "dev/softwaremodules/1/artifacts"),
        ("GET", "dev/softwaremodules/1/artifacts/f"),
        ("HEAD", "dev/softwaremodules/1/artifacts/f"),
        ("GET", "dev/softwaremodules/1/artifacts/f.MD5SUM"),
        ("GET", "dev/confirmationBase"),
        ("GET", "dev/confirmationBase/1"),
        ("POST", "dev/confirmationBase/1/feedback"),
        ("POST", "dev/confirmationBase/activateAutoConfirm"),
        ("POST", "dev/confirmationBase/deactivateAutoConfirm"),
    ] {
        assert_eq!(bench.call(verb, path, &[], "").await.status, 401, "{verb} {path}");
    }
}

#[tokio::test]
async fn a_setting_that_was_just_made_works_at_once() {
    let bench = Bench::new().await;
    let other = bench.cold();
    let credentials = [("authorization", "GatewayToken new")];
    assert_eq!(bench.call("GET", "dev", &credentials, "").await.status, 401);
    other.configure(Key::GatewayToken, Value::Text("new".to_owned())).await;
    bench.clock.advance(600);
    assert_eq!(bench.call("GET", "dev", &credentials, "").await.status, 200);
}

async fn polls(bench: &Bench, device: &str, count: usize) -> usize {
    let mut answered = 0;
    for _ in 0..count {
        let reply = bench.get(device).await;
        assert!(reply.status == 200 || (reply.status == 429 && reply.body.is_empty()), "{}", reply.status);
        answered += usize::from(reply.status == 200);
    }
    answered
}

#[tokio::test]
async fn item_37_a_flood_is_429() {
    let limited = |unlimited: Vec<Network>| FilterSettings { unlimited, ..FilterSettings::guarded() };
    let bench = Bench::with(|settings| settings.filters = limited(Vec::new())).await;
    assert_eq!(polls(&bench, "dev", 210).await, 200);
    assert_eq!(
        bench.put("dev/configData", &serde_json::json!({"data": {}})).await.status,
        400,
        "writes are counted apart"
    );
    bench.clock.advance(1000);
    assert_eq!(polls(&bench, "dev", 1).await, 1);
    let bench = Bench::with(|settings| settings.filters = limited(Network::private())).await;
    assert_eq!(polls(&bench, "dev", 210).await, 210, "a private address has no limit");
}

#[tokio::test]
async fn item_37_a_device_that_floods_does_not_silence_the_others() {
    let per_device = Limits { reads: 3, writes: 1 };
    let bench =
        Bench::with(|settings| settings.filters = FilterSettings { per_device, ..FilterSettings::default() }).await;
    assert_eq!(polls(&bench, "loud", 10).await, 3);
    assert_eq!(polls(&bench, "quiet", 2).await, 2);
}

#[tokio::test]
async fn item_37_blocked_addresses_and_wrong_hosts() {
    let blocked = vec!["127.0.0.0/8".parse().unwrap()];
    let bench = Bench::with(|settings| settings.filters.blocked = blocked).await;
    let reply = bench.get("dev").await;
    assert_eq!((reply.status, reply.body.len()), (403, 0));

    let bench = Bench::with(|settings| settings.filters.allowed_hosts = vec!["fw.example.org".to_owned()]).await;
    for (host, status) in [("fw.example.org", 200), ("FW.example.org:8443", 200), ("other.example.org", 400), ("", 400)]
    {
        let reply = bench.call("GET", "dev", &[GATEWAY, ("host", host)], "").await;
        assert_eq!(reply.status, status, "{host}");
    }
}

#[tokio::test]
async fn devices_log_in_from_where_devices_are() {
    for (network, status) in [("127.0.0.1", 200), ("203.0.113.0/24", 401)] {
        let bench = Bench::with(|settings| settings.device_networks = vec![network.parse().unwrap()]).await;
        // What the caller says of itself does not matter.
        let reply = bench.get_with("dev", ("x-forwarded-for", "203.0.113.1")).await;
        assert_eq!(reply.status, status, "{network}");
    }
}
