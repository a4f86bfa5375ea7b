//! The worker: performs steps.

use tracing::Instrument;

use crate::{Engine, Result, Step, Work, auto_assignments, clean_up, invalidation, rollouts};

/// Performs one step. May be called twice with the same step, or long after it was sent.
///
/// # Errors
/// Whatever keeps the step from being done; the queue brings it again.
pub async fn perform(engine: &Engine, step: &Step) -> Result<()> {
    let span = tracing::debug_span!("step", tenant = %step.tenant, work = ?step.work);
    async {
        match &step.work {
            // Each kind on the heap: together they are more than a thread's stack should hold.
            Work::Rollout(work) => Box::pin(rollouts::perform(engine, &step.tenant, work)).await,
            Work::AutoAssign(work) => Box::pin(auto_assignments::perform(engine, &step.tenant, work)).await,
            Work::Invalidate(work) => Box::pin(invalidation::perform(engine, &step.tenant, work)).await,
            Work::CleanUp(work) => Box::pin(clean_up::perform(engine, &step.tenant, work)).await,
        }
    }
    .instrument(span)
    .await
}

/// Reads a message and performs its step.
///
/// # Errors
/// As [`perform`]; [`EngineError::Unreadable`](crate::EngineError::Unreadable) for a message that is no step.
pub async fn perform_message(engine: &Engine, message: &str) -> Result<()> {
    perform(engine, &Step::from_message(message)?).await
}
