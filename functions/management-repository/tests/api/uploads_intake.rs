//! Files are taken in once, whatever happens on the way (`domain-behaviour.md` §12.1).

use std::time::{Duration, SystemTime};

use aws_sdk_s3::config::retry::RetryConfig;
use futures::future::join_all;
use harrier::embedded::faults::{Fault, FaultPlan, FaultyHttpClient};
use harrier_runtime::{App, Settings};
use serde_json::{Value, json};

use crate::uploads::{Upload, content};
use crate::world::{World, encryption};

async fn landed_with(world: &World, module: i64, hashes: Value) -> Upload {
    let upload = Upload::begin(world, module, json!({"filename": "a", "size": 3, "hashes": hashes})).await;
    upload.put_all(world, b"abc").await;
    upload.complete(world).await.expect(202);
    upload
}

async fn assert_refused(world: &World, upload: &Upload, code: &str) {
    upload.take_in(world).await;
    let status = upload.status(world).await;
    assert_eq!(status["state"], "refused", "{status}");
    assert_eq!(status["error"]["errorCode"], format!("hawkbit.server.error.{code}"), "{status}");
    assert!(status.get("artifactId").is_none());
    assert!(status["error"]["exceptionClass"].as_str().unwrap().starts_with("org.eclipse.hawkbit."));
    upload.take_in(world).await;
    assert_eq!(upload.status(world).await, status, "asked again");
}

#[tokio::test]
async fn no_78_wrong_checksums_are_refused_in_their_order() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let right = crate::uploads::hashes(b"abc");
    let zeros = json!({"sha1": "0".repeat(40), "md5": "0".repeat(32), "sha256": "0".repeat(64)});
    for (wrong, first) in
        [(["sha1", "md5", "sha256"].as_slice(), "sha1"), (&["md5", "sha256"], "md5"), (&["sha256"], "sha256")]
    {
        let mut hashes = right.clone();
        for name in wrong {
            hashes[name] = zeros[name].clone();
        }
        let upload = landed_with(&world, module, hashes).await;
        assert_refused(&world, &upload, &format!("artifact.uploadFailed.checksum.{first}.match")).await;
    }
    assert_eq!(world.stored().await, [""; 0]);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 0);
    let upper = json!({"sha1": right["sha1"].as_str().unwrap().to_uppercase()});
    let upload = landed_with(&world, module, upper).await;
    upload.take_in(&world).await;
    assert_eq!(upload.status(&world).await["state"], "done");
}

#[tokio::test]
async fn what_changed_since_the_request_counts() {
    let mut settings = Settings::default();
    settings.quotas.artifact_storage = 5;
    let world = World::with(settings).await;
    let module = world.module("m", "os").await;
    let (first, second) =
        (Upload::landed(&world, module, "a", b"abc").await, Upload::landed(&world, module, "A", b"de").await);
    let third = Upload::landed(&world, module, "b", b"fgh").await;
    first.take_in(&world).await;
    assert_refused(&world, &second, "repo.entityAlreadyExists").await;
    assert_refused(&world, &third, "quota.storageExceeded").await;
    assert_eq!(world.stored().await.len(), 1);

    let locked = world.module("n", "os").await;
    let upload = Upload::landed(&world, locked, "a", b"x").await;
    world.put(&format!("softwaremodules/{locked}"), json!({"locked": true})).await.expect(200);
    assert_refused(&world, &upload, "locked").await;
    let removed = world.module("o", "os").await;
    let upload = Upload::landed(&world, removed, "a", b"x").await;
    world.delete(&format!("softwaremodules/{removed}")).await.expect(204);
    assert_refused(&world, &upload, "repo.entityNotFound").await;
    assert_eq!(world.stored().await.len(), 1);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 3);
}

#[tokio::test]
async fn events_that_come_again_or_at_once_take_in_one_file() {
    for encrypted in [false, true] {
        let world = World::start().await.with_encryption();
        let module =
            world.create("softwaremodules", json!({"name": "m", "version": "1", "type": "os", "encrypted": encrypted}));
        let module = module.await;
        let file = content(300_000);
        let upload = Upload::landed(&world, module, "a", &file).await;
        for outcome in join_all((0..5).map(|_| upload.try_take_in(&world, &world.app))).await {
            outcome.unwrap();
        }
        upload.take_in(&world).await;
        assert_taken_in(&world, &upload, &file).await;
        let twin = Upload::landed(&world, module, "b", &file).await;
        twin.take_in(&world).await;
        assert_eq!(world.stored().await.len(), if encrypted { 2 } else { 1 });
        for id in [upload.id, twin.id] {
            world.delete(&format!("softwaremodules/{module}/artifacts/{id}")).await.expect(204);
        }
        assert_eq!(world.stored().await, [""; 0], "every use was counted once");
        assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 0);
    }
}

async fn assert_taken_in(world: &World, upload: &Upload, file: &[u8]) {
    assert_eq!(upload.status(world).await["state"], "done");
    let path = format!("softwaremodules/{}/artifacts", upload.module);
    assert_eq!(world.get(&path).await.json().as_array().unwrap().len(), 1);
    let download = world.get(&format!("{path}/{}/download", upload.id)).await.expect(200);
    assert!(download.body[..] == *file);
    assert_eq!(world.stored().await.len(), 1, "{:?}", world.stored().await);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), file.len() as u64);
}

/// The same app, except that one call of it fails.
fn failing(world: &World, operation: &str, call: u64, fault: Fault) -> App {
    let plan = || FaultPlan::new().on_call(operation, call, fault);
    let once = RetryConfig::disabled();
    let database = world.database().config_builder().retry_config(once.clone());
    let database = database.http_client(FaultyHttpClient::new(world.database().http_client(), plan())).build();
    let objects = world.objects.config_builder().retry_config(once);
    let objects = objects.http_client(FaultyHttpClient::new(world.objects.http_client(), plan())).build();
    let (database, objects) = (aws_sdk_dynamodb::Client::from_conf(database), aws_sdk_s3::Client::from_conf(objects));
    let app = App::new(database, objects.clone(), objects, Settings::default()).unwrap();
    app.with_clock(world.clock.clone()).with_encryption(encryption())
}

/// Every call of the work fails once, before or after it had its effect, as if the process had died there.
#[tokio::test]
async fn a_crash_between_any_two_steps_loses_nothing_and_does_nothing_twice() {
    for encrypted in [false, true] {
        let world = World::start().await.with_encryption();
        for operation in ["TransactWriteItems", "GetItem", "GET", "HEAD", "PUT", "DELETE"] {
            for (call, fault) in (1..=4)
                .flat_map(|call| [Fault::TimedOutBeforeCommit, Fault::TimedOutAfterCommit].map(|fault| (call, fault)))
            {
                let name = format!("{operation} {call} {fault:?}");
                let body = json!({"name": name, "version": "1", "type": "os", "encrypted": encrypted});
                let module = world.create("softwaremodules", body).await;
                let file = content(70_000);
                let upload = Upload::landed(&world, module, "a", &file).await;
                let _interrupted = upload.try_take_in(&world, &failing(&world, operation, call, fault)).await;
                upload.take_in(&world).await;
                // A staged copy that nobody could remove is left to the lifecycle rule.
                let soon = SystemTime::now() + Duration::from_secs(60);
                world.objects.expire("staging/", soon).await.unwrap();
                assert_taken_in(&world, &upload, &file).await;
                world.delete(&format!("softwaremodules/{module}")).await.expect(204);
                assert_eq!(world.stored().await, [""; 0], "{name}");
            }
        }
    }
}

#[tokio::test]
async fn events_about_other_objects_are_ignored() {
    let world = World::start().await;
    let bucket = &world.app.settings.bucket;
    for key in ["DEFAULT/blobs/ab", "staging/uploads/DEFAULT/7-8", "staging/uploads/DEFAULT/x", ""] {
        artifact_intake::handle(artifact_intake::Landed::at(bucket, key), &world.app).await.unwrap();
    }
    let module = world.module("m", "os").await;
    let upload = Upload::landed(&world, module, "a", b"abc").await;
    let elsewhere = artifact_intake::Landed::at("another-bucket", &upload.incoming(&world).key());
    artifact_intake::handle(elsewhere, &world.app).await.unwrap();
    assert_eq!(upload.status(&world).await["state"], "processing");
}
