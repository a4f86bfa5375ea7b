//! One device updates itself through all of it (DDI §20).

use harrier_tests::World;
use serde_json::json;

#[tokio::test]
async fn a_device_updates_itself() {
    let world = World::start().await;
    let device = world.device(&world.admin, "dev-7").await;
    let poll = "/DEFAULT/controller/v1/dev-7";

    let first = device.get(poll).await.expect(200).json();
    assert_eq!(first["config"]["polling"]["sleep"], "00:05:00");
    assert!(first["_links"]["configData"]["href"].as_str().is_some_and(|href| href.ends_with("/dev-7/configData")));
    let _ = device.put(&format!("{poll}/configData"), json!({"data": {"hw": "3"}})).await.expect(200);
    assert_eq!(device.get(poll).await.expect(200).json().get("_links"), None);

    let content = vec![7; 100_000];
    let deployment = world.deployment(&world.admin, "firmware", &content).await;
    let action = world.assign(&world.admin, deployment.set, "dev-7").await;
    let link = device.get(poll).await.expect(200).json()["_links"]["deploymentBase"]["href"].clone();
    let document = device.get(link.as_str().unwrap_or_default()).await.expect(200).json();
    let artifact = &document["deployment"]["chunks"][0]["artifacts"][0];
    assert_eq!(artifact["size"], 100_000);
    let href = artifact["_links"]["download-http"]["href"].as_str().unwrap_or_default().to_owned();
    assert_eq!(device.get(&href).await.expect(200).body, content);

    let feedback = format!("{poll}/deploymentBase/{action}/feedback");
    let proceeding =
        json!({"status": {"execution": "proceeding", "result": {"finished": "none"}, "details": ["50 %"]}});
    let closed = json!({"status": {"execution": "closed", "result": {"finished": "success"}}});
    let _ = device.post(&feedback, proceeding.clone()).await.expect(200);
    let _ = device.post(&feedback, closed.clone()).await.expect(200);
    assert!(device.post(&feedback, closed.clone()).await.expect(410).body.is_empty());

    let done = device.get(poll).await.expect(200).json();
    assert!(done["_links"].get("deploymentBase").is_none());
    assert!(done["_links"]["installedBase"]["href"].as_str().is_some_and(|href| href.ends_with(&action.to_string())));
    let target = world.admin.get("/rest/v1/targets/dev-7").await.expect(200).json();
    assert_eq!(target["updateStatus"], "in_sync");
    let history = format!("/rest/v1/targets/dev-7/actions/{action}/status");
    let history = world.admin.get(&history).await.expect(200).json();
    let types: Vec<&str> =
        history["content"].as_array().into_iter().flatten().filter_map(|e| e["type"].as_str()).collect();
    assert_eq!(types, ["finished", "running", "download", "retrieved", "running"]);
}

#[tokio::test]
async fn a_device_reports_what_it_has_installed() {
    let world = World::start().await;
    let device = world.device(&world.admin, "dev-8").await;
    let deployment = world.deployment(&world.admin, "factory", &[1; 10]).await;
    let path = "/DEFAULT/controller/v1/dev-8/installedBase";
    let report = json!({"name": "factory", "version": "1.0"});
    let _ = device.put(path, report.clone()).await.expect(201);
    let _ = device.put(path, report).await.expect(200);
    let _ = device.put(path, json!({"name": "factory", "version": "2.0"})).await.expect(404);
    let installed = world.admin.get("/rest/v1/targets/dev-8/installedDS").await.expect(200).json();
    assert_eq!(installed["id"], deployment.set);
}
