//! A whole update over the wire: what an operator and a device do, on any installation.

use http::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::Client;

/// What the operator prepared.
pub struct Assigned {
    pub controller_id: String,
    pub token: String,
    pub module: i64,
    pub set: i64,
    pub action: i64,
}

/// Makes a module with one file, a set, a target, and assigns the set.
pub async fn assign(operator: &Client, controller_id: &str, file: &[u8]) -> Assigned {
    let enabled = json!({ "value": true });
    let _ = operator.put("/rest/v1/system/configs/authentication.targettoken.enabled", enabled).await.expect(204);
    let target = json!([{ "controllerId": controller_id, "name": controller_id }]);
    let target = operator.post("/rest/v1/targets", target).await.expect(201).json();
    let module = json!([{ "name": format!("firmware of {controller_id}"), "version": "1.0", "type": "os" }]);
    let module = operator.post("/rest/v1/softwaremodules", module).await.expect(201).json();
    let module = number(&module[0]["id"]);
    upload(operator, module, file).await;
    let set = json!([{
        "name": format!("set of {controller_id}"), "version": "1.0", "type": "os", "modules": [{ "id": module }]
    }]);
    let set = number(&operator.post("/rest/v1/distributionsets", set).await.expect(201).json()[0]["id"]);
    let wanted = json!([{ "id": controller_id, "type": "forced" }]);
    let path = format!("/rest/v1/distributionsets/{set}/assignedTargets");
    let assigned = operator.post(&path, wanted).await.expect(200).json();
    assert_eq!(assigned["assigned"], json!(1), "{assigned}");
    Assigned {
        controller_id: controller_id.to_owned(),
        token: target[0]["securityToken"].as_str().expect("a token").to_owned(),
        module,
        set,
        action: number(&assigned["assignedActions"][0]["id"]),
    }
}

async fn upload(operator: &Client, module: i64, file: &[u8]) {
    let part = Part::bytes(file.to_vec()).file_name("firmware.bin").mime_str("application/octet-stream");
    let form = Form::new().part("file", part.expect("a media type"));
    let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
    let artifact = operator.send(operator.request(Method::POST, &path).multipart(form)).await.expect(201).json();
    assert_eq!(artifact["size"], json!(file.len()), "{artifact}");
}

/// Polls, downloads, and reports success, following links as devices do. Gives back the bytes of the file.
pub async fn install(anybody: &Client, assigned: &Assigned) -> Vec<u8> {
    let device = anybody.clone().with_authorization(format!("TargetToken {}", assigned.token));
    let poll = device.get(&format!("/DEFAULT/controller/v1/{}", assigned.controller_id)).await.expect(200).json();
    let deployment = device.get(link(&poll, "deploymentBase")).await.expect(200).json();
    assert_eq!(deployment["id"], json!(assigned.action.to_string()), "{deployment}");
    let artifact = &deployment["deployment"]["chunks"][0]["artifacts"][0];
    let file = device.get(link(artifact, "download-http")).await.expect(200);
    assert_eq!(json!(file.body.len()), artifact["size"]);
    let feedback =
        json!({ "status": { "execution": "closed", "result": { "finished": "success" }, "details": ["done"] } });
    let path = format!("/DEFAULT/controller/v1/{}/deploymentBase/{}/feedback", assigned.controller_id, assigned.action);
    let _ = device.post(&path, feedback).await.expect(200);
    let poll = device.get(&format!("/DEFAULT/controller/v1/{}", assigned.controller_id)).await.expect(200).json();
    assert!(poll["_links"].get("deploymentBase").is_none(), "{poll}");
    file.body.to_vec()
}

/// The whole update, and what the operator sees in the end.
pub async fn update(operator: &Client, anybody: &Client, controller_id: &str, file: &[u8]) {
    let assigned = assign(operator, controller_id, file).await;
    assert!(install(anybody, &assigned).await == file, "other bytes were downloaded than uploaded");
    let target = operator.get(&format!("/rest/v1/targets/{controller_id}")).await.expect(200).json();
    assert_eq!(target["updateStatus"], json!("in_sync"), "{target}");
    let installed = operator.get(&format!("/rest/v1/targets/{controller_id}/installedDS")).await.expect(200).json();
    assert_eq!(installed["id"], json!(assigned.set));
}

fn number(value: &Value) -> i64 {
    value.as_i64().expect("a number")
}

fn link<'v>(document: &'v Value, relation: &str) -> &'v str {
    document["_links"][relation]["href"].as_str().unwrap_or_else(|| panic!("no link {relation} in {document}"))
}
