//! Campaigns that wait for the clock.
//!
//! All of them share one partition, across tenants, and each has one item: it is put, moved and removed with the campaign's
//! own changes, and nothing has to be found first. Only campaigns that make progress or wait for a time have one, so that the
//! clock reads a few kilobytes, however many campaigns there are.

use harrier_domain::Tenant;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::expression::{Expression, number};
use crate::item::{Key, Record};
use crate::range::Range;
use crate::records::values;
use crate::schema::Table;
use crate::{Store, Transaction, keys};

/// A campaign and when the clock looks at it next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCampaign {
    #[serde(rename = "t")]
    pub tenant: Tenant,
    /// What the campaign is called within its tenant, for example `rollout#17`.
    #[serde(rename = "c")]
    pub campaign: String,
    /// Epoch milliseconds.
    pub at: i64,
    /// The message that is sent then.
    #[serde(rename = "m")]
    pub message: String,
}

impl Record for DueCampaign {
    fn key(&self, tenant: &Tenant) -> Key {
        keys::due(tenant, &self.campaign)
    }
}

impl Store {
    /// The campaigns that are due at `now`, in no particular order.
    pub async fn due_campaigns(&self, now: i64) -> Result<Vec<DueCampaign>> {
        let range = Range::of(Table::Campaigns, keys::DUE.to_owned());
        let waiting: Vec<DueCampaign> = values(self.database.all(&range).await?);
        Ok(waiting.into_iter().filter(|campaign| campaign.at <= now).collect())
    }

    /// Has the clock look at a campaign again at `at`, unless its time changed meanwhile or it needs the clock no more.
    pub async fn postpone(&self, due: &DueCampaign, at: i64) -> Result<()> {
        let mut update = Expression::default();
        update.set("at", number(at));
        let unmoved = update.compare("at", "=", number(due.at));
        self.database.update_if(&due.key(&due.tenant), update, unmoved).await?;
        Ok(())
    }
}

impl Transaction<'_> {
    /// The campaign needs the clock no more.
    pub fn forget_due(&mut self, tenant: &Tenant, campaign: &str) -> &mut Self {
        self.delete_key(&keys::due(tenant, campaign))
    }
}
