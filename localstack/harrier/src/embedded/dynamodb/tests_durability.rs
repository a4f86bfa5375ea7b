use super::super::crash_testing::{acknowledge, doomed_state, kill_after};
use super::super::{Durability, EmbeddedError};
use super::EmbeddedDynamoDb;
use super::tests::{TABLE, create_table, text};

#[tokio::test]
async fn acknowledged_writes_survive_kill_9() {
    if let Some(state) = doomed_state() {
        return write_until_killed(&state).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let name = "embedded::dynamodb::tests_durability::acknowledged_writes_survive_kill_9";
    let acknowledged = kill_after(name, &file, 300);
    let client = EmbeddedDynamoDb::open(Some(&file)).unwrap().client();
    for sk in acknowledged {
        let read = client.get_item().table_name(TABLE).key("pk", text("p")).key("sk", text(sk.to_string()));
        assert!(read.send().await.unwrap().item.is_some(), "write {sk} was acknowledged and is gone");
    }
}

async fn write_until_killed(file: &std::path::Path) {
    let client = EmbeddedDynamoDb::open(Some(file)).unwrap().client();
    create_table(&client).await;
    for sk in 0..1_000_000 {
        let put = client.put_item().table_name(TABLE).item("pk", text("p")).item("sk", text(sk.to_string()));
        put.send().await.unwrap();
        acknowledge(sk);
    }
}

#[tokio::test]
async fn a_database_reopens_with_what_it_held_and_excludes_a_second_owner() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let first = EmbeddedDynamoDb::open_with(Some(&file), Durability::PowerLoss).unwrap();
    create_table(&first.client()).await;
    assert!(matches!(EmbeddedDynamoDb::open(Some(&file)), Err(EmbeddedError::InUse(_))));
    drop(first);
    let tables = EmbeddedDynamoDb::open(Some(&file)).unwrap().client().list_tables().send().await.unwrap();
    assert_eq!(tables.table_names(), [TABLE]);
}
