//! One decision about a campaign at a time.

use std::future::Future;

use crate::{Engine, Result, Step};

/// How long a decision may take, milliseconds. A worker that died holds its lease for no longer.
const LEASE: i64 = 30_000;

/// How long a step waits while somebody else decides, seconds.
const AGAIN_AFTER: u32 = 1;

/// Runs `decision` while nobody else decides about the campaign. Otherwise sends `step` again, to be performed a second
/// later: a wake-up is never lost.
///
/// # Errors
/// What `decision` fails with, and what the store or the queue fails with.
pub async fn alone<F>(engine: &Engine, step: &Step, campaign: &str, decision: impl FnOnce() -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let holder = format!("{:032x}", rand::random::<u128>());
    let taken = engine.store.take_lease(&step.tenant, campaign, &holder, engine.now, engine.now + LEASE).await?;
    if !taken {
        return engine.steps.send_later(step, AGAIN_AFTER).await;
    }
    let outcome = decision().await;
    engine.store.release_lease(&step.tenant, campaign, &holder).await?;
    outcome
}
