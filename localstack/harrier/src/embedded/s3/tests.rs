use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, MetadataDirective, ObjectIdentifier};

use super::EmbeddedS3;
use super::operations::READ_BUFFER;

pub(super) const BUCKET: &str = "artifacts";

pub(super) async fn fresh() -> EmbeddedS3 {
    let store = EmbeddedS3::open(None).unwrap();
    store.client().create_bucket().bucket(BUCKET).send().await.unwrap();
    store
}

pub(super) async fn put(client: &Client, key: &str, content: impl Into<Vec<u8>>) {
    let body = ByteStream::from(content.into());
    client.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

pub(super) async fn get(client: &Client, key: &str) -> Vec<u8> {
    let object = client.get_object().bucket(BUCKET).key(key).send().await.unwrap();
    object.body.collect().await.unwrap().to_vec()
}

async fn list(client: &Client, prefix: &str) -> Vec<String> {
    let listed = client.list_objects_v2().bucket(BUCKET).prefix(prefix).send().await.unwrap();
    listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

fn status<E>(error: &SdkError<E>) -> u16 {
    error.raw_response().unwrap().status().as_u16()
}

/// Uploads the parts and gives what a completion names.
async fn upload(client: &Client, key: &str, parts: &[Vec<u8>]) -> (String, CompletedMultipartUpload) {
    let created = client.create_multipart_upload().bucket(BUCKET).key(key).content_type("application/x-a");
    let upload = created.send().await.unwrap().upload_id.unwrap();
    let mut completed = CompletedMultipartUpload::builder();
    for (number, part) in (1..).zip(parts) {
        let sent = client.upload_part().bucket(BUCKET).key(key).upload_id(&upload).part_number(number);
        let sent = sent.body(ByteStream::from(part.clone())).send().await.unwrap();
        completed = completed.parts(CompletedPart::builder().part_number(number).e_tag(sent.e_tag.unwrap()).build());
    }
    (upload, completed.build())
}

pub(super) async fn put_in_parts(client: &Client, key: &str, parts: &[Vec<u8>]) -> String {
    let (id, parts) = upload(client, key, parts).await;
    let done = client.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(id).multipart_upload(parts);
    done.send().await.unwrap().e_tag.unwrap()
}

#[tokio::test]
async fn an_object_is_put_described_listed_read_and_deleted() {
    let client = fresh().await.client();
    let sent = client.put_object().bucket(BUCKET).key("T/blobs/ä b").content_type("text/plain").metadata("k", "v");
    let sent = sent.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    assert_eq!(sent.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    let head = client.head_object().bucket(BUCKET).key("T/blobs/ä b").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(5), Some("text/plain")));
    assert_eq!(head.metadata().unwrap()["k"], "v");
    assert_eq!(head.e_tag(), sent.e_tag());
    assert_eq!(get(&client, "T/blobs/ä b").await, b"hello");
    assert_eq!(list(&client, "T/").await, ["T/blobs/ä b"]);
    client.delete_object().bucket(BUCKET).key("T/blobs/ä b").send().await.unwrap();
    let gone = client.get_object().bucket(BUCKET).key("T/blobs/ä b").send().await.unwrap_err();
    assert!(gone.into_service_error().is_no_such_key());
    assert!(list(&client, "").await.is_empty());
}

#[tokio::test]
async fn ranges_answer_what_exists() {
    let client = fresh().await.client();
    put(&client, "digits", "0123456789").await;
    let cases = [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=3-5", "345", "bytes 3-5/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-100", "0123456789", "bytes 0-9/10"),
    ];
    for (range, content, content_range) in cases {
        let part = client.get_object().bucket(BUCKET).key("digits").range(range).send().await.unwrap();
        assert_eq!(part.content_range(), Some(content_range), "{range}");
        assert_eq!(part.content_length(), Some(content.len() as i64), "{range}");
        assert_eq!(part.body.collect().await.unwrap().to_vec(), content.as_bytes(), "{range}");
    }
    let beyond = client.get_object().bucket(BUCKET).key("digits").range("bytes=10-").send().await.unwrap_err();
    assert_eq!(status(&beyond), 416);
    assert_eq!(beyond.raw_response().unwrap().headers().get("content-range"), Some("bytes */10"));
}

#[tokio::test]
async fn reads_keep_to_their_conditions() {
    let client = fresh().await.client();
    put(&client, "a", "hello").await;
    let head = client.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    let read = || client.get_object().bucket(BUCKET).key("a");
    assert_eq!(status(&read().if_match("\"other\"").send().await.unwrap_err()), 412);
    assert!(read().if_match(head.e_tag().unwrap()).send().await.is_ok());
    assert_eq!(status(&read().if_none_match(head.e_tag().unwrap()).send().await.unwrap_err()), 304);
    assert!(read().if_none_match("\"other\"").send().await.is_ok());
    assert_eq!(status(&read().if_modified_since(*head.last_modified().unwrap()).send().await.unwrap_err()), 304);
    let unknown = client.head_object().bucket(BUCKET).key("a").if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(status(&unknown), 412);
}

#[tokio::test]
async fn twenty_megabytes_in_parts_come_back_in_small_pieces() {
    let client = fresh().await.client();
    let parts: Vec<Vec<u8>> = (0..4_u8).map(|part| vec![b'a' + part; 5 * 1024 * 1024]).collect();
    let tag = put_in_parts(&client, "big", &parts).await;
    assert!(tag.ends_with("-4\""), "{tag}");
    let object = client.get_object().bucket(BUCKET).key("big").send().await.unwrap();
    assert_eq!((object.content_length(), object.content_type()), (Some(20 * 1024 * 1024), Some("application/x-a")));
    assert_eq!(object.e_tag(), Some(tag.as_str()));
    let (mut body, mut length) = (object.body, 0);
    while let Some(piece) = body.try_next().await.unwrap() {
        assert!(piece.len() <= READ_BUFFER, "a piece of {} bytes", piece.len());
        let expected = |offset: usize| b'a' + u8::try_from(offset / (5 * 1024 * 1024)).unwrap();
        assert_eq!((piece[0], piece[piece.len() - 1]), (expected(length), expected(length + piece.len() - 1)));
        length += piece.len();
    }
    assert_eq!(length, 20 * 1024 * 1024);
    let left: Vec<_> = list(&client, "").await;
    assert_eq!(left, ["big"]);
}

#[tokio::test]
async fn an_upload_that_cannot_be_completed_is_still_there() {
    let client = fresh().await.client();
    let (id, parts) = upload(&client, "a", &[b"hello".to_vec()]).await;
    let complete = || client.complete_multipart_upload().bucket(BUCKET).key("a").upload_id(&id);
    let wrong = CompletedPart::builder().part_number(1).e_tag("\"00000000000000000000000000000000\"").build();
    let wrong = CompletedMultipartUpload::builder().parts(wrong).build();
    let refused = complete().multipart_upload(wrong).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidPart"));
    complete().multipart_upload(parts.clone()).send().await.unwrap();
    assert_eq!(get(&client, "a").await, b"hello");
    let again = complete().multipart_upload(parts).send().await.unwrap_err();
    assert_eq!(again.code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let client = fresh().await.client();
    let (id, _) = upload(&client, "a", &[b"hello".to_vec()]).await;
    let listed = client.list_parts().bucket(BUCKET).key("a").upload_id(&id).send().await.unwrap();
    assert_eq!(listed.parts().len(), 1);
    client.abort_multipart_upload().bucket(BUCKET).key("a").upload_id(&id).send().await.unwrap();
    let gone = client.list_parts().bucket(BUCKET).key("a").upload_id(&id).send().await.unwrap_err();
    assert_eq!(gone.code(), Some("NoSuchUpload"));
    let escape = client.list_parts().bucket(BUCKET).key("a").upload_id("../../../etc").send().await.unwrap_err();
    assert_eq!(escape.code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn a_copy_outlives_its_source() {
    let client = fresh().await.client();
    let sent = client.put_object().bucket(BUCKET).key("staging/1").content_type("text/plain");
    sent.body(ByteStream::from_static(b"hello")).send().await.unwrap();
    put(&client, "blobs/x", "old").await;
    let copy = client.copy_object().bucket(BUCKET).key("blobs/x").copy_source(format!("{BUCKET}/staging/1"));
    copy.send().await.unwrap();
    client.delete_object().bucket(BUCKET).key("staging/1").send().await.unwrap();
    let object = client.get_object().bucket(BUCKET).key("blobs/x").send().await.unwrap();
    assert_eq!((object.content_type(), object.content_length()), (Some("text/plain"), Some(5)));
    let itself = client.copy_object().bucket(BUCKET).key("blobs/x").copy_source(format!("{BUCKET}/blobs/x"));
    let itself = itself.metadata_directive(MetadataDirective::Replace).content_type("text/html");
    itself.send().await.unwrap();
    let object = client.get_object().bucket(BUCKET).key("blobs/x").send().await.unwrap();
    assert_eq!(object.content_type(), Some("text/html"));
    assert_eq!(object.body.collect().await.unwrap().to_vec(), b"hello");
    let escape = client.copy_object().bucket(BUCKET).key("y").copy_source(format!("{BUCKET}/../.access-key"));
    assert_eq!(escape.send().await.unwrap_err().code(), Some("InvalidArgument"));
}

#[tokio::test]
async fn nothing_of_a_deleted_object_describes_the_next_of_its_name() {
    let client = fresh().await.client();
    let first = client.put_object().bucket(BUCKET).key("a").content_type("text/plain");
    let first = first.checksum_algorithm(aws_sdk_s3::types::ChecksumAlgorithm::Sha256);
    first.body(ByteStream::from_static(b"first")).send().await.unwrap();
    let identifier = ObjectIdentifier::builder().key("a").build().unwrap();
    let delete = Delete::builder().objects(identifier).build().unwrap();
    client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    put_in_parts(&client, "a", &[b"second".to_vec()]).await;
    let head = client.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!((head.checksum_sha256(), head.content_type()), (None, Some("application/x-a")));
}

#[tokio::test]
async fn a_put_that_is_refused_changes_nothing() {
    let client = fresh().await.client();
    put(&client, "a", "old").await;
    let attempt = || client.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"new"));
    let digest = attempt().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await.unwrap_err();
    assert_eq!(digest.code(), Some("BadDigest"));
    let exists = attempt().if_none_match("*").send().await.unwrap_err();
    assert_eq!(status(&exists), 412);
    let other = attempt().if_match("\"other\"").send().await.unwrap_err();
    assert_eq!(status(&other), 412);
    assert_eq!(get(&client, "a").await, b"old");
    let fresh = client.put_object().bucket(BUCKET).key("b").if_none_match("*");
    fresh.body(ByteStream::from_static(b"new")).send().await.unwrap();
    assert_eq!(get(&client, "b").await, b"new");
}

#[tokio::test]
async fn names_that_are_no_objects_are_not_found() {
    let client = fresh().await.client();
    put(&client, "a/b", "x").await;
    let directory = client.head_object().bucket(BUCKET).key("a").send().await.unwrap_err();
    assert_eq!(status(&directory), 404);
    client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    client.delete_object().bucket(BUCKET).key("a/b/c").send().await.unwrap();
    assert_eq!(get(&client, "a/b").await, b"x");
    let escape = client.get_object().bucket(BUCKET).key("../.access-key").send().await.unwrap_err();
    assert_eq!(escape.code(), Some("InvalidArgument"));
    let body = ByteStream::from_static(b"x");
    let bucket = client.put_object().bucket("absent").key("a").body(body).send().await.unwrap_err();
    assert_eq!(bucket.code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn a_streamed_body_of_known_length_is_stored() {
    let store = fresh().await;
    let client = store.client();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, vec![7; 1_000_000]).unwrap();
    let body = ByteStream::from_path(&file).await.unwrap();
    client.put_object().bucket(BUCKET).key("a").body(body).send().await.unwrap();
    assert_eq!(get(&client, "a").await, vec![7; 1_000_000]);
}
