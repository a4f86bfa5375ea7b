//! One life of the server: it starts on what the last one left, gets work, is killed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use harrier_tests::{Management, Server};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::work::{Operation, Outcome};

const DEVICES: usize = 35;
/// The last of them closes the action.
const REPORTS: usize = 4;
const UPLOADS: usize = 40;
const NEW_TARGETS: usize = 20;
pub const OPERATIONS: usize = DEVICES * REPORTS + UPLOADS + NEW_TARGETS;

pub struct Round {
    server: Server,
    operations: Vec<Operation>,
}

impl Round {
    /// Starts the server on `directory` and prepares devices with an open action each.
    pub async fn begin(directory: &Path, number: u64, content: Vec<u8>) -> Self {
        let server = Server::start(&directory.join("data")).await;
        let management = server.management();
        let mut operations = reports(&management, number).await;
        operations.extend(uploads(&management, number, &content).await);
        let names = (0..NEW_TARGETS).map(|index| format!("new-{number}-{index}"));
        operations.extend(names.map(|controller_id| Operation::NewTarget { controller_id }));
        assert_eq!(operations.len(), OPERATIONS);
        Self { server, operations }
    }

    /// Does everything at once, and kills the server when so many operations were acknowledged.
    pub async fn work_and_kill(self, kill_after: usize) -> Vec<Outcome> {
        let http = reqwest::Client::new();
        let management = self.server.management();
        let url = self.server.url().to_owned();
        let (acknowledged, reached) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let mut tasks = JoinSet::new();
        for operation in self.operations {
            let (management, http, url) = (management.clone(), http.clone(), url.clone());
            let (acknowledged, reached) = (Arc::clone(&acknowledged), Arc::clone(&reached));
            tasks.spawn(async move {
                let outcome = operation.perform(&management, &http, &url).await;
                if outcome.acknowledged && acknowledged.fetch_add(1, Ordering::Relaxed) + 1 >= kill_after {
                    reached.notify_one();
                }
                outcome
            });
        }
        if kill_after > 0 {
            reached.notified().await;
        }
        self.server.kill().await;
        tasks.join_all().await
    }
}

async fn reports(management: &Management, number: u64) -> Vec<Operation> {
    management.configure("authentication.targettoken.enabled", true).await.expect("target tokens");
    let ids: Vec<_> = (0..DEVICES).map(|index| format!("device-{number}-{index}")).collect();
    let created = management.create_targets(&ids).await.expect("new targets");
    let module = management.create_module(&format!("firmware-{number}"), "1", "os").await.expect("a new module");
    management.upload(module, "firmware.bin", 4, "1234").await.expect("an artifact");
    let set = management.create_set(&format!("firmware-{number}"), "1", "os", &[module]).await.expect("a new set");
    let mut operations = Vec::new();
    for (controller_id, token) in created {
        let assigned = management.assign(set, std::slice::from_ref(&controller_id)).await.expect("an assignment");
        let action = assigned.assigned_actions.first().expect("an action").id;
        operations.extend((0..REPORTS).map(|index| Operation::Feedback {
            controller_id: controller_id.clone(),
            token: token.clone(),
            action,
            message: format!("report {index} of {controller_id}"),
            closing: index == REPORTS - 1,
        }));
    }
    operations
}

/// Every other upload has the same content: blobs are shared.
async fn uploads(management: &Management, number: u64, content: &[u8]) -> Vec<Operation> {
    let module = management.create_module(&format!("files-{number}"), "1", "os").await.expect("a new module");
    let operation = |index: usize| {
        let mut content = content.to_vec();
        if index % 2 == 0 {
            content.extend(index.to_le_bytes());
        }
        Operation::Upload { module, file_name: format!("file-{index}.bin"), content }
    };
    (0..UPLOADS).map(operation).collect()
}
