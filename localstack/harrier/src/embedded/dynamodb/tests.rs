use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ReturnConsumedCapacity,
    ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, StreamSpecification, TransactWriteItem,
    Update,
};

use super::EmbeddedDynamoDb;

pub(super) const TABLE: &str = "things";

pub(super) async fn create_table(client: &Client) {
    create_table_with(client, TABLE, None).await;
}

pub(super) async fn create_table_with(client: &Client, name: &str, stream: Option<StreamSpecification>) {
    let attribute = |name: &str| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    let request = request.set_stream_specification(stream);
    let request = request.attribute_definitions(attribute("pk")).attribute_definitions(attribute("sk"));
    request.key_schema(key("pk", KeyType::Hash)).key_schema(key("sk", KeyType::Range)).send().await.unwrap();
}

async fn fresh() -> Client {
    let client = EmbeddedDynamoDb::open(None).unwrap().client();
    create_table(&client).await;
    client
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn put(sk: &str) -> Put {
    Put::builder().table_name(TABLE).item("pk", text("p")).item("sk", text(sk)).build().unwrap()
}

fn put_new(sk: &str) -> TransactWriteItem {
    let item = Put::builder().table_name(TABLE).item("pk", text("p")).item("sk", text(sk));
    let item = item.condition_expression("attribute_not_exists(pk)");
    let item = item.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    TransactWriteItem::builder().put(item.build().unwrap()).build()
}

fn add_one(client: &Client, token: &str) -> TransactWriteItemsFluentBuilder {
    let update = Update::builder().table_name(TABLE).key("pk", text("p")).key("sk", text("counter"));
    let update = update.update_expression("ADD n :one").expression_attribute_values(":one", number(1));
    let item = TransactWriteItem::builder().update(update.build().unwrap()).build();
    client.transact_write_items().client_request_token(token).transact_items(item)
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

async fn counter(client: &Client) -> AttributeValue {
    let read = client.get_item().table_name(TABLE).key("pk", text("p")).key("sk", text("counter"));
    read.send().await.unwrap().item.unwrap().remove("n").unwrap()
}

#[tokio::test]
async fn an_item_that_was_put_is_read_back_and_metered() {
    let client = fresh().await;
    let put = client.put_item().table_name(TABLE).item("pk", text("p")).item("sk", text("ä/1"));
    put.item("n", number(7)).send().await.unwrap();
    let read = client.get_item().table_name(TABLE).key("pk", text("p")).key("sk", text("ä/1"));
    let read = read.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    assert_eq!(read.consumed_capacity.unwrap().capacity_units, Some(0.5));
    assert_eq!(read.item.unwrap()["n"], number(7));
}

#[tokio::test]
async fn a_query_without_a_limit_is_paged_to_its_end() {
    let client = fresh().await;
    for block in 0..41 {
        let items: Vec<_> = (0..25).map(|i| put_new(&format!("{:05}", block * 25 + i))).collect();
        client.transact_write_items().set_transact_items(Some(items)).send().await.unwrap();
    }
    let query = client.query().table_name(TABLE).key_condition_expression("pk = :p");
    let query = query.expression_attribute_values(":p", text("p"));
    let first = query.clone().send().await.unwrap();
    assert_eq!(first.count, 1000, "a page is bounded although the request is not");
    let all: Vec<_> = query.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(all.len(), 41 * 25);
    assert_eq!(all[1024]["sk"], text("01024"));
}

#[tokio::test]
async fn a_failed_condition_is_the_modelled_exception_with_the_old_item() {
    let client = fresh().await;
    let put = client.put_item().table_name(TABLE).item("pk", text("p")).item("sk", text("1"));
    let put = put.condition_expression("attribute_not_exists(pk)");
    let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    put.clone().send().await.unwrap();
    let error = put.send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
    assert_eq!(error.message(), Some("The conditional request failed"));
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failure) = error else {
        panic!("not the modelled exception");
    };
    assert_eq!(failure.item.unwrap()["sk"], text("1"));
}

#[tokio::test]
async fn a_cancelled_transaction_says_why_for_each_item_and_writes_nothing() {
    let client = fresh().await;
    client.transact_write_items().transact_items(put_new("2")).send().await.unwrap();
    let items = vec![put_new("1"), put_new("2"), put_new("3")];
    let error = client.transact_write_items().set_transact_items(Some(items)).send().await.unwrap_err();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.into_service_error() else {
        panic!("not the modelled exception");
    };
    let reasons = cancelled.cancellation_reasons.unwrap();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "None"]);
    assert_eq!(reasons[1].item.as_ref().unwrap()["sk"], text("2"));
    let read = client.get_item().table_name(TABLE).key("pk", text("p")).key("sk", text("1"));
    assert!(read.send().await.unwrap().item.is_none());
}

#[tokio::test]
async fn a_transaction_repeated_with_its_token_happens_once() {
    let client = fresh().await;
    for _ in 0..3 {
        add_one(&client, "token").send().await.unwrap();
    }
    assert_eq!(counter(&client).await, number(1));
    add_one(&client, "another").send().await.unwrap();
    assert_eq!(counter(&client).await, number(2));
}

#[tokio::test]
async fn a_token_reused_for_another_transaction_is_refused() {
    let client = fresh().await;
    add_one(&client, "token").send().await.unwrap();
    let other = client.transact_write_items().client_request_token("token").transact_items(put_new("1"));
    let error = other.send().await.unwrap_err().into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception(), "{error:?}");
}

#[tokio::test]
async fn errors_carry_the_names_the_sdk_knows() {
    let client = fresh().await;
    let missing = client.get_item().table_name("absent").key("pk", text("p")).send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    let key = client.get_item().table_name(TABLE).key("pk", text("p")).send().await.unwrap_err();
    assert_eq!(key.into_service_error().code(), Some("ValidationException"));
    let empty = client.put_item().table_name(TABLE).item("pk", text("")).item("sk", text("1")).send().await;
    assert_eq!(empty.unwrap_err().into_service_error().code(), Some("ValidationException"));
    let syntax = client.query().table_name(TABLE).key_condition_expression("pk =").send().await.unwrap_err();
    assert_eq!(syntax.into_service_error().code(), Some("ValidationException"));
    let definition = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let twice = client.create_table().table_name(TABLE).attribute_definitions(definition.build().unwrap());
    let twice = twice.key_schema(key).billing_mode(BillingMode::PayPerRequest).send().await.unwrap_err();
    assert!(twice.into_service_error().is_resource_in_use_exception());
    let unknown = client.describe_endpoints().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn concurrent_updates_lose_nothing() {
    let client = fresh().await;
    let update = client.update_item().table_name(TABLE).key("pk", text("p")).key("sk", text("counter"));
    let update = update.update_expression("ADD n :one").expression_attribute_values(":one", number(1));
    let update = update.return_values(ReturnValue::UpdatedNew);
    let all = futures::future::join_all((0..64).map(|_| update.clone().send())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(counter(&client).await, number(64));
}

#[tokio::test]
async fn a_batch_write_is_read_back_in_a_batch() {
    use aws_sdk_dynamodb::types::{KeysAndAttributes, PutRequest, WriteRequest};
    let client = fresh().await;
    let request = |sk: &str| {
        let put = PutRequest::builder().set_item(Some(put(sk).item)).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let writes = (0..5).map(|i| request(&i.to_string())).collect();
    let written = client.batch_write_item().request_items(TABLE, writes).send().await.unwrap();
    assert!(written.unprocessed_items.unwrap_or_default().is_empty());
    let keys = KeysAndAttributes::builder().keys(put("3").item).keys(put("absent").item).build().unwrap();
    let read = client.batch_get_item().request_items(TABLE, keys).send().await.unwrap();
    assert_eq!(read.responses.unwrap()[TABLE].len(), 1);
}
