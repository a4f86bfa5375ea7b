//! Records of the fleet's stream, to the handler of fleet events.

use std::time::Duration;

use harrier_runtime::{App, StreamEvent};
use harrier_store::StreamRecord;
use tokio::sync::Mutex;

use super::StepMessages;
use crate::StackError;
use crate::embedded::dynamodb::{EmbeddedDynamoDb, EmbeddedRecord, StreamPosition};

/// Records handled at once.
const BATCH: usize = 500;
/// How often a record is tried before it is put aside.
const ATTEMPTS: u32 = 5;
/// Longest sleep while nothing is written.
const NAP: Duration = Duration::from_secs(1);
/// The pause after a failure.
const BREATH: Duration = Duration::from_millis(200);

/// Reads the stream of the fleet table.
pub(super) struct FleetStream {
    database: EmbeddedDynamoDb,
    reader: Mutex<Reader>,
}

struct Reader {
    position: StreamPosition,
    /// How often the record at the position has failed.
    failures: u32,
}

impl FleetStream {
    pub(super) fn new(app: &App, database: EmbeddedDynamoDb) -> Self {
        let position = StreamPosition::oldest(format!("{}fleet", app.settings.table_prefix));
        Self { database, reader: Mutex::new(Reader { position, failures: 0 }) }
    }

    /// Handles records as they come, for ever.
    pub(super) async fn run(&self, app: &App, messages: &StepMessages) {
        loop {
            // Registered before looking, so that nothing is written unnoticed in between.
            let answered = self.database.answered();
            match self.pass(app, messages).await {
                Ok(true) => continue,
                Ok(false) => {
                    let _elapsed = tokio::time::timeout(NAP, answered).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the stream of the fleet failed");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    /// Handles the next records; says whether there were any. What is handled is forgotten.
    pub(super) async fn pass(&self, app: &App, messages: &StepMessages) -> Result<bool, StackError> {
        let mut reader = self.reader.lock().await;
        // One that failed is tried alone, so that it alone is put aside.
        let limit = if reader.failures > 0 { 1 } else { BATCH };
        let records = self.database.stream_records(&reader.position, limit).await?;
        if records.is_empty() {
            return Ok(false);
        }
        let handled = handle(&records, app).await?;
        reader.failures = if handled > 0 { 0 } else { reader.failures + 1 };
        if let Some(last) = records.get(handled.wrapping_sub(1)) {
            reader.position = last.after.clone();
        } else if reader.failures >= ATTEMPTS {
            messages.put_aside(records[0].json.to_string()).await?;
            (reader.position, reader.failures) = (records[0].after.clone(), 0);
        } else {
            tokio::time::sleep(BREATH).await;
        }
        self.database.forget_stream_before(&reader.position).await?;
        Ok(true)
    }
}

/// How many records were handled, in their order.
async fn handle(records: &[EmbeddedRecord], app: &App) -> Result<usize, StackError> {
    let read = |record: &EmbeddedRecord| serde_json::from_value::<StreamRecord>(record.json.clone());
    let read: Vec<StreamRecord> = records.iter().map(read).collect::<Result<_, _>>().map_err(std::io::Error::other)?;
    let numbers: Vec<String> = read.iter().map(|record| record.sequence_number().to_owned()).collect();
    let failures = app.metrics.metered(fleet_events::handle(StreamEvent { records: read }, app)).await;
    Ok(numbers.iter().position(|number| failures.contains(number)).unwrap_or(numbers.len()))
}
