//! An upload in parts over the real functions: requests through the gateway, parts to S3, the event to `artifact-intake`.

use harrier_tests::Client;
use harrier_tests::lambda::{Aws, Function, Gateway, Kms};
use serde_json::{Value, json};

struct Uploader {
    operator: Client,
    module: i64,
}

impl Uploader {
    async fn new(operator: Client, encrypted: bool) -> Self {
        let body = json!([{"name": "m", "version": "1", "type": "os", "encrypted": encrypted}]);
        let made = operator.post("/rest/v1/softwaremodules", body).await.expect(201).json();
        Self { operator, module: made[0]["id"].as_i64().expect("an id") }
    }

    /// Puts the file into storage; returns the path of the upload, and its event.
    async fn put(&self, file: &[u8]) -> (String, Value) {
        let uploads = format!("/rest/v1/softwaremodules/{}/artifacts/uploads", self.module);
        let asked = self.operator.post(&uploads, json!({"filename": "fw.bin", "size": file.len()})).await.expect(201);
        let id = asked.json()["id"].as_i64().expect("an id");
        let path = format!("{uploads}/{id}");
        let parts = self.operator.get(&format!("{path}/parts")).await.expect(200).json();
        let url = parts["content"][0]["url"].as_str().expect("a link").to_owned();
        let put = |length: usize| reqwest::Client::new().put(&url).body(file[..length].to_vec()).send();
        let short = put(file.len() - 1).await.expect("an answer").status();
        assert_eq!(short, 403, "the length is signed");
        assert_eq!(put(file.len()).await.expect("an answer").status(), 200);
        let _ = self.operator.post(&format!("{path}/complete"), json!({})).await.expect(202);
        let key = format!("staging/uploads/DEFAULT/{}-{id}", self.module);
        let detail = json!({"bucket": {"name": "harrier-artifacts"}, "object": {"key": key, "size": file.len()}});
        (path, json!({"source": "aws.s3", "detail-type": "Object Created", "detail": detail}))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_landed_becomes_an_artifact() {
    let aws = Aws::start().await;
    let kms = Kms::start().await;
    let environment = [aws.environment(), kms.environment()].concat();
    let gateway = Gateway::start_with(&environment).await;
    let intake = Function::start("artifact-intake", &environment).await;
    let file: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    for encrypted in [false, true] {
        let uploader = Uploader::new(aws.login(gateway.anonymous()), encrypted).await;
        let (path, event) = uploader.put(&file).await;
        for _ in 0..2 {
            intake.invoke(event.clone()).await.expect("the file is taken in");
        }
        let status = uploader.operator.get(&path).await.expect(200).json();
        assert_eq!(status["state"], "done", "{status}");
        let artifact = format!("/rest/v1/softwaremodules/{}/artifacts/{}", uploader.module, status["artifactId"]);
        let download = uploader.operator.get(&format!("{artifact}/download")).await.expect(200);
        assert!(download.body[..] == file[..]);
        let _ = uploader.operator.delete(&format!("/rest/v1/softwaremodules/{}", uploader.module)).await.expect(204);
    }
}
