//! Delivery of an artifact against an S3 stand-in: statuses, headers and exact bytes (DDI §9, §10; management §5.12).

mod support;

use harrier_artifacts::{ArtifactFile, Delivery, DeliveryRequest, PresignOptions, Response, precondition_failed};
use harrier_domain::Error;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body::Body as _;
use support::{MIB, Storage, TENANT, body_of, content, sendable};

/// Request headers.
type Sent<'a> = &'a [(HeaderName, &'a str)];

const LAST_MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

async fn ask(
    storage: &Storage,
    file: &ArtifactFile,
    method: Method,
    headers: Sent<'_>,
    delivery: Delivery,
) -> Result<Response, Error> {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
    let now_ms = 1_800_000_000_000;
    let request = DeliveryRequest { tenant: TENANT, file, method: &method, headers: &headers, delivery, now_ms };
    storage.artifacts.deliver(request).await
}

async fn get(storage: &Storage, file: &ArtifactFile, headers: Sent<'_>) -> Response {
    ask(storage, file, Method::GET, headers, Delivery::Inline).await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[track_caller]
fn assert_file_headers(response: &Response, file: &ArtifactFile) {
    assert_eq!(header(response, "accept-ranges"), Some("bytes"));
    assert_eq!(header(response, "etag"), Some(format!("\"{}\"", file.sha1).as_str()));
    assert_eq!(header(response, "last-modified"), Some(LAST_MODIFIED));
    assert_eq!(header(response, "content-disposition"), Some("attachment;filename=fw.bin"));
    assert_eq!(header(response, "x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn the_whole_file() {
    let storage = Storage::start().await;
    let bytes = content(2 * MIB);
    let file = storage.store("fw.bin", &bytes).await;
    let response = get(&storage, &file, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_file_headers(&response, &file);
    assert_eq!(header(&response, "content-type"), Some("application/octet-stream"));
    assert_eq!(header(&response, "content-length"), Some("2097152"));
    assert!(body_of(response).await == bytes);
}

#[tokio::test]
async fn head_does_not_ask_storage() {
    let storage = Storage::start().await;
    let file = storage.store("fw.bin", &content(5000)).await;
    let before = storage.answered.borrow().len();
    for delivery in [Delivery::Inline, Delivery::Redirect { above: 1, link: PresignOptions::default() }] {
        let response = ask(&storage, &file, Method::HEAD, &[(RANGE, "bytes=0-1")], delivery).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_file_headers(&response, &file);
        assert_eq!(header(&response, "content-length"), Some("5000"));
        assert!(body_of(response).await.is_empty());
    }
    assert_eq!(storage.answered.borrow().len(), before);
}

#[tokio::test]
async fn one_range() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let file = storage.store("fw.bin", &bytes).await;
    let table = [
        ("bytes=0-0", 0..1, "bytes 0-0/5000"),
        ("bytes=10-19", 10..20, "bytes 10-19/5000"),
        ("bytes=4990-9999", 4990..5000, "bytes 4990-4999/5000"),
        ("bytes=4000-", 4000..5000, "bytes 4000-4999/5000"),
        ("bytes=-7", 4993..5000, "bytes 4993-4999/5000"),
        ("bytes=-6000", 0..5000, "bytes 0-4999/5000"),
    ];
    for (range, expected, content_range) in table {
        let response = get(&storage, &file, &[(RANGE, range)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_file_headers(&response, &file);
        assert_eq!(header(&response, "content-range"), Some(content_range));
        assert_eq!(header(&response, "content-length"), Some(expected.len().to_string().as_str()));
        assert_eq!(header(&response, "content-type"), Some("application/octet-stream"));
        assert_eq!(body_of(response).await, bytes[expected], "{range}");
    }
}

#[tokio::test]
async fn consecutive_ranges_make_the_file() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let file = storage.store("fw.bin", &bytes).await;
    let mut collected = Vec::new();
    while collected.len() < bytes.len() {
        let range = format!("bytes={}-{}", collected.len(), collected.len() + 1022);
        collected.extend(body_of(get(&storage, &file, &[(RANGE, &range)]).await).await);
    }
    assert_eq!(collected, bytes);
}

#[tokio::test]
async fn a_range_that_cannot_be() {
    let storage = Storage::start().await;
    let file = storage.store("fw.bin", &content(5000)).await;
    for range in ["bytes=1-10,zz", "bytes=100-10", "bytes=5000-", "bytes=0-9,5-14", "lines=1-2", "bytes=-"] {
        let response = get(&storage, &file, &[(RANGE, range)]).await;
        assert_eq!(response.status(), StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_file_headers(&response, &file);
        assert_eq!(header(&response, "content-range"), Some("bytes */5000"));
        assert_eq!(header(&response, "content-type"), Some("application/octet-stream"));
        assert!(body_of(response).await.is_empty());
    }
}

fn framed(range: &str, size: usize, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--THIS_STRING_SEPARATES_MULTIPART\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {range}/{size}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

#[tokio::test]
async fn several_ranges_are_exact() {
    let storage = Storage::start().await;
    let bytes = content(3 * MIB);
    let file = storage.store("fw.bin", &bytes).await;
    // Unordered, small and larger than what is read ahead, adjacent, to the end.
    let asked = "bytes=700-799,0-499,500-501,1000-1000999,1500000-1500000,2000000-2000001,-3";
    let response = get(&storage, &file, &[(RANGE, asked)]).await;
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    assert_file_headers(&response, &file);
    let content_type = "multipart/byteranges; boundary=THIS_STRING_SEPARATES_MULTIPART";
    assert_eq!(header(&response, "content-type"), Some(content_type));
    assert_eq!(header(&response, "content-length"), None);
    assert_eq!(response.body().size_hint().exact(), None, "a known size would become a Content-Length");

    let ranges = [
        (0, 499),
        (500, 501),
        (700, 799),
        (1000, 1_000_999),
        (1_500_000, 1_500_000),
        (2_000_000, 2_000_001),
        (3_145_725, 3_145_727),
    ];
    let mut expected = Vec::new();
    for (first, last) in ranges {
        expected.extend(framed(&format!("{first}-{last}"), bytes.len(), &bytes[first..=last]));
    }
    expected.extend(b"--THIS_STRING_SEPARATES_MULTIPART--");
    assert!(body_of(response).await == expected);
}

#[tokio::test]
async fn a_missing_blob_fails_before_the_answer_begins() {
    let storage = Storage::start().await;
    let file = storage.store("fw.bin", &content(5000)).await;
    storage.artifacts.delete(TENANT, &file.binary).await.unwrap();
    for headers in [&[][..], &[(RANGE, "bytes=0-9")], &[(RANGE, "bytes=0-9,20-29")]] {
        let refused = ask(&storage, &file, Method::GET, headers, Delivery::Inline).await;
        assert_eq!(refused.err(), Some(Error::ArtifactLoadFailed), "{headers:?}");
    }
}

#[tokio::test]
async fn a_blob_of_another_size_is_not_passed_off_as_the_file() {
    let storage = Storage::start().await;
    let mut file = storage.store("fw.bin", &content(5000)).await;
    file.size = 6000;
    for headers in [&[][..], &[(RANGE, "bytes=4000-5500")], &[(RANGE, "bytes=4000-5500,0-1")]] {
        let response = ask(&storage, &file, Method::GET, headers, Delivery::Inline).await;
        let broken = match response {
            Err(error) => error == Error::ArtifactLoadFailed,
            Ok(response) => http_body_util::BodyExt::collect(response.into_body()).await.is_err(),
        };
        assert!(broken, "{headers:?}");
    }
}

#[tokio::test]
async fn conditions() {
    let storage = Storage::start().await;
    let bytes = content(100);
    let file = storage.store("fw.bin", &bytes).await;
    let quoted = file.etag();
    let ten = (RANGE, "bytes=0-9");
    let table: &[(Sent, u16, usize)] = &[
        (&[(IF_MATCH, &file.sha1)], 200, 100),
        (&[(IF_MATCH, &quoted)], 200, 100),
        (&[(IF_MATCH, "\"other\"")], 412, 0),
        (&[(IF_MATCH, "\"other\""), (RANGE, "bytes=zz")], 412, 0),
        (&[(IF_RANGE, &quoted), ten.clone()], 206, 10),
        (&[(IF_RANGE, LAST_MODIFIED), ten.clone()], 206, 10),
        (&[(IF_RANGE, "Sun, 06 Nov 1994 08:49:36 GMT"), ten.clone()], 200, 100),
        (&[(IF_RANGE, "\"other\""), ten.clone()], 200, 100),
        (&[(IF_NONE_MATCH, &quoted)], 304, 0),
        (&[(IF_NONE_MATCH, "\"other\"")], 200, 100),
    ];
    for (headers, status, length) in table {
        let response = get(&storage, &file, headers).await;
        assert_eq!(response.status(), *status, "{headers:?}");
        assert_eq!(body_of(response).await, bytes[..*length], "{headers:?}");
    }
    let other = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_static("\"other\""))]);
    assert_eq!(precondition_failed(&other, &file).map(|response| response.status().as_u16()), Some(412));
    assert!(precondition_failed(&HeaderMap::new(), &file).is_none());
}

#[tokio::test]
async fn large_files_are_redirected_where_storage_can_answer() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let file = storage.store("fw.bin", &bytes).await;
    let quoted = file.etag();
    let ten = (RANGE, "bytes=0-9");
    let table: &[(u64, Sent, u16)] = &[
        (4999, &[], 302),
        (5000, &[], 200),
        (4999, std::slice::from_ref(&ten), 302),
        (4999, &[(RANGE, "bytes=0-9,20-29")], 206),
        (4999, &[(RANGE, "bytes=zz")], 416),
        (4999, &[(IF_MATCH, "\"other\"")], 412),
        (4999, &[(IF_MATCH, &quoted)], 200),
        (4999, &[(IF_RANGE, &quoted), ten.clone()], 206),
    ];
    for (above, headers, status) in table {
        let delivery = Delivery::Redirect { above: *above, link: PresignOptions::default() };
        let response = ask(&storage, &file, Method::GET, headers, delivery).await.unwrap();
        assert_eq!(response.status(), *status, "{above} {headers:?}");
    }
}

#[tokio::test]
async fn a_redirect_leads_to_the_bytes_and_is_not_kept() {
    let storage = Storage::start().await;
    let bytes = content(5000);
    let file = storage.store("fw.bin", &bytes).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let request = DeliveryRequest {
        tenant: TENANT,
        file: &file,
        method: &Method::GET,
        headers: &HeaderMap::new(),
        delivery: Delivery::Redirect { above: 0, link: PresignOptions::default() },
        now_ms: i64::try_from(now.as_millis()).unwrap(),
    };
    let response = sendable(storage.artifacts.deliver(request)).await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    let location = header(&response, "location").unwrap().to_owned();
    assert!(body_of(response).await.is_empty());
    assert_eq!(reqwest::get(&location).await.unwrap().bytes().await.unwrap(), bytes);
}
