use harrier_domain::configuration::{Key, Value};
use harrier_identity::device::CertificateHeaders;

use crate::bench::Bench;

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
