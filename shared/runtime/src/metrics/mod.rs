//! What an installation does, in numbers: one seam for all functions.
//!
//! Code counts ([`Metrics::count`]) and states ([`Metrics::state`]); it does not care who reads. In `harrier` the numbers since
//! the start are served to Prometheus ([`Metrics::prometheus`]); on Lambda what was added since the last line is written to the
//! log in CloudWatch's embedded metric format ([`Metrics::embedded`]). A metric is a variant with fixed labels: nothing of a
//! request, no tenant, no controller id and no secret can become part of one.

mod embedded;
mod metric;
mod prometheus;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use harrier_domain::action::ActionStatus;
use harrier_store::Units;

pub use metric::{Gauge, Metric};

/// The numbers of one process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    counts: BTreeMap<Metric, f64>,
    states: BTreeMap<Gauge, f64>,
    /// What the last line of the log told, epoch milliseconds and counts.
    told_at: i64,
    told: BTreeMap<Metric, f64>,
}

impl Metrics {
    /// Adds to a number that only grows.
    pub fn count(&self, metric: Metric, amount: f64) {
        if amount > 0.0 {
            *self.numbers().counts.entry(metric).or_default() += amount;
        }
    }

    /// Notes how something stands now.
    pub fn state(&self, gauge: Gauge, value: f64) {
        self.numbers().states.insert(gauge, value);
    }

    /// Counts what a piece of work consumed.
    pub fn consumed(&self, units: Units) {
        self.count(Metric::ReadUnits, units.read);
        self.count(Metric::WriteUnits, units.write);
        self.count(Metric::Throttles, units.throttled);
    }

    /// Measures the work and counts what it consumed.
    pub async fn metered<F: Future>(&self, work: F) -> F::Output {
        let (output, units) = harrier_store::measure(Box::pin(work)).await;
        self.consumed(units);
        output
    }

    /// Counts an action that reached this status, if it is one that actions end in.
    pub fn action_became(&self, status: ActionStatus) {
        if let Some(metric) = Metric::of_outcome(status) {
            self.count(metric, 1.0);
        }
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
