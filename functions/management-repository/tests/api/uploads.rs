//! `/rest/v1/softwaremodules/{id}/artifacts/uploads`: the requests around an upload in parts.

use artifact_intake::Landed;
use harrier_artifacts::{Hasher, Incoming};
use harrier_domain::upload::LIFETIME;
use harrier_runtime::Settings;
use serde_json::{Value, json};

use crate::world::{Answer, NOW, World, links};

pub const MIB: usize = 1024 * 1024;

pub fn content(size: usize) -> Vec<u8> {
    (0..size as u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

pub fn hashes(content: &[u8]) -> Value {
    let mut hasher = Hasher::new();
    hasher.update(content);
    let digests = hasher.finish();
    json!({"sha1": digests.sha1, "md5": digests.md5, "sha256": digests.sha256})
}

/// An upload to a module.
pub struct Upload {
    pub module: i64,
    pub id: i64,
}

impl Upload {
    pub async fn begin(world: &World, module: i64, body: Value) -> Self {
        let path = format!("softwaremodules/{module}/artifacts/uploads");
        let id = world.post(&path, body).await.expect(201).json()["id"].as_i64().unwrap();
        Self { module, id }
    }

    /// A file that is wholly in storage, not yet taken in.
    pub async fn landed(world: &World, module: i64, filename: &str, content: &[u8]) -> Self {
        let upload = Self::begin(world, module, json!({"filename": filename, "size": content.len()})).await;
        upload.put_all(world, content).await;
        upload.complete(world).await.expect(202);
        upload
    }

    pub fn path(&self) -> String {
        format!("softwaremodules/{}/artifacts/uploads/{}", self.module, self.id)
    }

    pub fn incoming(&self, world: &World) -> Incoming {
        Incoming { tenant: world.tenant.clone(), module: self.module, upload: self.id }
    }

    pub async fn status(&self, world: &World) -> Value {
        world.get(&self.path()).await.expect(200).json()
    }

    pub async fn complete(&self, world: &World) -> Answer {
        world.as_user("admin", "POST", &format!("{}/complete", self.path()), None).await
    }

    /// Puts a part as whoever has its link does.
    pub async fn put(&self, world: &World, number: i32, content: &[u8]) {
        let stored = world.app.store.upload(&world.tenant, self.module, self.id).await.unwrap().unwrap();
        let request = world.objects.client().upload_part().bucket(&world.app.settings.bucket);
        let request = request.key(self.incoming(world).key()).upload_id(&stored.session).part_number(number);
        request.body(content.to_vec().into()).send().await.unwrap();
    }

    pub async fn put_all(&self, world: &World, content: &[u8]) {
        let part_size = self.status(world).await["partSize"].as_u64().unwrap() as usize;
        for (part, number) in content.chunks(part_size).zip(1..) {
            self.put(world, number, part).await;
        }
    }

    pub async fn take_in(&self, world: &World) {
        self.try_take_in(world, &world.app).await.unwrap();
    }

    pub async fn try_take_in(&self, world: &World, app: &harrier_runtime::App) -> harrier_store::Result<()> {
        artifact_intake::handle(Landed::at(&app.settings.bucket, &self.incoming(world).key()), app).await
    }

    /// Nothing of it is in storage: no object, no parts.
    pub async fn assert_no_parts(&self, world: &World, session: &str) {
        let request = world.objects.client().list_parts().bucket(&world.app.settings.bucket);
        let listed = request.key(self.incoming(world).key()).upload_id(session).send().await;
        assert!(listed.is_err(), "{:?}", listed.map(|listed| listed.parts().len()));
    }
}

#[tokio::test]
async fn a_file_goes_in_parts_and_becomes_an_artifact() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let file = content(9 * MIB);
    let body = json!({"filename": " fw.bin ", "size": file.len(), "hashes": hashes(&file)});
    let upload = Upload::begin(&world, module, body).await;
    let asked = upload.status(&world).await;
    assert_eq!((&asked["state"], &asked["filename"]), (&json!("pending"), &json!("fw.bin")));
    assert_eq!((&asked["partSize"], &asked["parts"]), (&json!(8 * MIB), &json!(2)));
    assert_eq!((&asked["hashes"], &asked["expiresAt"]), (&hashes(&file), &json!(NOW + LIFETIME)));
    assert_eq!((asked["createdBy"].as_str(), links(&asked)), (Some("admin"), vec!["complete", "parts", "self"]));

    let parts = world.get(&format!("{}/parts", upload.path())).await.expect(200).json();
    assert_eq!((&parts["total"], &parts["size"]), (&json!(2), &json!(2)));
    let second = &parts["content"][1];
    assert_eq!((&second["number"], &second["offset"], &second["size"]), (&json!(2), &json!(8 * MIB), &json!(MIB)));
    let url = second["url"].as_str().unwrap();
    assert!(url.contains("X-Amz-SignedHeaders=content-length%3Bhost"), "the length is signed: {url}");

    upload.put(&world, 2, &file[8 * MIB..]).await;
    let parts = world.get(&format!("{}/parts", upload.path())).await.json();
    let received = parts["content"].as_array().unwrap().iter().map(|part| part["received"].as_bool().unwrap());
    assert_eq!(received.collect::<Vec<_>>(), [false, true]);
    assert!(parts["content"][1].get("url").is_none());
    let page = world.get(&format!("{}/parts?offset=1&limit=1", upload.path())).await.json();
    assert_eq!((&page["total"], &page["content"][0]["number"]), (&json!(2), &json!(2)));
    let early = upload.complete(&world).await.expect_error(400, "repo.constraintViolation");
    assert!(early["message"].as_str().unwrap().contains("Missing parts: 1"), "{early}");

    upload.put(&world, 1, &file[..8 * MIB]).await;
    let completed = upload.complete(&world).await.expect(202).json();
    assert_eq!(completed["state"], "processing");
    assert_eq!(upload.complete(&world).await.expect(202).json(), completed, "asked again");
    upload.take_in(&world).await;

    let done = upload.status(&world).await;
    assert_eq!((&done["state"], &done["artifactId"]), (&json!("done"), &json!(upload.id)));
    let path = format!("softwaremodules/{module}/artifacts/{}", upload.id);
    let artifact = world.get(&path).await.expect(200).json();
    assert_eq!((&artifact["hashes"], &artifact["size"]), (&hashes(&file), &json!(file.len())));
    assert_eq!((&artifact["providedFilename"], &artifact["createdBy"]), (&json!("fw.bin"), &json!("admin")));
    assert!(world.get(&format!("{path}/download")).await.expect(200).body[..] == file[..]);
    assert_eq!(world.stored().await.len(), 1, "{:?}", world.stored().await);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), file.len() as u64);
    let all = world.get(&format!("softwaremodules/{module}/artifacts/uploads")).await.expect(200).json();
    assert_eq!((&all["total"], &all["content"][0]), (&json!(1), &done));
    assert_eq!(upload.complete(&world).await.expect(202).json(), done);
}

#[tokio::test]
async fn what_would_be_refused_in_the_end_is_refused_at_once() {
    let mut settings = Settings::default();
    settings.quotas.artifact_size = 100;
    settings.quotas.artifact_storage = 150;
    settings.quotas.artifacts_per_software_module = 2;
    let world = World::with(settings).await;
    let module = world.module("m", "os").await;
    let ask =
        async |module: i64, body: Value| world.post(&format!("softwaremodules/{module}/artifacts/uploads"), body).await;
    let named = |filename: &str, size: u64| json!({"filename": filename, "size": size});

    assert!(ask(module, named("a", 0)).await.expect(400).body.is_empty(), "as an empty file in one request");
    for bad in
        [json!({"size": 1}), json!({"filename": "a"}), named("<b>x</b>", 1), named(" ", 1), named(&"x".repeat(257), 1)]
    {
        ask(module, bad).await.expect_error(400, "repo.constraintViolation");
    }
    for (name, digits) in [("sha1", 40), ("md5", 32), ("sha256", 64)] {
        for bad in ["00".to_owned(), "x".repeat(digits), "0".repeat(digits + 1)] {
            let body = json!({"filename": "a", "size": 1, "hashes": {name: bad}});
            ask(module, body).await.expect_error(400, "repo.constraintViolation");
        }
    }
    ask(module, json!({"filename": "a", "size": -1})).await.expect_error(400, "rest.body.notReadable");
    ask(4711, named("a", 1)).await.expect_error(404, "repo.entityNotFound");
    ask(module, named("a", 101)).await.expect_error(429, "quota.fileSizeExceeded");
    ask(module, named("a", i64::MAX as u64)).await.expect_error(429, "quota.fileSizeExceeded");
    Upload::landed(&world, module, "a", &content(100)).await.take_in(&world).await;
    ask(module, named("b", 51)).await.expect_error(429, "quota.storageExceeded");
    ask(module, named("A", 1)).await.expect_error(409, "repo.entityAlreadyExists");
    Upload::landed(&world, module, "b", &content(10)).await.take_in(&world).await;
    ask(module, named("c", 1)).await.expect_error(429, "quota.tooManyEntries");
    let locked = world.module("n", "os").await;
    world.put(&format!("softwaremodules/{locked}"), json!({"locked": true})).await.expect(200);
    ask(locked, named("a", 1)).await.expect_error(423, "locked");
    let deleted = world.module("o", "os").await;
    world.create("distributionsets", json!({"name": "s", "version": "1", "modules": [{"id": deleted}]})).await;
    world.delete(&format!("softwaremodules/{deleted}")).await.expect(204);
    ask(deleted, named("a", 1)).await.expect_error(404, "deleted");
}

#[tokio::test]
async fn uploads_are_for_those_who_may_upload() {
    let world = World::start().await;
    world.user("reader", &["READ_SOFTWARE_MODULE", "UPDATE_SOFTWARE_MODULE", "DELETE_SOFTWARE_MODULE"]).await;
    let module = world.module("m", "os").await;
    let body = json!({"filename": "a", "size": 3});
    let upload = Upload::begin(&world, module, body.clone()).await;
    let (all, one) = (format!("softwaremodules/{module}/artifacts/uploads"), upload.path());
    let requests = [
        ("GET", all.clone()),
        ("POST", all),
        ("GET", one.clone()),
        ("DELETE", one.clone()),
        ("GET", format!("{one}/parts")),
        ("POST", format!("{one}/complete")),
    ];
    for (method, path) in requests {
        let body = (method == "POST").then_some(&body);
        world.as_user("reader", method, &path, body).await.expect_error(403, "insufficientPermission");
    }
    let elsewhere = Upload { module: module + 1, ..upload };
    world.get(&elsewhere.path()).await.expect_error(404, "repo.entityNotFound");
    elsewhere.complete(&world).await.expect_error(404, "repo.entityNotFound");
    world.delete(&elsewhere.path()).await.expect_error(404, "repo.entityNotFound");
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let upload = Upload::begin(&world, module, json!({"filename": "a", "size": 3})).await;
    let session = world.app.store.upload(&world.tenant, module, upload.id).await.unwrap().unwrap().session.clone();
    upload.put(&world, 1, b"abc").await;
    world.delete(&upload.path()).await.expect(204);
    upload.assert_no_parts(&world, &session).await;
    world.get(&upload.path()).await.expect_error(404, "repo.entityNotFound");
    world.delete(&upload.path()).await.expect_error(404, "repo.entityNotFound");

    let landed = Upload::landed(&world, module, "a", b"abc").await;
    assert_eq!(world.stored().await.len(), 1);
    world.delete(&landed.path()).await.expect(204);
    assert_eq!(world.stored().await, [""; 0]);
    landed.take_in(&world).await;
    assert_eq!(world.stored().await, [""; 0]);
    assert_eq!(world.get(&format!("softwaremodules/{module}/artifacts")).await.json(), json!([]));
}

#[tokio::test]
async fn an_expired_upload_is_gone_and_makes_way() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let upload = Upload::begin(&world, module, json!({"filename": "a", "size": 3})).await;
    let session = world.app.store.upload(&world.tenant, module, upload.id).await.unwrap().unwrap().session.clone();
    upload.put(&world, 1, b"abc").await;
    world.clock.advance(LIFETIME);
    world.get(&upload.path()).await.expect_error(404, "repo.entityNotFound");
    upload.complete(&world).await.expect_error(404, "repo.entityNotFound");
    let next = Upload::begin(&world, module, json!({"filename": "a", "size": 3})).await;
    upload.assert_no_parts(&world, &session).await;
    let left = world.app.store.uploads(&world.tenant, module).await.unwrap();
    assert_eq!(
        world.database().sweep_expired_items().await.unwrap(),
        1,
        "by the machine's clock it has long been over"
    );
    assert_eq!(world.app.store.uploads(&world.tenant, module).await.unwrap().len(), 0);
    assert_eq!(left.iter().map(|upload| upload.id).collect::<Vec<_>>(), [next.id]);
}

/// What the lifecycle rule does on AWS, the embedded store does by itself.
#[tokio::test]
async fn storage_forgets_an_abandoned_upload() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let kept = Upload::landed(&world, module, "kept", b"kept").await;
    kept.take_in(&world).await;
    let pending = Upload::begin(&world, module, json!({"filename": "a", "size": 3})).await;
    let session = world.app.store.upload(&world.tenant, module, pending.id).await.unwrap().unwrap().session.clone();
    pending.put(&world, 1, b"abc").await;
    Upload::landed(&world, module, "b", b"def").await;
    let now = std::time::SystemTime::now();
    world.objects.expire("staging/", now - std::time::Duration::from_secs(3600)).await.unwrap();
    assert_eq!(world.stored().await.len(), 2, "too young");
    world.objects.expire("staging/", now + std::time::Duration::from_secs(3600)).await.unwrap();
    assert_eq!(world.stored().await.len(), 1, "what was published stays");
    pending.assert_no_parts(&world, &session).await;
    pending.complete(&world).await.expect_error(404, "repo.entityNotFound");
}
