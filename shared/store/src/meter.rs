//! Every operation has a price: the request units a unit of work consumed.

use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

/// Request units of DynamoDB's on-demand mode.
///
/// An eventually consistent read of up to 4 KB is 0.5 read units, a write of up to 1 KB one write unit, transactions cost
/// double (Amazon DynamoDB Developer Guide, "Read and write operations").
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    pub read: f64,
    pub write: f64,
    /// Calls that the database still refused after the client's own retries, because there were too many.
    pub throttled: f64,
}

impl Units {
    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
        self.throttled += other.throttled;
    }
}

tokio::task_local! {
    static METER: Arc<Mutex<Units>>;
}

/// Runs `work` and tells what it consumed, on this task and the futures it awaits itself; spawned tasks are not counted. What is
/// measured within a measurement counts for both.
pub async fn measure<F: Future>(work: F) -> (F::Output, Units) {
    let meter = Arc::new(Mutex::new(Units::default()));
    let output = METER.scope(Arc::clone(&meter), work).await;
    let units = *meter.lock().unwrap_or_else(PoisonError::into_inner);
    let _outermost = METER.try_with(|around| around.lock().unwrap_or_else(PoisonError::into_inner).add(units));
    (output, units)
}

/// Notes a call that was throttled.
pub(crate) fn throttled() {
    let _outside_of_a_measurement =
        METER.try_with(|meter| meter.lock().unwrap_or_else(PoisonError::into_inner).throttled += 1.0);
}

/// Which of the two kinds an answer's capacity is: DynamoDB reports one number for reads and writes alike.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// Adds what one call consumed to the running measurement, if there is one.
pub(crate) fn record<'a>(kind: Kind, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    let sum: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    let _outside_of_a_measurement = METER.try_with(|meter| {
        let mut units = meter.lock().unwrap_or_else(PoisonError::into_inner);
        match kind {
            Kind::Read => units.read += sum,
            Kind::Write => units.write += sum,
        }
    });
}
