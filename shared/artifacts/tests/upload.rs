//! Uploads against an S3 stand-in: what is stored, what is left behind, how much is held in memory (domain §12.1).

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use harrier_artifacts::{Expected, StorageRoom, TransferSizes, UploadLimits, keys};
use harrier_domain::Error;
use harrier_domain::error::Checksum;
use support::{MIB, Storage, TENANT, chunked, content, count, digests, expecting_sha1, sendable};

const ONE_CHUNK: usize = 64 * 1024;

/// Smaller than S3 takes, so that tests need not send much.
fn parts_of_one_mib() -> TransferSizes {
    TransferSizes { part: MIB as u64, ..TransferSizes::default() }
}

#[tokio::test]
async fn a_small_file_takes_one_put_and_is_published() {
    let storage = Storage::start().await;
    let bytes = content(1000);
    let staged = storage.stage("u1", &bytes).await;
    assert_eq!((staged.size, &staged.digests), (1000, &digests(&bytes)));
    assert_eq!(storage.stored().into_iter().collect::<Vec<_>>(), ["artifacts/staging/DEFAULT/u1"]);
    assert_eq!(storage.count("uploadId"), 0);

    let key = storage.artifacts.publish(&staged).await.unwrap();
    assert_eq!(key, keys::blob(TENANT, &digests(&bytes).sha256));
    assert_eq!(storage.stored().into_iter().collect::<Vec<_>>(), [format!("artifacts/{key}")]);
    assert_eq!(storage.read(&staged).await, bytes);
}

#[tokio::test]
async fn twenty_megabytes_go_in_parts() {
    let storage = Storage::start().await;
    let bytes = content(20 * MIB + 7);
    let staged = storage.stage("u1", &bytes).await;
    assert_eq!((staged.size, &staged.digests), (bytes.len() as u64, &digests(&bytes)));
    assert_eq!(storage.count("partNumber="), 3);
    storage.artifacts.publish(&staged).await.unwrap();
    assert_eq!(storage.stored().len(), 1);
    assert!(storage.read(&staged).await == bytes);
}

#[tokio::test]
async fn a_file_of_exactly_one_part_survives() {
    let storage = Storage::start().await;
    let bytes = content(8 * MIB);
    let staged = storage.stage("u1", &bytes).await;
    storage.artifacts.publish(&staged).await.unwrap();
    assert!(storage.read(&staged).await == bytes);
}

/// The uploader is read no further ahead of storage than four parts: three under way, one being filled.
#[tokio::test]
async fn memory_is_constant() {
    let storage = Storage::start().await;
    let in_small_parts = storage.artifacts.clone().with_transfer_sizes(parts_of_one_mib());
    let (answered, produced, furthest) = (storage.answered.clone(), AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let chunk = Bytes::from(content(ONE_CHUNK));
    let seen = furthest.clone();
    let chunks = stream::iter(0..20 * MIB / ONE_CHUNK).map(move |_| {
        let stored = count(&answered.borrow(), "partNumber=") * MIB;
        let total = produced.fetch_add(ONE_CHUNK, Ordering::Relaxed) + ONE_CHUNK;
        seen.fetch_max(total.saturating_sub(stored), Ordering::Relaxed);
        Ok::<_, String>(chunk.clone())
    });
    // Breaks off, because so small parts cannot be put together.
    let chunks = chunks.chain(stream::iter([Err("over".to_owned())]));
    let broken = in_small_parts.stage(TENANT, "u1", chunks, UploadLimits::default()).await;
    assert_eq!(broken, Err(Error::BodyNotReadable("over".into())));
    let furthest = furthest.load(Ordering::Relaxed);
    assert!(furthest <= 4 * MIB + ONE_CHUNK, "{furthest} bytes ahead of storage");
}

#[tokio::test]
async fn an_empty_file_is_reported_as_such() {
    let storage = Storage::start().await;
    let staged = storage.stage("u1", b"").await;
    assert_eq!(staged.size, 0);
    storage.artifacts.discard(&staged).await;
    storage.artifacts.discard(&staged).await;
    assert!(storage.stored().is_empty());
}

#[tokio::test]
async fn a_checksum_mismatch_leaves_nothing() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let staged = storage.stage("u1", &bytes).await;
    let right = expecting_sha1(&staged.digests.sha1.to_uppercase());
    assert_eq!(storage.artifacts.verify(&staged, &right).await, Ok(()));
    assert_eq!(storage.stored().len(), 1);

    let wrong = Expected { sha256: Some("00".repeat(32)), ..right };
    let refused = storage.artifacts.verify(&staged, &wrong).await;
    assert_eq!(refused, Err(Error::ChecksumMismatch(Checksum::Sha256)));
    assert!(storage.stored().is_empty());
}

#[tokio::test]
async fn a_passed_limit_aborts_early_and_leaves_nothing() {
    let storage = Storage::start().await;
    let full = StorageRoom { limit: 100 * MIB as u64, used: 94 * MIB as u64 };
    let table = [
        (Some(5 * MIB as u64 - 1), None, Error::FileSizeQuotaExceeded { limit: 5 * MIB as u64 - 1 }),
        (Some(1000), Some(full), Error::FileSizeQuotaExceeded { limit: 1000 }),
        (None, Some(full), Error::StorageQuotaExceeded { limit: full.limit }),
    ];
    for (max_file_size, room, expected) in table {
        let limits = UploadLimits { max_file_size, storage: room };
        let in_small_parts = storage.artifacts.clone().with_transfer_sizes(parts_of_one_mib());
        let endless = stream::repeat_with(|| Ok::<_, String>(Bytes::from(vec![7; ONE_CHUNK])));
        assert_eq!(in_small_parts.stage(TENANT, "u1", endless, limits).await, Err(expected));
        assert!(storage.stored().is_empty(), "{:?}", storage.stored());
    }
}

#[tokio::test]
async fn a_broken_upload_leaves_nothing() {
    let storage = Storage::start().await;
    let in_small_parts = storage.artifacts.clone().with_transfer_sizes(parts_of_one_mib());
    let broken = chunked(content(5 * MIB + 1), ONE_CHUNK).chain(stream::iter([Err("connection reset".to_owned())]));
    let refused = sendable(in_small_parts.stage(TENANT, "u1", broken, UploadLimits::default())).await;
    assert_eq!(refused, Err(Error::BodyNotReadable("connection reset".into())));
    assert!(storage.stored().is_empty(), "{:?}", storage.stored());
}

#[tokio::test]
async fn an_abandoned_upload_aborts_itself() {
    let storage = Storage::start().await;
    let in_small_parts = storage.artifacts.clone().with_transfer_sizes(parts_of_one_mib());
    let stuck = chunked(content(2 * MIB + 1), ONE_CHUNK).chain(stream::pending());
    let mut answered = storage.answered.clone();
    tokio::select! {
        _ = in_small_parts.stage(TENANT, "u1", stuck, UploadLimits::default()) => panic!("the stream never ends"),
        waited = answered.wait_for(|requests| count(requests, "partNumber=") == 2) => drop(waited.unwrap()),
    }
    let aborted = answered.wait_for(|requests| requests.iter().any(|request| request.starts_with("DELETE")));
    let aborted = tokio::time::timeout(Duration::from_secs(30), aborted).await;
    aborted.expect("an abort request").unwrap();
    assert!(storage.stored().is_empty(), "{:?}", storage.stored());
}

#[tokio::test]
async fn publishing_twice_and_after_a_crash_ends_the_same_way() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let staged = storage.stage("u1", &bytes).await;
    let key = storage.artifacts.publish(&staged).await.unwrap();
    assert_eq!(storage.artifacts.publish(&staged).await.unwrap(), key);

    // As if the process had died after the copy: the staging object is there again, the blob too.
    let again = storage.stage("u1", &bytes).await;
    assert_eq!(storage.artifacts.publish(&again).await.unwrap(), key);
    assert_eq!(storage.stored().into_iter().collect::<Vec<_>>(), [format!("artifacts/{key}")]);
    assert_eq!(storage.read(&staged).await, bytes);
}

#[tokio::test]
async fn the_same_content_is_stored_once_per_tenant() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    for upload_id in ["u1", "u2"] {
        let staged = storage.stage(upload_id, &bytes).await;
        storage.artifacts.publish(&staged).await.unwrap();
    }
    assert_eq!(storage.stored().len(), 1);
    let blob_writes =
        storage.answered.borrow().iter().filter(|line| line.starts_with("PUT") && line.contains("/blobs/")).count();
    assert_eq!(blob_writes, 1);

    let stream = chunked(bytes, ONE_CHUNK);
    let other = storage.artifacts.stage("other", "u1", stream, UploadLimits::default()).await.unwrap();
    storage.artifacts.publish(&other).await.unwrap();
    assert_eq!(storage.stored().len(), 2);
    assert!(storage.artifacts.exists("other", &other.digests.sha256).await.unwrap());
}

#[tokio::test]
async fn a_large_file_is_published_in_copied_parts() {
    let storage = Storage::start().await;
    let sizes = TransferSizes { single_copy: 5 * MIB as u64, copy_part: 5 * MIB as u64, ..TransferSizes::default() };
    let bytes = content(10 * MIB + 500);
    let staged = storage.stage("u 1+ü", &bytes).await;
    storage.artifacts.clone().with_transfer_sizes(sizes).publish(&staged).await.unwrap();
    assert_eq!(storage.count("/blobs/"), 1 + 1 + 3 + 1, "head, create, three parts, complete");
    assert_eq!(storage.stored().len(), 1);
    assert!(storage.read(&staged).await == bytes);
}

#[tokio::test]
async fn publishing_what_was_never_staged_fails_and_leaves_nothing() {
    let storage = Storage::start().await;
    let mut staged = storage.stage("u1", &content(5000)).await;
    storage.artifacts.discard(&staged).await;
    assert!(matches!(storage.artifacts.publish(&staged).await, Err(Error::UploadFailed(_))));
    let sizes = TransferSizes { single_copy: 1, copy_part: 1000, ..TransferSizes::default() };
    staged.key = keys::staging(TENANT, "u2");
    let in_parts = storage.artifacts.clone().with_transfer_sizes(sizes);
    assert!(matches!(in_parts.publish(&staged).await, Err(Error::UploadFailed(_))));
    assert!(storage.stored().is_empty(), "{:?}", storage.stored());
}
