use std::path::Path;

use s3s::crypto::{Checksum, Md5};

use super::super::EmbeddedError;
use super::super::crash_testing::{acknowledge, doomed_state, kill_after};
use super::EmbeddedS3;
use super::tests::{BUCKET, get, put, put_in_parts};

fn content(number: usize) -> Vec<u8> {
    number.to_string().repeat(30_000).into_bytes()
}

#[tokio::test]
async fn acknowledged_objects_survive_kill_9_and_none_is_torn() {
    if let Some(state) = doomed_state() {
        return write_until_killed(&state).await;
    }
    let state = tempfile::tempdir().unwrap();
    let name = "embedded::s3::tests_durability::acknowledged_objects_survive_kill_9_and_none_is_torn";
    let acknowledged = kill_after(name, state.path(), 60);
    let client = EmbeddedS3::open(Some(state.path())).unwrap().client();
    for number in acknowledged {
        assert_eq!(get(&client, &format!("n/{number}")).await, content(number), "object {number}");
    }
    let hot = client.get_object().bucket(BUCKET).key("hot").send().await.unwrap();
    let tag = hot.e_tag().unwrap().to_owned();
    let bytes = hot.body.collect().await.unwrap().to_vec();
    assert_eq!(tag, format!("\"{}\"", hex::encode(Md5::checksum(&bytes))), "the tag is that of other bytes");
    let left = std::fs::read_dir(state.path().join(".staging")).unwrap().count();
    assert_eq!(left, 0, "unfinished objects are cleared away");
}

async fn write_until_killed(state: &Path) {
    let client = EmbeddedS3::open(Some(state)).unwrap().client();
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    for number in 0..1_000_000 {
        let key = format!("n/{number}");
        put(&client, "hot", content(number)).await;
        match number % 3 {
            0 => put(&client, &key, content(number)).await,
            1 => drop(put_in_parts(&client, &key, &[content(number)]).await),
            _ => {
                let copy = client.copy_object().bucket(BUCKET).key(&key).copy_source(format!("{BUCKET}/hot"));
                copy.send().await.unwrap();
            }
        }
        acknowledge(number);
    }
}

#[tokio::test]
async fn a_store_excludes_a_second_owner_and_forgets_a_temporary_directory() {
    let state = tempfile::tempdir().unwrap();
    let first = EmbeddedS3::open_with(Some(state.path()), super::Durability::PowerLoss).unwrap();
    assert!(matches!(EmbeddedS3::open(Some(state.path())), Err(EmbeddedError::InUse(_))));
    let client = first.client();
    client.create_bucket().bucket(BUCKET).send().await.unwrap();
    put(&client, "a/b", "x").await;
    drop((first, client));
    assert_eq!(get(&EmbeddedS3::open(Some(state.path())).unwrap().client(), "a/b").await, b"x");
}
