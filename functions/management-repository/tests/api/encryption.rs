//! Software modules with `encrypted: true`, end to end (`domain-behaviour.md` §12.4, §12.5, §21 no. 24).

use axum::body::Body;
use harrier_runtime::Settings;
use http::header;
use serde_json::json;

use crate::uploads::{Upload, content, hashes};
use crate::world::{Answer, World};

async fn encrypted_module(world: &World) -> i64 {
    world.create("softwaremodules", json!({"name": "m", "version": "1", "type": "os", "encrypted": true})).await
}

async fn post(world: &World, module: i64, filename: &str, file: &[u8]) -> Answer {
    let head = format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\n\r\n");
    let body = [head.as_bytes(), file, b"\r\n--b--\r\n"].concat();
    let request = world.request("admin", "POST", &format!("softwaremodules/{module}/artifacts"));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    world.send(request.body(Body::from(body)).unwrap()).await
}

async fn range(world: &World, path: &str, range: &str) -> Answer {
    let request = world.request("admin", "GET", path).header(header::RANGE, range);
    world.send(request.body(Body::empty()).unwrap()).await
}

async fn raw(world: &World, key: &str) -> Vec<u8> {
    let object = world.objects.client().get_object().bucket(&world.app.settings.bucket).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn both_ways_in_end_encrypted_and_come_out_plain() {
    let world = World::start().await.with_encryption();
    let module = encrypted_module(&world).await;
    let shown = world.get(&format!("softwaremodules/{module}")).await.json();
    assert_eq!(shown["encrypted"], true);
    let file = content(200_000);
    let posted = post(&world, module, "a", &file).await.expect(201).json();
    let upload = Upload::landed(&world, module, "b", &file).await;
    upload.take_in(&world).await;
    let artifacts = world.get(&format!("softwaremodules/{module}/artifacts")).await.json();
    for (artifact, id) in artifacts.as_array().unwrap().iter().zip([posted["id"].as_i64().unwrap(), upload.id]) {
        assert_eq!(
            (&artifact["hashes"], &artifact["size"]),
            (&hashes(&file), &json!(200_000)),
            "those of the plain file"
        );
        let path = format!("softwaremodules/{module}/artifacts/{id}/download");
        assert!(world.get(&path).await.expect(200).body[..] == file[..]);
        let part = range(&world, &path, "bytes=65000-66000").await.expect(206);
        assert!(part.body[..] == file[65_000..=66_000]);
        let several = range(&world, &path, "bytes=0-1,199998-").await.expect(206);
        assert!(several.header("content-type").starts_with("multipart/byteranges"));
    }
    let stored = world.stored().await;
    assert_eq!(stored.len(), 2, "equal files are not shared: {stored:?}");
    for key in &stored {
        assert!(key.starts_with("DEFAULT/sealed/"), "{key}");
        assert!(!raw(&world, key).await.windows(32).any(|window| window == &file[1000..1032]));
    }
    assert_ne!(raw(&world, &stored[0]).await, raw(&world, &stored[1]).await);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 400_000);
    world.delete(&format!("softwaremodules/{module}")).await.expect(204);
    assert_eq!(world.stored().await, [""; 0]);
}

#[tokio::test]
async fn refused_files_leave_nothing_encrypted_behind() {
    let world = World::start().await.with_encryption();
    let module = encrypted_module(&world).await;
    post(&world, module, "a", b"abc").await.expect(201);
    post(&world, module, "A", b"abc").await.expect_error(409, "repo.entityAlreadyExists");
    post(&world, module, "b", b"").await.expect(400);
    let upload = Upload::landed(&world, module, "c", b"abc").await;
    let other = Upload::landed(&world, module, "C", b"abc").await;
    upload.take_in(&world).await;
    other.take_in(&world).await;
    assert_eq!(other.status(&world).await["state"], "refused");
    assert_eq!(world.stored().await.len(), 2, "{:?}", world.stored().await);
}

#[tokio::test]
async fn without_encryption_there_are_no_encrypted_modules_and_their_files_are_not_given_out() {
    let world = World::start().await;
    let body = json!([{"name": "m", "version": "1", "type": "os", "encrypted": true}]);
    world.post("softwaremodules", body).await.expect_error(400, "artifact.encryptionNotSupported");
    let keyed = world.with_encryption();
    let module = encrypted_module(&keyed).await;
    let id = post(&keyed, module, "a", b"abc").await.expect(201).json()["id"].as_i64().unwrap();
    let landed = Upload::landed(&keyed, module, "b", b"abc").await;

    let unkeyed = keyed.without_encryption();
    let download = unkeyed.get(&format!("softwaremodules/{module}/artifacts/{id}/download")).await;
    download.expect_error(500, "artifact.encryptionFailed");
    post(&unkeyed, module, "c", b"abc").await.expect_error(400, "artifact.encryptionNotSupported");
    let path = format!("softwaremodules/{module}/artifacts/uploads");
    let asked = unkeyed.post(&path, json!({"filename": "c", "size": 3})).await;
    asked.expect_error(400, "artifact.encryptionNotSupported");
    landed.take_in(&unkeyed).await;
    let status = landed.status(&unkeyed).await;
    assert_eq!(status["error"]["errorCode"], "hawkbit.server.error.artifact.encryptionNotSupported", "{status}");
}

/// Where a function's answer is limited, a file that could never be delivered is not taken.
#[tokio::test]
async fn where_answers_are_limited_encrypted_files_are_too() {
    let settings = Settings { largest_encrypted: Some(1000), ..Settings::default() };
    let world = World::with(settings).await.with_encryption();
    let module = encrypted_module(&world).await;
    post(&world, module, "a", &content(1001)).await.expect_error(429, "quota.fileSizeExceeded");
    let path = format!("softwaremodules/{module}/artifacts/uploads");
    let asked = world.post(&path, json!({"filename": "a", "size": 1001})).await;
    asked.expect_error(429, "quota.fileSizeExceeded");
    let id = post(&world, module, "a", &content(1000)).await.expect(201).json()["id"].as_i64().unwrap();
    let download = world.get(&format!("softwaremodules/{module}/artifacts/{id}/download")).await.expect(200);
    assert!(download.body[..] == content(1000)[..]);
    let plain = world.module("plain", "os").await;
    post(&world, plain, "a", &content(1001)).await.expect(201);
}
