//! The clock: what is due becomes steps.

use std::time::Duration;

use campaign_clock::{Tick, handle};
use harrier_runtime::App;
use tokio::time::MissedTickBehavior;

use crate::StackError;

/// On AWS a schedule ticks once a minute; here nobody pays for a tick.
const PERIOD: Duration = Duration::from_secs(1);

/// Ticks for ever.
pub(super) async fn run(app: &App) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = tick(app).await {
            tracing::error!(%error, "a tick failed");
        }
    }
}

/// Whether anything was due.
pub(super) async fn tick(app: &App) -> Result<bool, StackError> {
    Ok(app.metrics.metered(handle(Tick::default(), app)).await?.campaigns > 0)
}
