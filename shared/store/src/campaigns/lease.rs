//! Leases: who decides about a campaign right now.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use harrier_domain::Tenant;

use crate::error::{Result, StoreError};
use crate::meter::{self, Kind};
use crate::schema::PARTITION_KEY;
use crate::transaction::Expression;
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
        update.set(HOLDER, AttributeValue::S(holder.to_owned()));
        update.set(UNTIL, AttributeValue::N(until.to_string()));
        let (held, time) = (update.name(HOLDER), update.name(UNTIL));
        let (me, at) =
            (update.value(AttributeValue::S(holder.to_owned())), update.value(AttributeValue::N(now.to_string())));
        let condition = format!("attribute_not_exists({PARTITION_KEY}) OR {time} <= {at} OR {held} = {me}");
        self.change_lease(tenant, campaign, update, condition).await
    }

    /// Gives a lease back. Somebody else's stays.
    pub async fn release_lease(&self, tenant: &Tenant, campaign: &str, holder: &str) -> Result<()> {
        let mut update = Expression::default();
        update.set(UNTIL, AttributeValue::N("0".to_owned()));
        let (held, me) = (update.name(HOLDER), update.value(AttributeValue::S(holder.to_owned())));
        self.change_lease(tenant, campaign, update, format!("{held} = {me}")).await?;
        Ok(())
    }

    /// Whether the condition held.
    async fn change_lease(
        &self,
        tenant: &Tenant,
        campaign: &str,
        update: Expression,
        condition: String,
    ) -> Result<bool> {
        let key = keys::lease(tenant, campaign);
        let answer = self
            .database
            .client
            .update_item()
            .table_name(self.database.table_name(key.table))
            .set_key(Some(key.attributes()))
            .update_expression(update.text())
            .condition_expression(condition)
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                meter::record(Kind::Write, answer.consumed_capacity());
                Ok(true)
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StoreError::backend(error)),
        }
    }
}
