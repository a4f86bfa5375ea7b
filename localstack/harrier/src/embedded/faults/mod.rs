//! What the real services do now and then and the embedded ones never: throttle, conflict, lose an answer, hear a
//! request twice. A wrapper around any HTTP client, for tests of what is built on top.

mod answers;
mod connector;
mod plan;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use connector::FaultyConnector;
pub use plan::FaultPlan;
use plan::Progress;

/// One thing that can go wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Refused for the capacity of the table: `ProvisionedThroughputExceededException`; S3: `SlowDown`.
    /// Nothing happens to the data.
    Throttled,
    /// Refused for the account's request rate: `ThrottlingException`; S3: `SlowDown`.
    RateLimited,
    /// Refused as if a condition had failed: `ConditionalCheckFailedException`, or for a transaction
    /// `TransactionCanceledException` blaming its first item; S3: `PreconditionFailed`.
    ConditionFailed,
    /// Refused because another transaction is at the item: `TransactionConflictException`, or for a transaction
    /// `TransactionCanceledException` blaming its first item; S3: `ConditionalRequestConflict`.
    TransactionConflict,
    /// Lost on the way there: it does not happen, and the caller sees a timeout.
    TimedOutBeforeCommit,
    /// Lost on the way back: it happens, and the caller sees a timeout.
    TimedOutAfterCommit,
    /// Arrives twice: it happens twice, and the caller sees the second answer. Requests with a body that can be read
    /// only once arrive once.
    Duplicate,
}

/// An HTTP client that hands requests to another one, except where its plan says otherwise.
///
/// Every attempt counts as a call, the SDK's own retries included; disable these to see each fault as an error.
#[derive(Clone, Debug)]
pub struct FaultyHttpClient {
    inner: SharedHttpClient,
    progress: Arc<Mutex<Progress>>,
}

impl FaultyHttpClient {
    /// Wraps `inner`.
    #[must_use]
    pub fn new(inner: SharedHttpClient, plan: FaultPlan) -> Self {
        Self { inner, progress: Arc::new(Mutex::new(Progress::new(plan))) }
    }

    /// The faults that have happened so far, in order, each with its operation.
    #[must_use]
    pub fn injected(&self) -> Vec<(String, Fault)> {
        self.with_progress(|progress| progress.injected().to_vec())
    }

    /// How often `operation` has been called so far, with or without a fault.
    #[must_use]
    pub fn calls(&self, operation: &str) -> u64 {
        self.with_progress(|progress| progress.calls(operation))
    }

    /// Replaces the plan; calls are counted anew.
    pub fn follow(&self, plan: FaultPlan) {
        self.with_progress(|progress| *progress = Progress::new(plan));
    }

    fn with_progress<T>(&self, act: impl FnOnce(&mut Progress) -> T) -> T {
        act(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for FaultyHttpClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(FaultyConnector::new(inner, self.clone()))
    }
}
