use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{StreamSpecification, StreamViewType};

use super::tests::{create_table_with, text};
use super::{EmbeddedDynamoDb, StreamPosition};

const TABLE: &str = "streamed";

async fn streamed(database: &EmbeddedDynamoDb) -> Client {
    let client = database.client();
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewAndOldImages);
    create_table_with(&client, TABLE, Some(stream.build().unwrap())).await;
    client
}

async fn put(client: &Client, sk: usize) {
    let put = client.put_item().table_name(TABLE).item("pk", text("p")).item("sk", text(sk.to_string()));
    put.send().await.unwrap();
}

async fn keys(database: &EmbeddedDynamoDb, position: &StreamPosition) -> (Vec<String>, Option<StreamPosition>) {
    let records = database.stream_records(position, 1000).await.unwrap();
    let key = |record: &super::EmbeddedRecord| record.json["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap().to_owned();
    (records.iter().map(key).collect(), records.last().map(|record| record.after.clone()))
}

#[tokio::test]
async fn records_come_in_order_and_are_forgotten_once_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    for path in [None, Some(directory.path().join("state.db"))] {
        let database = EmbeddedDynamoDb::open(path.as_deref()).unwrap();
        let client = streamed(&database).await;
        for sk in 0..5 {
            put(&client, sk).await;
        }
        let oldest = StreamPosition::oldest(TABLE);
        let (all, end) = keys(&database, &oldest).await;
        assert_eq!(all, ["0", "1", "2", "3", "4"]);
        let end = end.unwrap();
        assert!(keys(&database, &end).await.0.is_empty());
        database.forget_stream_before(&end).await.unwrap();
        assert_eq!(keys(&database, &oldest).await.0, ["4"], "the last one stays");
        put(&client, 5).await;
        assert_eq!(keys(&database, &end).await.0, ["5"]);
        drop((client, database));
        if let Some(path) = path {
            let reopened = EmbeddedDynamoDb::open(Some(&path)).unwrap();
            assert_eq!(keys(&reopened, &oldest).await.0, ["4", "5"]);
        }
    }
}

/// Forgetting goes on beside writes that must not notice.
#[tokio::test]
async fn writes_do_not_fail_while_records_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    for path in [None, Some(directory.path().join("state.db"))] {
        let database = EmbeddedDynamoDb::open(path.as_deref()).unwrap();
        let client = streamed(&database).await;
        let writes = async {
            for sk in 0..300 {
                put(&client, sk).await;
            }
        };
        let forgets = async {
            let mut position = StreamPosition::oldest(TABLE);
            let mut seen = 0;
            while seen < 300 {
                let (some, end) = keys(&database, &position).await;
                seen += some.len();
                position = end.unwrap_or(position);
                database.forget_stream_before(&position).await.unwrap();
            }
        };
        futures::future::join(writes, forgets).await;
    }
}

/// The engine looks for the last number before each write, and without an index among all records.
#[tokio::test]
async fn a_write_costs_the_same_however_long_the_stream_is() {
    let database = EmbeddedDynamoDb::open(None).unwrap();
    let _client = streamed(&database).await;
    let side = database.engine.side.lock().unwrap();
    for sql in [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'",
        "SELECT id FROM _stream_records WHERE table_name = 't' AND shard_id = 's' AND CAST(sequence_number AS INTEGER) > 5
         ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 5",
    ] {
        let plan: String =
            side.query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get("detail")).unwrap();
        assert!(plan.starts_with("SEARCH _stream_records USING") && plan.contains("harrier_stream_order"), "{plan}");
    }
}
