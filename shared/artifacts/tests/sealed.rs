//! Encrypted files against an S3 stand-in: stored unreadable, delivered in the clear, whole and in ranges (domain §12.4, §12.5).

mod support;

use std::sync::Arc;

use harrier_artifacts::encryption::{ChunkedAesGcm, LocalKeys};
use harrier_artifacts::{ArtifactFile, Delivery, DeliveryRequest, Response};
use harrier_domain::Error;
use harrier_domain::software::Binary;
use http::header::{HeaderValue, RANGE};
use http::{HeaderMap, Method};
use support::{MIB, Storage, TENANT, body_of, chunked, content, digests};

const KEY: &str = "DEFAULT/sealed/7-a";

const WRAPPING_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

async fn start() -> Storage {
    let mut storage = Storage::start().await;
    restart(&mut storage);
    storage
}

/// As another process would see the storage: no ciphers are remembered.
fn restart(storage: &mut Storage) {
    let keys = Arc::new(LocalKeys::parse(WRAPPING_KEY).unwrap());
    storage.artifacts = storage.artifacts.clone().with_encryption(Arc::new(ChunkedAesGcm::new(keys)));
}

async fn get(storage: &Storage, file: &ArtifactFile, range: Option<&str>) -> Result<Response, Error> {
    let headers: HeaderMap = range.map(|range| (RANGE, HeaderValue::from_str(range).unwrap())).into_iter().collect();
    // Where a plain file would be redirected to.
    let delivery = Delivery::redirect();
    let request = DeliveryRequest {
        tenant: TENANT,
        file,
        method: &Method::GET,
        headers: &headers,
        delivery,
        now_ms: 1_800_000_000_000,
    };
    storage.artifacts.deliver(request).await
}

#[tokio::test]
async fn nothing_of_the_file_can_be_read_in_storage() {
    let storage = start().await;
    let bytes = vec![b'x'; 200_000];
    let file = storage.store_sealed("fw.bin", "7-a", &bytes).await;
    assert_eq!(storage.stored().into_iter().collect::<Vec<_>>(), [format!("artifacts/{KEY}")]);
    let raw = storage.raw(KEY);
    assert!(!raw.windows(4).any(|window| window == b"xxxx"));
    assert!(!raw.windows(64).any(|window| window == file.sha256.as_bytes()));
    let plain = digests(&bytes);
    assert_eq!((&file.sha1, &file.md5, &file.sha256, file.size), (&plain.sha1, &plain.md5, &plain.sha256, 200_000));
}

#[tokio::test]
async fn whole_and_in_ranges_it_is_delivered_in_the_clear() {
    let storage = start().await;
    let bytes = content(5 * MIB + 3);
    let file = storage.store_sealed("fw.bin", "7-a", &bytes).await;
    let whole = get(&storage, &file, None).await.unwrap();
    assert_eq!((whole.status().as_u16(), &whole.headers()["content-length"]), (200, &HeaderValue::from(bytes.len())));
    assert!(body_of(whole).await == bytes);
    let one = get(&storage, &file, Some("bytes=65530-131080")).await.unwrap();
    assert_eq!(one.headers()["content-range"], format!("bytes 65530-131080/{}", bytes.len()));
    assert!(body_of(one).await == bytes[65_530..=131_080]);
    let tail = get(&storage, &file, Some("bytes=-5")).await.unwrap();
    assert!(body_of(tail).await == bytes[bytes.len() - 5..]);
    let several = body_of(get(&storage, &file, Some("bytes=0-9,65535-65536,400000-900000")).await.unwrap()).await;
    for range in [0..=9, 65_535..=65_536, 400_000..=900_000] {
        assert!(several.windows(range.end() - range.start() + 1).any(|window| *window == bytes[range.clone()]));
    }
}

#[tokio::test]
async fn a_range_reads_the_chunks_it_needs_and_the_header_once() {
    let storage = start().await;
    let file = storage.store_sealed("fw.bin", "7-a", &content(MIB)).await;
    let before = storage.count("GET");
    for _ in 0..3 {
        body_of(get(&storage, &file, Some("bytes=70000-70001")).await.unwrap()).await;
    }
    assert_eq!(storage.count("GET") - before, 4);
}

#[tokio::test]
async fn changed_bytes_are_an_error_before_the_answer_begins_or_break_it_off() {
    use http_body_util::BodyExt;
    let mut storage = start().await;
    let file = storage.store_sealed("fw.bin", "7-a", &content(200_000)).await;
    let raw = storage.raw(KEY);
    for place in [20, 600] {
        let mut changed = raw.clone();
        changed[place] ^= 1;
        storage.tamper(KEY, &changed);
        restart(&mut storage);
        assert_eq!(get(&storage, &file, None).await.err(), Some(Error::EncryptionFailed), "{place}");
    }
    let mut changed = raw.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    storage.tamper(KEY, &changed);
    let response = get(&storage, &file, None).await.unwrap();
    assert!(response.into_body().collect().await.is_err());
    storage.tamper(KEY, &raw[..last]);
    assert_eq!(get(&storage, &file, None).await.err(), Some(Error::ArtifactLoadFailed));
}

#[tokio::test]
async fn without_encryption_nothing_is_sealed_and_nothing_opened() {
    let storage = start().await;
    let file = storage.store_sealed("fw.bin", "7-a", b"abc").await;
    let plain = Storage::start().await;
    assert!(!plain.artifacts.can_encrypt());
    let stream = chunked(b"abc".to_vec(), 1);
    let refused = plain.artifacts.stage_sealed(TENANT, "7-b", stream, Default::default()).await;
    assert_eq!(refused, Err(Error::EncryptionNotSupported));
    assert_eq!(get(&plain, &file, None).await.err(), Some(Error::EncryptionFailed));
}

#[tokio::test]
async fn publishing_and_deleting_may_be_repeated() {
    let storage = start().await;
    let staged = storage
        .artifacts
        .stage_sealed(TENANT, "7-a", chunked(content(100_000), 10_000), Default::default())
        .await
        .unwrap();
    assert_eq!(storage.artifacts.promote(&staged).await.unwrap(), KEY);
    assert_eq!(storage.artifacts.publish(&staged).await.unwrap(), KEY);
    assert_eq!(storage.artifacts.publish(&staged).await.unwrap(), KEY);
    assert!(storage.read(&staged).await == content(100_000));
    for _ in 0..2 {
        storage.artifacts.delete(TENANT, &Binary::Sealed("7-a".to_owned())).await.unwrap();
    }
    assert!(storage.stored().is_empty());
}
