use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use reqwest::{Method, StatusCode};
use tokio::net::TcpListener;

use super::super::loopback::LocalServer;
use super::EmbeddedS3;
use super::tests::{BUCKET, fresh, get, put};

async fn serve(store: &EmbeddedS3) -> (LocalServer, Client) {
    let server = store.serve_presigned(TcpListener::bind(("127.0.0.1", 0)).await.unwrap()).unwrap();
    let client = store.presigning_client(&server.endpoint());
    (server, client)
}

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(60)).unwrap()
}

async fn presigned_get(client: &Client, key: &str) -> PresignedRequest {
    client.get_object().bucket(BUCKET).key(key).presigned(for_a_minute()).await.unwrap()
}

async fn send(method: Method, url: &str) -> (StatusCode, String) {
    let response = reqwest::Client::new().request(method, url).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_presigned_url_downloads_whole_and_in_part() {
    let store = fresh().await;
    let (_server, client) = serve(&store).await;
    put(&client, "T/blobs/a b", "0123456789").await;
    let url = presigned_get(&client, "T/blobs/a b").await.uri().to_owned();
    assert_eq!(send(Method::GET, &url).await, (StatusCode::OK, "0123456789".to_owned()));
    let cases = [
        ("bytes=2-4", 206, "234"),
        ("bytes=-100", 206, "0123456789"),
        ("bytes=10-", 416, ""),
        ("bytes=0-1,4-5", 200, "0123456789"),
        ("lines=1-2", 200, "0123456789"),
    ];
    for (range, status, content) in cases {
        let response = reqwest::Client::new().get(&url).header("range", range).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{range}");
        let text = response.text().await.unwrap();
        assert!(status == 416 || text == content, "{range}: {text}");
    }
    let stale = reqwest::Client::new().get(&url).header("range", "bytes=2-4").header("if-range", "\"other\"");
    assert_eq!(stale.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn an_expired_url_is_refused() {
    let store = fresh().await;
    let (_server, client) = serve(&store).await;
    put(&client, "a", "x").await;
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let expired = PresigningConfig::builder().start_time(an_hour_ago).expires_in(Duration::from_secs(60));
    let expired = client.get_object().bucket(BUCKET).key("a").presigned(expired.build().unwrap()).await.unwrap();
    let (status, body) = send(Method::GET, expired.uri()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.contains("expired"), "{body}");
}

#[tokio::test]
async fn what_was_not_signed_is_refused() {
    let store = fresh().await;
    let (server, client) = serve(&store).await;
    put(&client, "a", "x").await;
    put(&client, "b", "secret").await;
    let url = presigned_get(&client, "a").await.uri().to_owned();
    assert_eq!(send(Method::GET, &url).await.0, StatusCode::OK);
    let tampered = [
        url.replace(&format!("/{BUCKET}/a?"), &format!("/{BUCKET}/b?")),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        format!("{url}&response-content-type=text%2Fhtml"),
        format!("{}/{BUCKET}/a", server.endpoint()),
        format!("{}/{BUCKET}?list-type=2", server.endpoint()),
    ];
    for tampered in tampered {
        let (status, body) = send(Method::GET, &tampered).await;
        assert!(status.is_client_error() && !body.contains("secret"), "{tampered}: {status} {body}");
    }
    assert_eq!(send(Method::PUT, &url).await.0, StatusCode::FORBIDDEN);
    assert_eq!(send(Method::DELETE, &url).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_presigned_put_and_part_upload_what_they_name_and_nothing_else() {
    let store = fresh().await;
    let (_server, client) = serve(&store).await;
    put(&client, "secret", "secret").await;
    let upload = client.put_object().bucket(BUCKET).key("a").presigned(for_a_minute()).await.unwrap();
    let sent = reqwest::Client::new().put(upload.uri()).body("hello").send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    assert_eq!(get(&client, "a").await, b"hello");
    let copying = reqwest::Client::new().put(upload.uri()).header("x-amz-copy-source", format!("{BUCKET}/secret"));
    assert_eq!(copying.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let id = client.create_multipart_upload().bucket(BUCKET).key("m").send().await.unwrap().upload_id.unwrap();
    let part = client.upload_part().bucket(BUCKET).key("m").upload_id(&id).part_number(1);
    let part = part.presigned(for_a_minute()).await.unwrap();
    let sent = reqwest::Client::new().put(part.uri()).body("part").send().await.unwrap();
    assert_eq!(sent.headers()["etag"], format!("\"{}\"", md5("part")).as_str());
}

fn md5(text: &str) -> String {
    use s3s::crypto::{Checksum, Md5};
    hex::encode(Md5::checksum(text.as_bytes()))
}

#[tokio::test]
async fn a_url_outlives_a_restart_and_may_come_through_a_proxy() {
    let state = tempfile::tempdir().unwrap();
    let store = EmbeddedS3::open(Some(state.path())).unwrap();
    let client = store.presigning_client("http://downloads.example:8081");
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    put(&client, "a", "hello").await;
    let url = presigned_get(&client, "a").await.uri().to_owned();
    assert!(url.starts_with("http://downloads.example:8081/"), "{url}");
    drop((store, client));
    let (server, _) = serve(&EmbeddedS3::open(Some(state.path())).unwrap()).await;
    let local = url.replace("http://downloads.example:8081", &server.endpoint());
    let response = reqwest::Client::new().get(local).header("host", "downloads.example:8081").send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    server.shutdown().await.unwrap();
}
