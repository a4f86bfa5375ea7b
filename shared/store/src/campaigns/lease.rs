//! Leases: who decides about a campaign right now.

use harrier_domain::Tenant;

use crate::error::Result;
use crate::expression::{Expression, is_new, number, text};
use crate::{Store, keys};

const HOLDER: &str = "holder";
const UNTIL: &str = "until";

impl Store {
    /// Takes the lease of a campaign until `until`, if nobody else has it at `now` (epoch milliseconds); says whether it did.
    /// Who has it already gets it again.
    pub async fn take_lease(
        &self,
        tenant: &Tenant,
        campaign: &str,
        holder: &str,
        now: i64,
        until: i64,
    ) -> Result<bool> {
        let mut update = Expression::default();
        update.set(HOLDER, text(holder));
        update.set(UNTIL, number(until));
        let is_over = update.compare(UNTIL, "<=", number(now));
        let is_mine = update.compare(HOLDER, "=", text(holder));
        let is_free = format!("{} OR {is_over} OR {is_mine}", is_new());
        self.database.update_if(&keys::lease(tenant, campaign), update, is_free).await
    }

    /// Gives a lease back. Somebody else's stays.
    pub async fn release_lease(&self, tenant: &Tenant, campaign: &str, holder: &str) -> Result<()> {
        let mut update = Expression::default();
        update.set(UNTIL, number(0));
        let is_mine = update.compare(HOLDER, "=", text(holder));
        self.database.update_if(&keys::lease(tenant, campaign), update, is_mine).await?;
        Ok(())
    }
}
