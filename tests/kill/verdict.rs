//! What the next life of the server finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harrier_tests::{Management, Server, TENANT, files};
use reqwest::Method;
use serde_json::Value;

use crate::work::{Operation, Outcome};

struct Judge {
    server: Server,
    management: Management,
}

/// Starts the server again and judges everything this round touched.
pub async fn judge(directory: &Path, number: u64, outcomes: &[Outcome]) {
    let server = Server::start(&directory.join("data")).await;
    let judge = Judge { management: server.management(), server };
    judge.actions(outcomes).await;
    judge.uploads(outcomes).await;
    judge.targets(number, outcomes).await;
    judge.server.kill().await;
}

/// What happened to one device's action.
struct Reports<'a> {
    token: &'a str,
    action: i64,
    acknowledged: Vec<&'a str>,
    sent: BTreeSet<&'a str>,
    closed: bool,
}

impl Judge {
    async fn actions(&self, outcomes: &[Outcome]) {
        for (controller_id, reports) in by_device(outcomes) {
            self.history(controller_id, &reports).await;
            self.state(controller_id, &reports).await;
        }
    }

    /// Every acknowledged report is in the history, and none twice.
    async fn history(&self, controller_id: &str, reports: &Reports<'_>) {
        let history = self.management.history(controller_id, reports.action).await.expect("a history");
        let messages: Vec<_> = history.iter().flat_map(|entry| &entry.messages).map(String::as_str).collect();
        let times = |wanted: &str| messages.iter().filter(|message| **message == wanted).count();
        for message in &reports.acknowledged {
            assert_eq!(times(message), 1, "acknowledged: {message}; there is {messages:?}");
        }
        for message in &reports.sent {
            assert!(times(message) <= 1, "twice: {message}");
        }
    }

    /// Action, target, history and poll tell the same story.
    async fn state(&self, controller_id: &str, reports: &Reports<'_>) {
        let action = self.management.action(controller_id, reports.action).await.expect("an action");
        let target = self.management.target(controller_id).await.expect("a target");
        let history = self.management.history(controller_id, reports.action).await.expect("a history");
        let is_active = action["active"].as_bool().expect("whether it is active");
        let finished = history.iter().filter(|entry| entry.kind == "finished").count();
        assert!(!(reports.closed && is_active), "the closing report was acknowledged: {action}");
        assert_eq!(finished, usize::from(!is_active), "{action}");
        assert_eq!(action["status"] == "finished", !is_active, "{action}");
        assert_eq!(target["updateStatus"], if is_active { "pending" } else { "in_sync" }, "{target}");
        let links = self.poll(controller_id, reports.token).await;
        assert_eq!(links.get("deploymentBase").is_some(), is_active, "{links}");
        assert_eq!(links.get("installedBase").is_some(), !is_active, "{links}");
    }

    async fn poll(&self, controller_id: &str, token: &str) -> Value {
        let url = format!("{}/{TENANT}/controller/v1/{controller_id}", self.server.url());
        let request = reqwest::Client::new().get(url).header("authorization", format!("TargetToken {token}"));
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}");
        let poll: Value = answer.json().await.expect("JSON");
        poll["_links"].clone()
    }

    /// Every acknowledged file is listed, and every listed one can be downloaded unharmed.
    async fn uploads(&self, outcomes: &[Outcome]) {
        let mut modules = BTreeSet::new();
        for outcome in outcomes {
            if let Operation::Upload { module, .. } = &outcome.operation {
                modules.insert(*module);
            }
        }
        for module in modules {
            let listed = self.artifacts(module).await;
            for outcome in outcomes {
                self.upload(module, &listed, outcome).await;
            }
        }
    }

    async fn artifacts(&self, module: i64) -> BTreeMap<String, Value> {
        let path = format!("/softwaremodules/{module}/artifacts");
        let listed = self.management.call(Method::GET, &path, None).await.expect("a list");
        let named = |artifact: &Value| Some((artifact["providedFilename"].as_str()?.to_owned(), artifact.clone()));
        listed.as_array().expect("an array").iter().filter_map(named).collect()
    }

    async fn upload(&self, module: i64, listed: &BTreeMap<String, Value>, outcome: &Outcome) {
        let Operation::Upload { file_name, content, .. } = &outcome.operation else {
            return;
        };
        let Some(artifact) = listed.get(file_name) else {
            assert!(!outcome.acknowledged, "{file_name} is gone");
            return;
        };
        assert_eq!(artifact["hashes"]["sha256"], files::sha256(content), "{file_name}");
        let id = artifact["id"].as_i64().expect("an id");
        let answer = self.management.download(module, id).await.expect("the file");
        assert!(answer.bytes().await.expect("all bytes") == content, "{file_name} is not what was uploaded");
    }

    /// Every acknowledged target is there, and the counter agrees with a count.
    async fn targets(&self, number: u64, outcomes: &[Outcome]) {
        let listed: Vec<Value> = self.management.all("/targets?sort=controllerId:ASC").await.expect("all targets");
        let ids: BTreeSet<_> = listed.iter().filter_map(|target| target["controllerId"].as_str()).collect();
        assert_eq!(ids.len(), listed.len(), "a target is listed twice");
        let page = self.management.call(Method::GET, "/targets?limit=1", None).await.expect("a page");
        assert_eq!(page["total"].as_u64(), Some(listed.len() as u64), "round {number}: the counter disagrees");
        for outcome in outcomes {
            if let Operation::NewTarget { controller_id } = &outcome.operation {
                assert!(ids.contains(controller_id.as_str()) || !outcome.acknowledged, "{controller_id} is gone");
            }
        }
    }
}

fn by_device(outcomes: &[Outcome]) -> BTreeMap<&str, Reports<'_>> {
    let mut devices = BTreeMap::new();
    for outcome in outcomes {
        let Operation::Feedback { controller_id, token, action, message, closing } = &outcome.operation else {
            continue;
        };
        let empty = || Reports { token, action: *action, acknowledged: vec![], sent: BTreeSet::new(), closed: false };
        let reports = devices.entry(controller_id.as_str()).or_insert_with(empty);
        reports.sent.insert(message);
        if outcome.acknowledged {
            reports.acknowledged.push(message);
            reports.closed |= closing;
        }
    }
    devices
}
