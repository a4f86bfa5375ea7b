//! The few DynamoDB operations everything else is made of. Each reports its price to the meter.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, ReturnConsumedCapacity, ReturnValue, Select,
    WriteRequest,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use std::collections::HashSet;

use crate::error::{Result, StoreError};
use crate::expression::{Expression, is_new};
use crate::item::{Item, Key, is_possible_partition};
use crate::meter::{self, Kind};
use crate::pages::Pages;
use crate::range::Range;
use crate::retry;
use crate::schema::Table;

/// Most items one page of a query may hold. An unlimited query is quadratic on the embedded database.
pub const MAX_PAGE: i32 = 1000;

/// Most keys of one batch read.
const MAX_BATCH: usize = 100;

/// Most items of one batch write.
const MAX_WRITE_BATCH: usize = 25;

/// Batch writes under way at the same time.
const WRITE_CONCURRENCY: usize = 4;

/// How often what a batch write left over is tried again.
const WRITE_ATTEMPTS: u32 = 8;

/// Whether a read may be a moment old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    Eventual,
    Strong,
}

/// One page of a query and where the next one starts.
#[derive(Debug)]
pub(crate) struct Page {
    pub items: Vec<Item>,
    pub next: Option<Item>,
}

/// A client, and the names of the installation's tables.
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) client: Client,
    prefix: String,
}

impl Database {
    #[must_use]
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self { client, prefix: prefix.into() }
    }

    /// The table's name in this installation.
    #[must_use]
    pub fn table_name(&self, table: Table) -> String {
        format!("{}{}", self.prefix, table.name())
    }

    pub(crate) async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>> {
        if !key.is_possible() {
            return Ok(None);
        }
        let answer = self
            .client
            .get_item()
            .table_name(self.table_name(key.table))
            .set_key(Some(key.attributes()))
            .consistent_read(consistency == Consistency::Strong)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        Ok(answer.item)
    }

    /// The value of a counter, read consistently; 0 for one that was never counted.
    pub(crate) async fn number(&self, key: &Key, attribute: &str) -> Result<i64> {
        let item = self.get(key, Consistency::Strong).await?;
        match item.as_ref().and_then(|item| item.get(attribute)) {
            None => Ok(0),
            Some(AttributeValue::N(number)) => number.parse().map_err(StoreError::broken_item),
            Some(_) => Err(StoreError::broken_item("a counter is no number")),
        }
    }

    /// Reads many items of one table, in no order; missing ones are left out. A key given twice is read once: DynamoDB
    /// refuses batches that name a key twice.
    pub(crate) async fn get_many(&self, table: Table, keys: &[Key], consistency: Consistency) -> Result<Vec<Item>> {
        let distinct: Vec<&Key> =
            keys.iter().filter(|key| key.is_possible()).collect::<HashSet<_>>().into_iter().collect();
        let mut items = Vec::with_capacity(distinct.len());
        for chunk in distinct.chunks(MAX_BATCH) {
            let mut pending: Vec<Item> = chunk.iter().map(|key| key.attributes()).collect();
            while !pending.is_empty() {
                pending = self.get_batch(table, pending, consistency, &mut items).await?;
            }
        }
        Ok(items)
    }

    /// One batch read; returns the keys that the database left for another try.
    async fn get_batch(
        &self,
        table: Table,
        keys: Vec<Item>,
        consistency: Consistency,
        items: &mut Vec<Item>,
    ) -> Result<Vec<Item>> {
        let name = self.table_name(table);
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(consistency == Consistency::Strong)
            .build()
            .map_err(|error| StoreError::Backend(error.to_string()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&name, request)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        items.extend(answer.responses.unwrap_or_default().remove(&name).unwrap_or_default());
        let left = answer.unprocessed_keys.unwrap_or_default().remove(&name);
        Ok(left.map(|keys| keys.keys).unwrap_or_default())
    }

    /// Writes and removes many items of one table, each by itself, whatever was there: for what may be written twice.
    /// No item may be named twice.
    pub(crate) async fn write_many(&self, table: Table, puts: Vec<Item>, deletes: Vec<Key>) -> Result<()> {
        let put = |item| PutRequest::builder().set_item(Some(item)).build();
        let delete = |key: Key| DeleteRequest::builder().set_key(Some(key.attributes())).build();
        let incomplete = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Backend(error.to_string());
        let mut requests = Vec::with_capacity(puts.len() + deletes.len());
        for item in puts {
            requests.push(WriteRequest::builder().put_request(put(item).map_err(incomplete)?).build());
        }
        for key in deletes {
            requests.push(WriteRequest::builder().delete_request(delete(key).map_err(incomplete)?).build());
        }
        let batches: Vec<Vec<WriteRequest>> = requests.chunks(MAX_WRITE_BATCH).map(<[WriteRequest]>::to_vec).collect();
        let write = |batch| self.write_batch(table, batch);
        stream::iter(batches).map(write).buffer_unordered(WRITE_CONCURRENCY).try_collect::<Vec<()>>().await?;
        Ok(())
    }

    async fn write_batch(&self, table: Table, mut batch: Vec<WriteRequest>) -> Result<()> {
        let name = self.table_name(table);
        for attempt in 1..=WRITE_ATTEMPTS {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&name, batch)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(StoreError::backend)?;
            meter::record(Kind::Write, answer.consumed_capacity());
            batch = answer.unprocessed_items.unwrap_or_default().remove(&name).unwrap_or_default();
            if batch.is_empty() {
                return Ok(());
            }
            retry::pause(attempt).await;
        }
        Err(StoreError::Throttled)
    }

    /// One page of a range; the first one without `start`.
    pub(crate) async fn query(&self, range: &Range, start: Option<Item>) -> Result<Page> {
        if !is_possible_partition(&range.partition) {
            return Ok(Page { items: Vec::new(), next: None });
        }
        let answer = self.send(range.ask(self.client.query()), range.table, start).await?;
        Ok(Page { items: answer.items.unwrap_or_default(), next: answer.last_evaluated_key })
    }

    /// All items of a range, page by page.
    pub(crate) async fn query_all(&self, range: &Range) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut pages = Pages::new(self, range.clone());
        while !pages.is_at_end() {
            items.extend(pages.next().await?);
        }
        Ok(items)
    }

    /// How many items a range has. As dear as reading them, but for what travels.
    pub(crate) async fn count(&self, range: &Range) -> Result<u64> {
        let (mut count, mut start) = (0, None);
        loop {
            let query = range.ask(self.client.query()).select(Select::Count);
            let answer = self.send(query, range.table, start).await?;
            count += u64::try_from(answer.count).unwrap_or(0);
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    async fn send(&self, query: QueryFluentBuilder, table: Table, start: Option<Item>) -> Result<QueryOutput> {
        let query = query
            .table_name(self.table_name(table))
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = query.send().await.map_err(StoreError::backend)?;
        meter::record(Kind::Read, answer.consumed_capacity());
        Ok(answer)
    }

    /// An unconditional counter: adds and returns the new value. A retry after a lost answer adds twice, so this is for
    /// numbers that may have gaps.
    pub(crate) async fn add(&self, key: &Key, attribute: &str, amount: i64) -> Result<i64> {
        let mut update = Expression::default();
        update.add(attribute, amount);
        let request = self.update(key, update).return_values(ReturnValue::UpdatedNew);
        let answer = request.send().await.map_err(StoreError::backend)?;
        meter::record(Kind::Write, answer.consumed_capacity());
        match answer.attributes.as_ref().and_then(|item| item.get(attribute)) {
            Some(AttributeValue::N(number)) => number.parse().map_err(StoreError::broken_item),
            _ => Err(StoreError::broken_item("a counter did not answer with a number")),
        }
    }

    /// Changes one item if the condition holds; says whether it did. A plain write, for what may be repeated after a lost
    /// answer: it costs half of what a transaction does.
    pub(crate) async fn update_if(&self, key: &Key, update: Expression, condition: String) -> Result<bool> {
        let request = self.update(key, update).condition_expression(condition);
        let answer = unless_refused(request.send().await)?;
        meter::record(Kind::Write, answer.as_ref().and_then(UpdateItemOutput::consumed_capacity));
        Ok(answer.is_some())
    }

    /// Writes an item that is not there yet; says whether it was not. A plain write, as [`Database::update_if`].
    pub(crate) async fn put_new(&self, table: Table, item: Item) -> Result<bool> {
        let request = self
            .client
            .put_item()
            .table_name(self.table_name(table))
            .set_item(Some(item))
            .condition_expression(is_new())
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = unless_refused(request.send().await)?;
        meter::record(Kind::Write, answer.as_ref().and_then(PutItemOutput::consumed_capacity));
        Ok(answer.is_some())
    }

    fn update(&self, key: &Key, update: Expression) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(self.table_name(key.table))
            .set_key(Some(key.attributes()))
            .update_expression(update.text())
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(Some(update.values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// The answer to a conditional write; `None` when the condition did not hold.
fn unless_refused<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(StoreError::backend(error)),
    }
}
