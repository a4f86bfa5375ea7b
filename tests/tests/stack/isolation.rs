//! Two tenants: nothing of one is visible to the other.

use harrier_tests::{Client, World};
use serde_json::{Value, json};

/// Ids anywhere in a listing.
async fn ids(api: &Client, path: &str) -> Vec<Value> {
    let listing = api.get(path).await.expect(200).json();
    let content = listing["content"].as_array().cloned().unwrap_or_default();
    content.iter().map(|entity| entity.get("controllerId").unwrap_or(&entity["id"]).clone()).collect()
}

#[tokio::test]
async fn nothing_of_one_tenant_is_visible_to_the_other() {
    let world = World::start().await;
    let (ours, theirs) = (world.admin.clone(), world.tenant("OTHER").await);
    world.device(&ours, "shared-name").await;
    let deployment = world.deployment(&ours, "secret", b"the bytes of DEFAULT").await;
    let action = world.assign(&ours, deployment.set, "shared-name").await;

    for listing in ["targets", "softwaremodules", "distributionsets", "actions"] {
        assert_eq!(ids(&theirs, &format!("/rest/v1/{listing}")).await, Vec::<Value>::new(), "{listing}");
    }
    let module = deployment.module;
    let paths = [
        "/rest/v1/targets/shared-name".to_owned(),
        format!("/rest/v1/targets/shared-name/actions/{action}"),
        format!("/rest/v1/actions/{action}"),
        format!("/rest/v1/softwaremodules/{module}/artifacts/{}", deployment.artifact),
        format!("/rest/v1/softwaremodules/{module}/artifacts/{}/download", deployment.artifact),
    ];
    for path in paths {
        assert_eq!(theirs.get(&path).await.status, 404, "{path}");
        assert!(ours.get(&path).await.status < 400, "{path} is there for its owner");
    }
    assert_eq!(theirs.delete("/rest/v1/targets/shared-name").await.status, 404);
    // Ids count per tenant: the same number is something else there, or nothing.
    assert_eq!(theirs.get(&format!("/rest/v1/distributionsets/{}", deployment.set)).await.status, 404);
}

#[tokio::test]
async fn device_tokens_open_one_device_of_one_tenant() {
    let world = World::start().await;
    let theirs = world.tenant("OTHER").await;
    let ours_7 = world.device(&world.admin, "dev-7").await;
    world.device(&world.admin, "dev-8").await;
    world.device(&theirs, "dev-7").await;

    assert_eq!(ours_7.get("/DEFAULT/controller/v1/dev-7").await.status, 200);
    assert_eq!(ours_7.get("/default/controller/v1/dev-7").await.status, 200, "tenants match in any letter case");
    assert_eq!(ours_7.get("/DEFAULT/controller/v1/dev-8").await.status, 401);
    assert_eq!(ours_7.get("/OTHER/controller/v1/dev-7").await.status, 401);
    assert_eq!(ours_7.get("/NOBODY/controller/v1/dev-7").await.status, 401, "unknown tenant");
    let anonymous = world.installation.anonymous();
    assert_eq!(anonymous.get("/DEFAULT/controller/v1/dev-7").await.status, 401);
    assert_eq!(world.gateway().get("/NOBODY/controller/v1/dev-7").await.status, 401);
}

#[tokio::test]
async fn a_device_reaches_actions_and_artifacts_of_its_own_only() {
    let world = World::start().await;
    let mine = world.device(&world.admin, "mine").await;
    let other = world.device(&world.admin, "other").await;
    let deployment = world.deployment(&world.admin, "fw", b"content").await;
    let action = world.assign(&world.admin, deployment.set, "mine").await;
    let download =
        |id: &str| format!("/DEFAULT/controller/v1/{id}/softwaremodules/{}/artifacts/fw.bin", deployment.module);

    assert_eq!(mine.get(&download("mine")).await.status, 200);
    assert_eq!(other.get(&download("other")).await.status, 404);
    assert_eq!(other.get(&download("mine")).await.status, 401);
    assert_eq!(other.get(&format!("/DEFAULT/controller/v1/other/deploymentBase/{action}")).await.status, 404);
    let closed = json!({"status": {"execution": "closed", "result": {"finished": "success"}}});
    let feedback = format!("/DEFAULT/controller/v1/other/deploymentBase/{action}/feedback");
    assert_eq!(other.post(&feedback, closed.clone()).await.status, 404);
    assert_eq!(world.admin.get("/rest/v1/targets/mine").await.json()["updateStatus"], "pending");
}

#[tokio::test]
async fn management_refuses_those_it_does_not_know() {
    let world = World::start().await;
    let anonymous = world.installation.anonymous();
    for caller in
        [anonymous.clone(), anonymous.clone().with_login("admin", "wrong"), anonymous.with_login("nobody", "wrong")]
    {
        let refused = caller.get("/rest/v1/targets").await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.header("www-authenticate"), Some("Basic realm=\"hawkBit\""));
    }
}
