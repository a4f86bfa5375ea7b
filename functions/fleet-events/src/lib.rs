//! What changed in the fleet, off the stream of its table: campaigns react to it.
#![forbid(unsafe_code)]

use harrier_campaigns::changes::react;
use harrier_runtime::{App, BatchFailures, Metric, StreamEvent};
use harrier_store::{Changed, FleetChange};

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
        Ok(()) => {
            count(app, &changes);
            BatchFailures::of(unreadable)
        }
        Err(error) => {
            tracing::error!(%error, records = changes.len(), "changes of the fleet are not handled");
            BatchFailures::of(first)
        }
    }
}

/// Every end of an action passes here, whoever ended it.
fn count(app: &App, changes: &[FleetChange]) {
    app.metrics.count(Metric::FleetChanges, changes.len() as f64);
    for change in changes {
        let Changed::Action { before, after: Some(after), .. } = &change.what else { continue };
        if before.as_ref().is_none_or(|before| before.status != after.status) {
            app.metrics.action_became(after.status);
        }
    }
}
