//! Uploads in parts, on the embedded stack.

use std::sync::atomic::{AtomicU64, Ordering};

use harrier::upload::{Progress, Server, Upload};
use harrier::{Options, Stack};
use harrier_tests::{Client, Installation};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::{options_in, with_password};

const PART: u64 = 8 * 1024 * 1024;

async fn module(operator: &Client) -> i64 {
    let body = json!([{"name": "m", "version": "1", "type": "os"}]);
    operator.post("/rest/v1/softwaremodules", body).await.expect(201).json()[0]["id"].as_i64().unwrap()
}

/// What an upload said on its way, in bytes.
#[derive(Default)]
struct Seen {
    resumed: AtomicU64,
    sent: AtomicU64,
    /// So many bytes are enough.
    enough: Notify,
}

impl Seen {
    fn note(&self, progress: Progress, enough: u64) {
        match progress {
            Progress::Resumed(bytes) => drop(self.resumed.fetch_add(bytes, Ordering::SeqCst)),
            Progress::Sent(bytes) if self.sent.fetch_add(bytes, Ordering::SeqCst) + bytes >= enough => {
                self.enough.notify_one()
            }
            _ => {}
        }
    }

    fn totals(&self) -> (u64, u64) {
        (self.resumed.load(Ordering::SeqCst), self.sent.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_upload_goes_on_where_it_was() {
    let directory = TempDir::new().unwrap();
    let stack = Stack::start(with_password(Options::in_memory(), "secret")).await.unwrap();
    let operator = Client::new(stack.url()).with_login("admin", "secret");
    let module = module(&operator).await;
    let path = directory.path().join("image.bin");
    let content: Vec<u8> = (0..5 * PART as usize + 17).map(|index| (index / 1000 % 251) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let server = Server::new(&stack.url(), "admin", "secret").unwrap();
    let upload = Upload { file: path, module, name: None, parallel: 2 };

    let first = Seen::default();
    let note = |progress| first.note(progress, 2 * PART);
    tokio::select! {
        done = upload.run(&server, &note) => panic!("too fast: {done:?}"),
        () = first.enough.notified() => {}
    }
    let second = Seen::default();
    let artifact = upload.run(&server, &|progress| second.note(progress, u64::MAX)).await.unwrap();
    let (resumed, sent) = second.totals();
    assert!(resumed >= 2 * PART, "{resumed} bytes were there");
    assert_eq!(resumed + sent, content.len() as u64);
    let artifact = format!("/rest/v1/softwaremodules/{module}/artifacts/{artifact}");
    let shown = operator.get(&artifact).await.expect(200).json();
    assert_eq!((&shown["providedFilename"], &shown["size"]), (&json!("image.bin"), &json!(content.len())));
    assert!(operator.get(&format!("{artifact}/download")).await.expect(200).body[..] == content[..]);
    let again = upload.run(&server, &|_| {}).await.unwrap_err().to_string();
    assert!(again.contains("409"), "{again}");
}

/// The process dies after the last part was put together and before anybody looked at the file.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_landed_before_a_crash_is_taken_in_after_it() {
    let directory = TempDir::new().unwrap();
    let idle = Options { pumps: false, ..with_password(options_in(&directory), "secret") };
    let stack = Stack::start(idle).await.unwrap();
    let operator = Client::new(stack.url()).with_login("admin", "secret");
    let module = module(&operator).await;
    let uploads = format!("/rest/v1/softwaremodules/{module}/artifacts/uploads");
    let id = operator.post(&uploads, json!({"filename": "a", "size": 3})).await.expect(201).json()["id"].clone();
    let parts = operator.get(&format!("{uploads}/{id}/parts")).await.expect(200).json();
    let url = parts["content"][0]["url"].as_str().unwrap();
    assert_eq!(reqwest::Client::new().put(url).body("abcd").send().await.unwrap().status(), 403, "one byte too many");
    assert_eq!(reqwest::Client::new().put(url).body("abc").send().await.unwrap().status(), 200);
    let completed = operator.post(&format!("{uploads}/{id}/complete"), json!({})).await.expect(202).json();
    assert_eq!(completed["state"], "processing");
    stack.shutdown().await.unwrap();

    let stack = Stack::start(with_password(options_in(&directory), "secret")).await.unwrap();
    stack.settle().await.unwrap();
    let operator = Client::new(stack.url()).with_login("admin", "secret");
    let status = operator.get(&format!("{uploads}/{id}")).await.expect(200).json();
    assert_eq!((&status["state"], &status["artifactId"]), (&json!("done"), &id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_an_encrypted_file_in_the_clear() {
    use harrier_artifacts::encryption::LocalKeys;
    let directory = TempDir::new().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, &**LocalKeys::generate_line().unwrap()).unwrap();
    let server = Installation::start_with(Options { encryption_key: Some(key), ..Options::in_memory() }).await;
    let operator = server.administrator();
    let body = json!([{"name": "fw", "version": "1", "type": "os", "encrypted": true}]);
    let module: Value = operator.post("/rest/v1/softwaremodules", body).await.expect(201).json()[0]["id"].clone();
    let file: Vec<u8> = (0..=255).cycle().take(200_000).collect();
    let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
    let _ = operator.upload(&path, "fw.bin", &file).await.expect(201);
    let body = json!([{"name": "fw", "version": "1", "type": "os", "modules": [{"id": module}]}]);
    let set: Value = operator.post("/rest/v1/distributionsets", body).await.expect(201).json()[0]["id"].clone();
    let _ = operator
        .put("/rest/v1/system/configs/authentication.targettoken.enabled", json!({"value": true}))
        .await
        .expect(204);
    let body = json!([{"controllerId": "dev", "securityToken": "token"}]);
    let _ = operator.post("/rest/v1/targets", body).await.expect(201);
    let _ = operator.post("/rest/v1/targets/dev/assignedDS", json!({"id": set, "type": "forced"})).await.expect(200);

    let device = server.anonymous().with_authorization("TargetToken token".to_owned());
    let poll = device.get("/DEFAULT/controller/v1/dev").await.expect(200).json();
    let work = poll["_links"]["deploymentBase"]["href"].as_str().unwrap().to_owned();
    let chunk = device.get(&work).await.expect(200).json()["deployment"]["chunks"][0].clone();
    assert_eq!(chunk["encrypted"], true);
    let href = chunk["artifacts"][0]["_links"]["download-http"]["href"].as_str().unwrap();
    assert!(device.get(href).await.expect(200).body[..] == file[..]);
    let part = device.raw("GET", href, &[("range", "bytes=65000-70000")], None).await.expect(206);
    assert!(part.body[..] == file[65_000..=70_000]);
    let head = device.raw("HEAD", href, &[], None).await.expect(200);
    assert_eq!(head.headers["content-length"], "200000");
}
