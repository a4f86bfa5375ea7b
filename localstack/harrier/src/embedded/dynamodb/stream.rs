//! The stream of a table, read in order and forgotten once it is dealt with.
//!
//! The engine writes a stream's records into a table without an index and keeps them for ever: each write then looks for the
//! last number among all of them. So a second connection gives the table an index, and removes what was acknowledged. The
//! records that are left are the durable position of the reader: after a restart it goes on with the oldest. The last one
//! always stays, so that numbers ascend even if the clock steps back; it is delivered once more after a restart.

use std::sync::{Arc, PoisonError};

use dynoxide::Database;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::encode_shard_iterator;
use dynoxide::streams::shard_id;
use rusqlite::{Connection, params};
use serde_json::Value;
use tokio::sync::futures::Notified;

use super::{EmbeddedDynamoDb, EmbeddedError};

const INDEX: &str = "CREATE INDEX IF NOT EXISTS harrier_stream_order
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

const FORGET: &str = "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2";

/// What the engine adds to its numbers to give them the length of the service's.
const NUMBER_OFFSET: u128 = 100_000_000_000_000_000_000;

/// A place in the stream of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPosition {
    table: String,
    number: i64,
}

impl StreamPosition {
    /// Before the oldest record that is left.
    #[must_use]
    pub fn oldest(table: impl Into<String>) -> Self {
        Self { table: table.into(), number: 0 }
    }
}

/// A record, shaped as Lambda gets it, and the place right after it.
#[derive(Debug, Clone)]
pub struct EmbeddedRecord {
    pub json: Value,
    pub after: StreamPosition,
}

/// Makes the writes of streamed tables independent of the stream's length.
pub(super) fn index(connection: &Connection) -> Result<(), EmbeddedError> {
    connection.execute_batch(INDEX).map_err(failed)
}

fn failed(error: rusqlite::Error) -> EmbeddedError {
    EmbeddedError::Database(error.to_string())
}

impl EmbeddedDynamoDb {
    /// The next records after a position, at most `limit`.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when the engine fails.
    pub async fn stream_records(
        &self,
        position: &StreamPosition,
        limit: usize,
    ) -> Result<Vec<EmbeddedRecord>, EmbeddedError> {
        let position = position.clone();
        self.engine.workers.run(move |database| read(database, &position, limit)).await?
    }

    /// Forgets the records before a position, except the last of them.
    ///
    /// # Errors
    /// [`EmbeddedError::Database`] when they cannot be removed.
    pub async fn forget_stream_before(&self, position: &StreamPosition) -> Result<(), EmbeddedError> {
        let (engine, StreamPosition { table, number }) = (Arc::clone(&self.engine), position.clone());
        let forget = move || {
            let connection = engine.side.lock().unwrap_or_else(PoisonError::into_inner);
            engine.workers.alone(|| connection.execute(FORGET, params![table, number]))
        };
        tokio::task::spawn_blocking(forget).await.map_err(|_| EmbeddedError::Stopped)?.map_err(failed)?;
        Ok(())
    }

    /// Resolves with the next request that is answered after this call.
    pub fn answered(&self) -> Notified<'_> {
        self.engine.answered.notified()
    }
}

fn read(database: &Database, position: &StreamPosition, limit: usize) -> Result<Vec<EmbeddedRecord>, EmbeddedError> {
    let table = &position.table;
    let shard_iterator = encode_shard_iterator(table, &shard_id(table), position.number);
    let answer = database.get_records(GetRecordsRequest { shard_iterator, limit: Some(limit) });
    let answer = answer.map_err(|error| EmbeddedError::Database(error.to_string()))?;
    answer.records.iter().map(|record| delivered(table, record)).collect()
}

fn delivered(table: &str, record: &Record) -> Result<EmbeddedRecord, EmbeddedError> {
    let unusable = || EmbeddedError::Database("a stream record without a number".to_owned());
    let number = record.dynamodb.sequence_number.parse::<u128>().map_err(|_| unusable())?;
    let number = number.checked_sub(NUMBER_OFFSET).and_then(|number| i64::try_from(number).ok());
    let after = StreamPosition { table: table.to_owned(), number: number.ok_or_else(unusable)? };
    let json = serde_json::to_value(record).map_err(|error| EmbeddedError::Database(error.to_string()))?;
    Ok(EmbeddedRecord { json, after })
}
