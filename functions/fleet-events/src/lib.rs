//! What changed in the fleet, off the stream of its table: campaigns react to it.
#![forbid(unsafe_code)]

use harrier_campaigns::changes::react;
use harrier_runtime::{App, BatchFailures, StreamEvent};

/// Handles the records in order, up to the first that cannot be read. What comes from that one on is delivered again; in
/// the end it is put aside alone, because the delivery cuts failing batches in halves.
pub async fn handle(event: StreamEvent, app: &App) -> BatchFailures {
    let first = event.records.first().map(|record| record.sequence_number().to_owned());
    let mut changes = Vec::with_capacity(event.records.len());
    let mut unreadable = None;
    for record in event.records {
        let number = record.sequence_number().to_owned();
        match record.change() {
            Ok(change) => changes.extend(change),
            Err(error) => {
                tracing::error!(number, %error, "a record of the stream cannot be read");
                unreadable = Some(number);
                break;
            }
        }
    }
    match react(&app.engine(), &changes).await {
        Ok(()) => BatchFailures::of(unreadable),
        Err(error) => {
            tracing::error!(%error, records = changes.len(), "changes of the fleet are not handled");
            BatchFailures::of(first)
        }
    }
}
