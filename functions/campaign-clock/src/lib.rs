//! What is due now becomes messages. Runs by a schedule; how often it runs is how late a campaign may start.
#![forbid(unsafe_code)]

use harrier_campaigns::{Result, due};
use harrier_runtime::{App, Gauge};
use serde::{Deserialize, Serialize};

/// The schedule's event. Nothing in it matters but that it came.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Tick {}

/// How many campaigns were due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reminded {
    pub campaigns: usize,
}

/// Sends the steps of the campaigns that are due.
///
/// # Errors
/// What the store or the queue failed with; what is still due then is sent by the next tick.
pub async fn handle(_tick: Tick, app: &App) -> Result<Reminded> {
    let engine = app.engine();
    let due = due::list(&engine).await?;
    let lag = due.iter().map(|campaign| engine.now - campaign.at).max().unwrap_or_default();
    app.metrics.state(Gauge::CampaignsDue, due.len() as f64);
    app.metrics.state(Gauge::CampaignLag, lag as f64 / 1000.0);
    Ok(Reminded { campaigns: due::remind_all(&engine, &due).await? })
}
