//! One decision, one transaction.
//!
//! Every decision is written by `TransactWriteItems` with a client token, even when it changes a single item: the SDK's
//! own retries after a lost answer are then recognised by DynamoDB and do nothing twice.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update,
};
use harrier_domain::action::Action;
use harrier_domain::{Error, Tenant};
use std::collections::{BTreeMap, HashMap};

use crate::database::Database;
use crate::error::{Result, StoreError};
use crate::expression::{Expression, is_new, number, text};
use crate::item::{Item, Key, Loaded, Record, encode};
use crate::meter::{self, Kind};

/// Most items one transaction can change (Amazon DynamoDB quotas).
pub const MAX_TRANSACTION: usize = 100;

/// The changes of one decision. Nothing happens before [`Transaction::commit`].
#[must_use = "a transaction does nothing until it is committed"]
pub struct Transaction<'a> {
    database: &'a Database,
    tenant: &'a Tenant,
    operations: Vec<Operation>,
    /// By counter item and attribute, what its records come to. Each item is changed once.
    counts: HashMap<Key, BTreeMap<&'static str, i64>>,
    failure: Option<StoreError>,
}

/// One change, and what it means when its condition does not hold.
struct Operation {
    write: TransactWriteItem,
    refusal: Option<Error>,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(database: &'a Database, tenant: &'a Tenant) -> Self {
        Self { database, tenant, operations: Vec::new(), counts: HashMap::new(), failure: None }
    }

    /// Whose items change.
    pub(crate) fn tenant(&self) -> &'a Tenant {
        self.tenant
    }

    /// How many items would change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.operations.len() + self.counters().count()
    }

    /// The counter items that change.
    fn counters(&self) -> impl Iterator<Item = (&Key, &BTreeMap<&'static str, i64>)> {
        self.counts.iter().filter(|(_, amounts)| amounts.values().any(|amount| *amount != 0))
    }

    fn count_record<T: Record>(&mut self, record: &T, amount: i64) {
        for (key, attribute) in record.counted(self.tenant) {
            *self.counts.entry(key).or_default().entry(attribute).or_default() += amount;
        }
    }

    /// A loaded record stops counting as what was stored.
    fn uncount_stored<T: Record>(&mut self, loaded: &Loaded<T>) {
        if !T::IS_COUNTED {
            return;
        }
        match loaded.as_stored() {
            Ok(stored) => self.count_record(&stored, -1),
            Err(error) => {
                self.fail(error);
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// A new item; [`StoreError::Conflict`] if it exists.
    pub fn create<T: Record>(&mut self, record: &T) -> &mut Self {
        self.put_new(record, None)
    }

    /// A new item; `refusal` if it exists.
    pub fn create_or_refuse<T: Record>(&mut self, record: &T, refusal: Error) -> &mut Self {
        self.put_new(record, Some(refusal))
    }

    fn put_new<T: Record>(&mut self, record: &T, refusal: Option<Error>) -> &mut Self {
        self.count_record(record, 1);
        let key = record.key(self.tenant);
        let put = Put::builder().table_name(self.database.table_name(key.table)).condition_expression(is_new());
        self.push(encode(record, self.tenant).and_then(|item| finish_put(put, item)), refusal)
    }

    /// An item replaced or made, whatever was there.
    pub fn put<T: Record>(&mut self, record: &T) -> &mut Self {
        let key = record.key(self.tenant);
        let put = Put::builder().table_name(self.database.table_name(key.table));
        self.push(encode(record, self.tenant).and_then(|item| finish_put(put, item)), None)
    }

    /// Writes what changed since the record was loaded, if nobody else changed it meanwhile. Nothing for no change.
    pub fn save<T: Record>(&mut self, loaded: &Loaded<T>) -> &mut Self {
        let difference = match loaded.difference() {
            Ok(difference) if difference.is_empty() => return self,
            Ok(difference) => difference,
            Err(error) => return self.fail(error),
        };
        self.uncount_stored(loaded);
        self.count_record(&**loaded, 1);
        let mut update = Expression::default();
        for (name, value) in difference.set {
            update.set(&name, value);
        }
        for name in &difference.remove {
            update.remove(name);
        }
        update.count_revision();
        let condition = update.unchanged(loaded.revision());
        self.update(&loaded.key(self.tenant), update, condition, None)
    }

    /// As [`Transaction::save`], but a record without changes is checked to be what was loaded.
    pub fn save_or_check<T: Record>(&mut self, loaded: &Loaded<T>) -> &mut Self {
        match loaded.difference() {
            Ok(difference) if difference.is_empty() => self.check_unchanged(loaded),
            Ok(_) => self.save(loaded),
            Err(error) => self.fail(error),
        }
    }

    /// Writes an action whose history grew, but whose state did not change. Others may append at the same time: the
    /// number of entries is counted, not set, and checked against `limit` (0 or less: none).
    pub fn append_history(&mut self, action: &Loaded<Action>, limit: i64) -> &mut Self {
        let mut update = Expression::default();
        update.set("le", number(action.last_entry));
        if let Some(status) = action.last_entry_status {
            update.set("ls", text(status.name()));
        }
        // Left alone where it stays: another report may have changed it meanwhile, here and in the target's copy.
        let code = action.last_status_code.map(|code| number(code.into()));
        match code {
            code if code.as_ref() == action.stored.get("lc") => {}
            Some(code) => update.set("lc", code),
            None => update.remove("lc"),
        }
        update.add("n", 1);
        update.count_revision();
        let condition = update.open_in(action.status, limit);
        self.update(&action.key(self.tenant), update, condition, None)
    }

    /// Removes an item, if nobody changed it meanwhile.
    pub fn delete<T: Record>(&mut self, loaded: &Loaded<T>) -> &mut Self {
        self.uncount_stored(loaded);
        let mut expression = Expression::default();
        let condition = expression.unchanged(loaded.revision());
        let key = loaded.key(self.tenant);
        let delete = Delete::builder()
            .table_name(self.database.table_name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values).filter(|values| !values.is_empty()))
            .build()
            .map(|delete| TransactWriteItem::builder().delete(delete).build());
        self.push(delete.map_err(incomplete), None)
    }

    /// Removes an item, whatever it holds.
    pub fn delete_key(&mut self, key: &Key) -> &mut Self {
        let delete = Delete::builder()
            .table_name(self.database.table_name(key.table))
            .set_key(Some(key.attributes()))
            .build()
            .map(|delete| TransactWriteItem::builder().delete(delete).build());
        self.push(delete.map_err(incomplete), None)
    }

    /// Adds to a counter item, which is made when it is missing.
    pub fn count(&mut self, key: &Key, attribute: &str, amount: i64) -> &mut Self {
        let mut update = Expression::default();
        update.add(attribute, amount);
        self.update(key, update, String::new(), None)
    }

    /// Adds to a counter only while it stays at or below `limit`; `refusal` otherwise.
    pub fn count_within(&mut self, key: &Key, attribute: &str, amount: i64, limit: i64, refusal: Error) -> &mut Self {
        let mut update = Expression::default();
        update.add(attribute, amount);
        let fits = update.compare(attribute, "<=", number(limit - amount));
        let condition = format!("attribute_not_exists({}) OR {fits}", update.name(attribute));
        self.update(key, update, condition, Some(refusal))
    }

    /// A counter is zero or missing; `refusal` otherwise.
    pub(crate) fn require_zero(&mut self, key: &Key, attribute: &str, refusal: Error) -> &mut Self {
        let mut expression = Expression::default();
        let is_zero = expression.compare(attribute, "=", number(0));
        let condition = format!("attribute_not_exists({}) OR {is_zero}", expression.name(attribute));
        self.check(key, expression, condition, Some(refusal))
    }

    /// Nothing changed this record since it was loaded.
    pub fn check_unchanged<T: Record>(&mut self, loaded: &Loaded<T>) -> &mut Self {
        let mut expression = Expression::default();
        let condition = expression.unchanged(loaded.revision());
        self.check(&loaded.key(self.tenant), expression, condition, None)
    }

    fn check(&mut self, key: &Key, expression: Expression, condition: String, refusal: Option<Error>) -> &mut Self {
        let check = ConditionCheck::builder()
            .table_name(self.database.table_name(key.table))
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values).filter(|values| !values.is_empty()))
            .build()
            .map(|check| TransactWriteItem::builder().condition_check(check).build());
        self.push(check.map_err(incomplete), refusal)
    }

    fn update(&mut self, key: &Key, update: Expression, condition: String, refusal: Option<Error>) -> &mut Self {
        let built = Update::builder()
            .table_name(self.database.table_name(key.table))
            .set_key(Some(key.attributes()))
            .update_expression(update.text())
            .set_condition_expression(Some(condition).filter(|text| !text.is_empty()))
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values).filter(|values| !values.is_empty()))
            .build()
            .map(|update| TransactWriteItem::builder().update(update).build());
        self.push(built.map_err(incomplete), refusal)
    }

    fn write_counters(&mut self) {
        for (key, amounts) in std::mem::take(&mut self.counts) {
            let mut update = Expression::default();
            for (attribute, amount) in amounts.into_iter().filter(|(_, amount)| *amount != 0) {
                update.add(attribute, amount);
            }
            if !update.is_empty() {
                self.update(&key, update, String::new(), None);
            }
        }
    }

    fn push(&mut self, write: Result<TransactWriteItem>, refusal: Option<Error>) -> &mut Self {
        match write {
            Ok(write) => self.operations.push(Operation { write, refusal }),
            Err(error) => return self.fail(error),
        }
        self
    }

    fn fail(&mut self, error: StoreError) -> &mut Self {
        self.failure.get_or_insert(error);
        self
    }

    /// Writes everything, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a condition that has a meaning of its own, [`StoreError::Conflict`] for any other.
    pub async fn commit(mut self) -> Result<()> {
        self.write_counters();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.operations.is_empty() {
            return Ok(());
        }
        if self.operations.len() > MAX_TRANSACTION {
            return Err(StoreError::Backend(format!("{} changes in one transaction", self.operations.len())));
        }
        let (writes, refusals): (Vec<_>, Vec<_>) =
            self.operations.into_iter().map(|operation| (operation.write, operation.refusal)).unzip();
        let answer = self
            .database
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .client_request_token(format!("{:032x}", rand::random::<u128>()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                meter::record(Kind::Write, answer.consumed_capacity());
                Ok(())
            }
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    Err(verdict(canceled.cancellation_reasons(), refusals))
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => Err(StoreError::Conflict),
                _ => Err(StoreError::backend(error)),
            },
        }
    }
}

fn finish_put(put: PutBuilder, item: Item) -> Result<TransactWriteItem> {
    let put = put.set_item(Some(item)).build().map_err(incomplete)?;
    Ok(TransactWriteItem::builder().put(put).build())
}

fn incomplete(error: BuildError) -> StoreError {
    StoreError::Backend(error.to_string())
}

/// What a cancelled transaction means: the first refusal of a failed condition, else a conflict, else throttling.
fn verdict(reasons: &[CancellationReason], refusals: Vec<Option<Error>>) -> StoreError {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    for (reason, refusal) in reasons.iter().zip(refusals) {
        if let (true, Some(refusal)) = (failed(reason), refusal) {
            return StoreError::Refused(refusal);
        }
    }
    let code = |wanted: &str| reasons.iter().any(|reason| reason.code() == Some(wanted));
    if code("ConditionalCheckFailed") || code("TransactionConflict") {
        return StoreError::Conflict;
    }
    if code("ThrottlingError") || code("ProvisionedThroughputExceeded") {
        meter::throttled();
        return StoreError::Throttled;
    }
    StoreError::Backend(format!("transaction canceled: {reasons:?}"))
}
