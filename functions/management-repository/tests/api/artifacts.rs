//! `/rest/v1/softwaremodules/{id}/artifacts`

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use harrier_runtime::{DeliveryMode, Settings};
use http::header;
use serde_json::json;

use crate::world::{Answer, World, links};

const BOUNDARY: &str = "-----boundary";
const ABC_MD5: &str = "900150983cd24fb0d6963f7d28e17f72";
const ABC_SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
const ABC_SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn part(name: &str, filename: Option<&str>, content: &[u8]) -> Vec<u8> {
    let filename = filename.map_or(String::new(), |filename| format!("; filename=\"{filename}\""));
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{filename}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat()
}

async fn post(world: &World, module: i64, query: &str, body: impl Into<Body>) -> Answer {
    let request = world
        .request("admin", "POST", &format!("softwaremodules/{module}/artifacts{query}"))
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    world.send(request.body(body.into()).unwrap()).await
}

async fn upload(world: &World, module: i64, filename: &str, content: &[u8]) -> Answer {
    post(world, module, "", form(&[part("file", Some(filename), content)])).await
}

async fn download(world: &World, module: i64, artifact: i64, headers: &[(&str, &str)]) -> Answer {
    let mut request = world.request("admin", "GET", &format!("softwaremodules/{module}/artifacts/{artifact}/download"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

fn id(answer: &serde_json::Value) -> i64 {
    answer["id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_artifact_is_uploaded_listed_and_downloaded() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let created = upload(&world, module, "abc.bin", b"abc").await.expect(201).json();
    let hashes = json!({"sha1": ABC_SHA1, "md5": ABC_MD5, "sha256": ABC_SHA256});
    assert_eq!((&created["hashes"], &created["size"]), (&hashes, &json!(3)));
    assert_eq!((&created["providedFilename"], links(&created)), (&json!("abc.bin"), vec!["download", "self"]));
    let path = format!("softwaremodules/{module}/artifacts");
    let one = format!("{path}/{}", id(&created));
    assert_eq!(world.get(&one).await.expect(200).json(), created);
    assert_eq!(links(&world.get(&format!("{one}?useartifacturlhandler=true")).await.json()), ["self"]);
    let list = world.get(&path).await.expect(200).json();
    assert_eq!(links(&list[0]), ["self"], "no. 80");
    assert_eq!(links(&world.get(&format!("{path}?representation=full")).await.json()[0]), ["download", "self"]);
    assert_eq!(world.stored().await.len(), 1);

    let got = download(&world, module, id(&created), &[]).await.expect(200);
    assert_eq!(&got.body[..], b"abc");
    let table = [
        ("content-type", "application/octet-stream"),
        ("accept-ranges", "bytes"),
        ("content-length", "3"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "attachment;filename=abc.bin"),
    ];
    for (name, value) in table {
        assert_eq!(got.header(name), value, "{name}");
    }
    assert_eq!(got.header("etag"), format!("\"{ABC_SHA1}\""));
}

#[tokio::test]
async fn no_81_ranges_and_preconditions() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let artifact = id(&upload(&world, module, "a", b"0123456789abcdef").await.json());
    let part = download(&world, module, artifact, &[("range", "bytes=0-9")]).await.expect(206);
    assert_eq!((&part.body[..], part.header("content-range")), (&b"0123456789"[..], "bytes 0-9/16"));
    let tail = download(&world, module, artifact, &[("range", "bytes=-2")]).await.expect(206);
    assert_eq!(&tail.body[..], b"ef");
    for bad in ["bytes=9-0", "bytes=16-"] {
        let refused = download(&world, module, artifact, &[("range", bad)]).await.expect(416);
        assert_eq!(refused.header("content-range"), "bytes */16");
    }
    let several = download(&world, module, artifact, &[("range", "bytes=0-1,4-5")]).await.expect(206);
    assert!(several.header("content-type").starts_with("multipart/byteranges"));
    let other = download(&world, module, artifact, &[("if-match", "\"other\"")]).await.expect(412);
    assert!(other.body.is_empty());
    download(&world, module, 4711, &[]).await.expect_error(404, "repo.entityNotFound");
    download(&world, 4711, artifact, &[]).await.expect_error(404, "repo.entityNotFound");
}

/// A file of several parts, sent in small pieces, with its checksum in a field behind it.
#[tokio::test]
async fn twenty_megabytes_are_streamed() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let content: Vec<u8> = (0..20_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let body = form(&[part("file", Some("big"), &content), part("filename", None, b"renamed.bin")]);
    let pieces: Vec<std::io::Result<Bytes>> =
        body.chunks(50_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let created = post(&world, module, "", Body::from_stream(stream::iter(pieces))).await.expect(201).json();
    assert_eq!((&created["size"], &created["providedFilename"]), (&json!(20_000_000), &json!("renamed.bin")));
    assert_eq!(world.stored().await.len(), 1);
    let got = download(&world, module, id(&created), &[]).await.expect(200);
    assert!(got.body[..] == content[..]);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 20_000_000);
}

#[tokio::test]
async fn no_78_uploads_that_are_refused_leave_nothing() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let file = || part("file", Some("a"), b"abc");
    let empty = upload(&world, module, "a", b"").await.expect(400);
    assert!(empty.body.is_empty());
    post(&world, module, "", form(&[part("filename", None, b"a")])).await.expect_error(400, "artifact.uploadFailed");
    post(&world, module, "", b"nonsense".to_vec()).await.expect_error(400, "artifact.uploadFailed");
    let cut = form(&[file()]);
    post(&world, module, "", cut[..cut.len() - 12].to_vec()).await.expect_error(400, "artifact.uploadFailed");
    post(&world, module, "", form(&[file(), file()])).await.expect_error(400, "artifact.uploadFailed");
    for (name, code) in [("md5sum", "md5"), ("sha1sum", "sha1"), ("sha256sum", "sha256")] {
        let expected = format!("artifact.uploadFailed.checksum.{code}.match");
        let as_field = post(&world, module, "", form(&[part(name, None, b"00ff"), file()])).await;
        as_field.expect_error(400, &expected);
        post(&world, module, &format!("?{name}=00ff"), form(&[file()])).await.expect_error(400, &expected);
    }
    let unnamed = post(&world, module, "", form(&[part("file", Some(""), b"abc")])).await;
    unnamed.expect_error(400, "repo.constraintViolation");
    let markup = post(&world, module, "?filename=%3Cb%3Ex%3C/b%3E", form(&[file()])).await;
    markup.expect_error(400, "repo.constraintViolation");
    post(&world, 4711, "", form(&[file()])).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(world.stored().await, [""; 0]);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 0);

    let upper = format!("?md5sum={}&sha1sum={}", ABC_MD5.to_uppercase(), ABC_SHA1.to_uppercase());
    post(&world, module, &upper, form(&[file(), part("sha256sum", None, ABC_SHA256.as_bytes())])).await.expect(201);
    upload(&world, module, "A", b"other").await.expect_error(409, "repo.entityAlreadyExists");
    assert_eq!(world.stored().await.len(), 1);
}

#[tokio::test]
async fn no_79_locks_and_quotas() {
    let mut settings = Settings::default();
    settings.quotas.artifact_size = 10;
    settings.quotas.artifact_storage = 25;
    settings.quotas.artifacts_per_software_module = 3;
    let world = World::with(settings).await;
    let module = world.module("m", "os").await;
    upload(&world, module, "long", &[1; 11]).await.expect_error(429, "quota.fileSizeExceeded");
    upload(&world, module, "a", &[1; 10]).await.expect(201);
    let b = id(&upload(&world, module, "b", &[2; 10]).await.expect(201).json());
    upload(&world, module, "c", &[3; 6]).await.expect_error(429, "quota.storageExceeded");
    upload(&world, module, "c", &[3; 5]).await.expect(201);
    upload(&world, module, "d", &[4; 1]).await.expect_error(429, "quota.tooManyEntries");
    assert_eq!(world.stored().await.len(), 3);
    let path = format!("softwaremodules/{module}");
    world.put(&path, json!({"locked": true})).await.expect(200);
    world.delete(&format!("{path}/artifacts/{b}")).await.expect_error(423, "locked");
    let other = world.module("n", "os").await;
    world.put(&format!("softwaremodules/{other}"), json!({"locked": true})).await.expect(200);
    upload(&world, other, "x", b"x").await.expect_error(423, "locked");
    world.put(&path, json!({"locked": false})).await.expect(200);
    world.delete(&format!("{path}/artifacts/{b}")).await.expect(204);
    world.delete(&format!("{path}/artifacts/{b}")).await.expect_error(404, "repo.entityNotFound");
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 15);
}

#[tokio::test]
async fn no_82_equal_content_is_stored_once_and_lives_as_long_as_any_artifact() {
    let world = World::start().await;
    let (one, two) = (world.module("one", "os").await, world.module("two", "os").await);
    let first = id(&upload(&world, one, "a", b"abc").await.expect(201).json());
    let second = id(&upload(&world, two, "b", b"abc").await.expect(201).json());
    assert_eq!(world.stored().await.len(), 1);
    world.delete(&format!("softwaremodules/{one}/artifacts/{first}")).await.expect(204);
    assert_eq!(&download(&world, two, second, &[]).await.expect(200).body[..], b"abc");
    world.delete(&format!("softwaremodules/{two}")).await.expect(204);
    assert_eq!(world.stored().await, [""; 0]);
    let third = id(&upload(&world, one, "a", b"abc").await.expect(201).json());
    assert_eq!(&download(&world, one, third, &[]).await.expect(200).body[..], b"abc");
}

#[tokio::test]
async fn no_77_a_soft_deleted_module_lists_artifacts_without_bytes() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let artifact = id(&upload(&world, module, "a", b"abc").await.expect(201).json());
    world.create("distributionsets", json!({"name": "s", "version": "1", "modules": [{"id": module}]})).await;
    world.delete(&format!("softwaremodules/{module}")).await.expect(204);
    let list = world.get(&format!("softwaremodules/{module}/artifacts?representation=full")).await.json();
    assert_eq!((list.as_array().unwrap().len(), links(&list[0])), (1, vec!["self"]));
    download(&world, module, artifact, &[]).await.expect_error(410, "artifact.binaryDeleted");
    assert_eq!(world.stored().await, [""; 0]);
    assert_eq!(world.app.store.stored_bytes(&world.tenant).await.unwrap(), 0);
    upload(&world, module, "b", b"b").await.expect_error(404, "deleted");
}

#[tokio::test]
async fn completeness_counts_artifacts() {
    let world = World::start().await;
    let kind = json!({"key": "k", "name": "n", "maxAssignments": 1, "minArtifacts": 1});
    world.create("softwaremoduletypes", kind).await;
    let module = world.module("m", "k").await;
    let path = format!("softwaremodules/{module}");
    let before = world.get(&path).await.json();
    assert_eq!(before["complete"], false);
    world.clock.advance(7);
    upload(&world, module, "a", b"abc").await.expect(201);
    let after = world.get(&path).await.json();
    assert_eq!(after["complete"], true);
    assert_ne!(after["lastModifiedAt"], before["lastModifiedAt"], "an upload touches the module");
}

#[tokio::test]
async fn large_files_are_fetched_from_storage_where_answers_are_small() {
    let world = World::with(Settings { delivery: DeliveryMode::RedirectAbove(2), ..Settings::default() }).await;
    let module = world.module("m", "os").await;
    let artifact = id(&upload(&world, module, "a", b"abc").await.expect(201).json());
    let answer = download(&world, module, artifact, &[]).await.expect(302);
    assert!(answer.header("location").contains(ABC_SHA256));
}

/// Uploads of the same name at once: one wins, and nothing of the others is left.
#[tokio::test]
async fn uploads_at_once_settle() {
    let world = World::start().await;
    let module = world.module("m", "os").await;
    let contents: Vec<[u8; 1]> = (0..6).map(|index| [index]).collect();
    let uploads = contents.iter().map(|content| upload(&world, module, "same", content));
    let answers = futures::future::join_all(uploads).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(201), count(409)), (1, 5));
    assert_eq!(world.stored().await.len(), 1);
    let names: Vec<String> = (0..6).map(|index| format!("n{index}")).collect();
    let uploads = names.iter().map(|name| upload(&world, module, name, b"equal"));
    for answer in futures::future::join_all(uploads).await {
        answer.expect(201);
    }
    assert_eq!(world.stored().await.len(), 2);
}
