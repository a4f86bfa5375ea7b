//! `kill -9` in the middle of everything: what was acknowledged is there after the next start, and nothing is torn.

mod stress;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use harrier_tests::{Client, PASSWORD, Server, TENANT, USER, check, files};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Kills and starts of one installation.
const ROUNDS: usize = 20;
/// Devices at work in a round; each sends [`REPORTS`] reports at once and, if its number is odd, closes in the end.
const DEVICES: usize = 40;
const REPORTS: usize = 5;
const UPLOADS: usize = 6;
const UPLOAD_SIZE: usize = 200_000;
/// The longest time before the kill, milliseconds.
const LATEST_KILL: u64 = 1_200;

/// What the server said it has done.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Controller id and message of a report.
    reports: Vec<(String, String)>,
    closed: Vec<String>,
    /// Artifact and its content.
    uploads: Vec<(i64, Vec<u8>)>,
}

type Record = Arc<Mutex<Acknowledged>>;

/// One round's devices and what they work on.
struct Round {
    number: usize,
    module: i64,
    set: i64,
    record: Record,
}

impl Round {
    fn device(&self, number: usize) -> String {
        format!("round-{}-device-{number}", self.number)
    }

    fn devices(&self) -> impl Iterator<Item = String> + '_ {
        (0..DEVICES).map(|number| self.device(number))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_outlives_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = start(directory.path()).await;
    let admin = administrator(&server);
    let logins = json!({"authentication.gatewaytoken.enabled": true, "authentication.gatewaytoken.key": "gateway"});
    let _ = admin.put("/rest/v1/system/configs", logins).await.expect(204);
    let mut server = Some(server);
    for number in 0..ROUNDS {
        let running = server.take().expect("a running server");
        let round = prepare(&administrator(&running), number).await;
        work_until_killed(running, &round).await;
        let restarted = start(directory.path()).await;
        verify(&restarted, &round).await;
        server = Some(restarted);
    }
    server.expect("a running server").kill().await;
    check(directory.path()).await;
}

async fn start(data: &Path) -> Server {
    Server::start(data).await
}

fn administrator(server: &Server) -> Client {
    Client::new(server.url().to_owned()).with_login(USER, PASSWORD)
}

fn gateway(server: &Server) -> Client {
    Client::new(server.url().to_owned()).with_authorization("GatewayToken gateway".to_owned())
}

/// New devices with an update under way, and an open module for uploads.
async fn prepare(admin: &Client, number: usize) -> Round {
    let module = |name: String| json!([{ "name": name, "version": "1", "type": "os" }]);
    let deployed = admin.post("/rest/v1/softwaremodules", module(format!("deployed-{number}"))).await.expect(201);
    let open = admin.post("/rest/v1/softwaremodules", module(format!("open-{number}"))).await.expect(201);
    let modules = json!([{ "id": deployed.json()[0]["id"] }]);
    let set = json!([{ "name": format!("set-{number}"), "version": "1", "type": "os", "modules": modules }]);
    let set = admin.post("/rest/v1/distributionsets", set).await.expect(201).json()[0]["id"].as_i64();
    let open = open.json()[0]["id"].as_i64();
    let round = Round { number, module: open.expect("an id"), set: set.expect("an id"), record: Record::default() };
    let targets: Vec<Value> = round.devices().map(|id| json!({ "controllerId": id })).collect();
    let _ = admin.post("/rest/v1/targets", json!(targets)).await.expect(201);
    let assignments: Vec<Value> = round.devices().map(|id| json!({ "id": id })).collect();
    let path = format!("/rest/v1/distributionsets/{}/assignedTargets", round.set);
    let assigned = admin.post(&path, json!(assignments)).await.expect(200).json();
    assert_eq!(assigned["assigned"], DEVICES);
    round
}

async fn work_until_killed(server: Server, round: &Round) {
    let admin = administrator(&server);
    let devices = gateway(&server);
    let mut work = Vec::new();
    let actions = join_all((0..DEVICES).map(|number| current_action(&admin, round.device(number)))).await;
    for (number, action) in actions.into_iter().enumerate() {
        work.push(tokio::spawn(report(
            devices.clone(),
            round.device(number),
            action,
            number,
            Arc::clone(&round.record),
        )));
    }
    for number in 0..UPLOADS {
        work.push(tokio::spawn(upload(admin.clone(), round.module, number, Arc::clone(&round.record))));
    }
    // The moment of the kill is the point of the test: no event says when it is worst.
    tokio::time::sleep(Duration::from_millis(rand::random_range(0..LATEST_KILL))).await;
    server.kill().await;
    for done in join_all(work).await {
        done.expect("the client does not panic");
    }
}

async fn current_action(admin: &Client, controller_id: String) -> i64 {
    let actions = admin.get(&format!("/rest/v1/targets/{controller_id}/actions")).await.expect(200).json();
    actions["content"][0]["id"].as_i64().expect("an action")
}

async fn report(devices: Client, controller_id: String, action: i64, number: usize, record: Record) {
    let path = format!("/{TENANT}/controller/v1/{controller_id}/deploymentBase/{action}/feedback");
    let reports = (0..REPORTS).map(|nth| {
        let (devices, path, controller_id, record) = (&devices, &path, &controller_id, &record);
        async move {
            let message = format!("report {nth} of {controller_id}");
            if acknowledged(devices, path, "proceeding", &message).await {
                record.lock().expect("a record").reports.push((controller_id.clone(), message));
            }
        }
    });
    join_all(reports).await;
    if number % 2 == 1 && acknowledged(&devices, &path, "closed", "done").await {
        record.lock().expect("a record").closed.push(controller_id);
    }
}

async fn acknowledged(devices: &Client, path: &str, execution: &str, message: &str) -> bool {
    let body = json!({"status": {"execution": execution, "result": {"finished": "success"}, "details": [message]}});
    let answer = devices.request(Method::POST, path).json(&body).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

async fn upload(admin: Client, module: i64, number: usize, record: Record) {
    let content = files::random_bytes(UPLOAD_SIZE, rand::random());
    let part = Part::bytes(content.clone()).file_name(format!("upload-{number}.bin"));
    let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
    let request = admin.request(Method::POST, &path).multipart(Form::new().part("file", part));
    let Ok(answer) = request.send().await else { return };
    if answer.status() != 201 {
        return;
    }
    if let Some(id) = answer.json::<Value>().await.ok().and_then(|artifact| artifact["id"].as_i64()) {
        record.lock().expect("a record").uploads.push((id, content));
    }
}

async fn verify(server: &Server, round: &Round) {
    let (admin, devices) = (administrator(server), gateway(server));
    let record = std::mem::take(&mut *round.record.lock().expect("a record"));
    join_all(round.devices().map(|id| verify_device(&admin, &devices, id, &record))).await;
    for (artifact, content) in &record.uploads {
        let path = format!("/rest/v1/softwaremodules/{}/artifacts/{artifact}/download", round.module);
        assert!(admin.get(&path).await.expect(200).body == content.as_slice(), "artifact {artifact} has other bytes");
    }
    verify_artifacts(&admin, round).await;
    verify_counts(&admin).await;
}

/// Every acknowledged report is in the history, and target, action and poll tell the same story.
async fn verify_device(admin: &Client, devices: &Client, id: String, record: &Acknowledged) {
    let action = admin.get(&format!("/rest/v1/targets/{id}/actions")).await.expect(200).json()["content"][0].clone();
    let history = format!("/rest/v1/targets/{id}/actions/{}/status?limit=100", action["id"]);
    let history = admin.get(&history).await.expect(200).json();
    for (_, message) in record.reports.iter().filter(|(reporter, _)| *reporter == id) {
        assert!(history.to_string().contains(message), "lost: {message}");
    }
    let target = admin.get(&format!("/rest/v1/targets/{id}")).await.expect(200).json();
    let poll = devices.get(&format!("/{TENANT}/controller/v1/{id}")).await.expect(200).json();
    let active = action["active"] == true;
    assert_eq!(poll["_links"].get("deploymentBase").is_some(), active, "{id}: {action} {poll}");
    assert_eq!(target["updateStatus"], if active { "pending" } else { "in_sync" }, "{id}: {action}");
    if record.closed.contains(&id) {
        assert_eq!(action["status"], "finished", "lost: the end of {id}");
    }
    let finished = history.to_string().contains("\"finished\"");
    assert_eq!(finished, !active, "{id}: the history disagrees with the action");
}

/// Whatever is listed, acknowledged or not, has its bytes.
async fn verify_artifacts(admin: &Client, round: &Round) {
    let path = format!("/rest/v1/softwaremodules/{}/artifacts", round.module);
    let artifacts = admin.get(&path).await.expect(200).json();
    for artifact in artifacts.as_array().into_iter().flatten() {
        let download = admin.get(&format!("{path}/{}/download", artifact["id"])).await.expect(200);
        assert_eq!(download.body.len() as u64, artifact["size"].as_u64().expect("a size"));
        assert_eq!(files::sha256(&download.body), artifact["hashes"]["sha256"].as_str().unwrap_or_default());
    }
}

/// The counter agrees with a recount.
async fn verify_counts(admin: &Client) {
    let counted = admin.get("/rest/v1/targets?limit=1").await.expect(200).json()["total"].clone();
    let recounted = admin.get("/rest/v1/targets?limit=1&q=controllerid==*").await.expect(200).json()["total"].clone();
    assert_eq!(counted, recounted);
}
