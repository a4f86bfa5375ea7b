//! Reading, deleting and linking blobs on an S3 stand-in.

mod support;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::TryStreamExt;
use harrier_artifacts::PresignOptions;
use harrier_artifacts::range::ByteRange;
use harrier_domain::Error;
use support::{MIB, Storage, TENANT, content};

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[tokio::test]
async fn a_range_of_a_blob_is_opened() {
    let storage = Storage::start().await;
    let bytes = content(3 * MIB);
    let file = storage.store("f", &bytes).await;
    let range = ByteRange { first: 1_000_000, last: 2_000_000 };
    let opened = storage.artifacts.open(TENANT, &file, Some(range)).await.unwrap();
    assert!(opened.try_collect::<Vec<_>>().await.unwrap().concat() == bytes[1_000_000..=2_000_000]);
}

#[tokio::test]
async fn a_missing_blob_is_a_load_failure() {
    let storage = Storage::start().await;
    let file = storage.store("f", b"abc").await;
    assert!(storage.artifacts.exists(TENANT, &file.sha256).await.unwrap());
    assert!(!storage.artifacts.exists("OTHER", &file.sha256).await.unwrap());
    storage.artifacts.delete(TENANT, &file.binary).await.unwrap();
    storage.artifacts.delete(TENANT, &file.binary).await.unwrap();
    assert!(!storage.artifacts.exists(TENANT, &file.sha256).await.unwrap());
    assert_eq!(storage.artifacts.open(TENANT, &file, None).await.err(), Some(Error::ArtifactLoadFailed));
}

#[tokio::test]
async fn a_link_is_stable_within_its_bucket() {
    let storage = Storage::start().await;
    let options = PresignOptions::default();
    let link = |now_ms| storage.artifacts.presign(TENANT, "ab", "f.bin", now_ms, options);
    let bucket_start = 1_800_000_000_000 / 900_000 * 900_000;
    let first = link(bucket_start).await.unwrap();
    assert_eq!(link(bucket_start + 899_999).await.unwrap(), first);
    assert_ne!(link(bucket_start + 900_000).await.unwrap(), first);
    assert!(first.contains("X-Amz-Expires=5400"), "{first}");
    assert!(first.contains("X-Amz-SignedHeaders=host&"), "a client must not need to send anything: {first}");
}

#[tokio::test]
async fn a_link_works_over_http_with_ranges_and_names_the_file() {
    let storage = Storage::start().await;
    let bytes = content(10_000);
    let file = storage.store("für (1).bin", &bytes).await;
    let options = PresignOptions { ttl: Duration::from_secs(1200), bucket: Duration::from_secs(900) };
    let link = storage.artifacts.presign(TENANT, &file.sha256, &file.filename, now_ms(), options).await.unwrap();

    let answer = reqwest::get(&link).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    let disposition = "attachment;filename=\"f_r (1).bin\";filename*=UTF-8''f%C3%BCr%20%281%29.bin";
    assert_eq!(answer.headers()["content-disposition"], disposition);
    assert_eq!(answer.bytes().await.unwrap(), bytes);

    let answer = reqwest::Client::new().get(&link).header("Range", "bytes=10-19").send().await.unwrap();
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.bytes().await.unwrap(), bytes[10..20]);

    let forged = link.replace(&file.sha256, &"0".repeat(64));
    assert_eq!(reqwest::get(&forged).await.unwrap().status(), 403);
}

#[tokio::test]
async fn an_expired_link_is_refused() {
    let storage = Storage::start().await;
    let file = storage.store("f", b"abc").await;
    let options = PresignOptions { ttl: Duration::from_secs(1200), bucket: Duration::from_secs(900) };
    let long_ago = now_ms() - 3_600_000;
    let link = storage.artifacts.presign(TENANT, &file.sha256, "f", long_ago, options).await.unwrap();
    assert_eq!(reqwest::get(&link).await.unwrap().status(), 403);
}
