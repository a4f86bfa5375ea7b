//! The clock's list: which campaigns it looks at, and when.
//!
//! A campaign that makes progress, or waits for a time, has one entry, written in the transaction that changes its state. The
//! clock sends the entry's step when it is due, and looks again a minute later unless the campaign says otherwise meanwhile:
//! so a message that was lost, or a worker that died at any place, is found again. A clock that stood still catches up.

use harrier_domain::Tenant;
use harrier_store::{DueCampaign, Transaction};

use crate::step::campaign_name;
use crate::{Engine, Result, Step};

/// How long the clock waits for a campaign to say when it is due next, milliseconds.
pub const WATCHDOG: i64 = 60_000;

/// Has the clock send `step` at `at`. Replaces what it had for this campaign.
///
/// # Errors
/// When the step has no JSON.
pub fn set(transaction: &mut Transaction<'_>, kind: &str, id: i64, at: i64, step: &Step) -> Result<()> {
    let entry =
        DueCampaign { tenant: step.tenant.clone(), campaign: campaign_name(kind, id), at, message: step.to_message()? };
    transaction.put(&entry);
    Ok(())
}

/// The campaign needs the clock no more.
pub fn clear(transaction: &mut Transaction<'_>, tenant: &Tenant, kind: &str, id: i64) {
    transaction.forget_due(tenant, &campaign_name(kind, id));
}

/// Sends the steps of all campaigns that are due, and says how many those were. One that fails does not keep the others.
///
/// # Errors
/// When the list cannot be read; the last failure otherwise.
pub async fn tick(engine: &Engine) -> Result<usize> {
    remind_all(engine, &list(engine).await?).await
}

/// The campaigns that are due.
///
/// # Errors
/// When the list cannot be read.
pub async fn list(engine: &Engine) -> Result<Vec<DueCampaign>> {
    Ok(engine.store.due_campaigns(engine.now).await?)
}

/// Sends the steps of these campaigns, and says how many there are. One that fails does not keep the others.
///
/// # Errors
/// The last failure.
pub async fn remind_all(engine: &Engine, due: &[DueCampaign]) -> Result<usize> {
    let mut outcome = Ok(due.len());
    for campaign in due {
        if let Err(error) = remind(engine, campaign).await {
            tracing::error!(tenant = %campaign.tenant, campaign = campaign.campaign, %error, "a due campaign is not reminded");
            outcome = Err(error);
        }
    }
    outcome
}

/// Sends first: a crash in between sends twice, which is harmless.
async fn remind(engine: &Engine, campaign: &DueCampaign) -> Result<()> {
    engine.steps.send_messages(vec![campaign.message.clone()], 0).await?;
    engine.store.postpone(campaign, engine.now + WATCHDOG).await?;
    Ok(())
}
