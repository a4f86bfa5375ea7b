use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TransactWriteItem, Update,
};

use super::super::dynamodb::EmbeddedDynamoDb;
use super::{Fault, FaultPlan, FaultyHttpClient};

struct Setting {
    faulty: FaultyHttpClient,
    client: Client,
    sound: Client,
}

async fn setting(plan: FaultPlan, retries: RetryConfig) -> Setting {
    let database = EmbeddedDynamoDb::open(None).unwrap();
    let sound = database.client();
    let attribute = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let table = sound.create_table().table_name("things").billing_mode(BillingMode::PayPerRequest).key_schema(key);
    table.attribute_definitions(attribute.build().unwrap()).send().await.unwrap();
    let faulty = FaultyHttpClient::new(database.http_client(), plan);
    let config = database.config_builder().http_client(faulty.clone()).retry_config(retries);
    Setting { client: Client::from_conf(config.build()), faulty, sound }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn one() -> AttributeValue {
    AttributeValue::N("1".to_owned())
}

fn add_one(client: &Client) -> UpdateItemFluentBuilder {
    let update = client.update_item().table_name("things").key("pk", text("counter"));
    update.update_expression("ADD n :one").expression_attribute_values(":one", one())
}

fn adding(pk: &str) -> TransactWriteItem {
    let update = Update::builder().table_name("things").key("pk", text(pk)).update_expression("ADD n :one");
    let update = update.expression_attribute_values(":one", one()).build().unwrap();
    TransactWriteItem::builder().update(update).build()
}

async fn counted(setting: &Setting) -> i64 {
    let read = setting.sound.get_item().table_name("things").key("pk", text("counter")).send().await.unwrap();
    let Some(item) = read.item else { return 0 };
    item["n"].as_n().unwrap().parse().unwrap()
}

#[tokio::test]
async fn each_fault_shows_as_itself_and_has_its_effect() {
    // fault, the code of the error if the service answers one, how often the update happens
    let cases = [
        (Fault::Throttled, Some("ProvisionedThroughputExceededException"), 0),
        (Fault::RateLimited, Some("ThrottlingException"), 0),
        (Fault::ConditionFailed, Some("ConditionalCheckFailedException"), 0),
        (Fault::TransactionConflict, Some("TransactionConflictException"), 0),
        (Fault::TimedOutBeforeCommit, None, 0),
        (Fault::TimedOutAfterCommit, None, 1),
    ];
    for (fault, code, effect) in cases {
        let setting = setting(FaultPlan::new().on_call("UpdateItem", 1, fault), RetryConfig::disabled()).await;
        let error = add_one(&setting.client).send().await.unwrap_err();
        match code {
            Some(code) => assert_eq!(error.code(), Some(code)),
            None => assert!(matches!(&error, SdkError::DispatchFailure(lost) if lost.is_timeout()), "{error:?}"),
        }
        assert_eq!(counted(&setting).await, effect, "{fault:?}");
        assert_eq!(setting.faulty.injected(), [("UpdateItem".to_owned(), fault)]);
        add_one(&setting.client).send().await.unwrap();
    }
}

#[tokio::test]
async fn a_duplicate_happens_twice() {
    let plan = FaultPlan::new().on_call("UpdateItem", 1, Fault::Duplicate);
    let setting = setting(plan, RetryConfig::disabled()).await;
    add_one(&setting.client).send().await.unwrap();
    assert_eq!(counted(&setting).await, 2);
    assert_eq!(setting.faulty.calls("UpdateItem"), 1);
}

#[tokio::test]
async fn a_transaction_is_cancelled_with_a_reason_for_each_item() {
    let cases =
        [(Fault::ConditionFailed, "ConditionalCheckFailed"), (Fault::TransactionConflict, "TransactionConflict")];
    for (fault, code) in cases {
        let plan = FaultPlan::new().on_call("TransactWriteItems", 1, fault);
        let setting = setting(plan, RetryConfig::disabled()).await;
        let transaction = setting.client.transact_write_items();
        let transaction = transaction.transact_items(adding("a")).transact_items(adding("counter"));
        let error = transaction.send().await.unwrap_err().into_service_error();
        let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
            panic!("not the modelled exception: {error:?}");
        };
        let codes: Vec<_> = cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap()).collect();
        assert_eq!(codes, [code, "None"]);
        assert_eq!(counted(&setting).await, 0);
    }
}

#[tokio::test]
async fn the_sdks_retry_of_a_transaction_that_timed_out_after_its_commit_happens_once() {
    let plan = FaultPlan::new().script("TransactWriteItems", &[Fault::TimedOutAfterCommit, Fault::Duplicate]);
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    let setting = setting(plan, retries).await;
    let transaction = setting.client.transact_write_items().transact_items(adding("counter"));
    transaction.send().await.unwrap();
    assert_eq!(setting.faulty.calls("TransactWriteItems"), 2);
    assert_eq!(counted(&setting).await, 1, "the SDK gives each transaction a token and keeps it when it retries");
}

#[tokio::test]
async fn chances_are_repeatable_and_about_right() {
    let plan = |seed| FaultPlan::new().with_chance("UpdateItem", Fault::Throttled, 0.3).seeded(seed);
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let setting = setting(plan(seed), RetryConfig::disabled()).await;
        for _ in 0..200 {
            let _ = add_one(&setting.client).send().await;
        }
        let happened = counted(&setting).await;
        assert_eq!(happened, 200 - i64::try_from(setting.faulty.injected().len()).unwrap());
        assert!((110..=170).contains(&happened), "{happened} of 200 at 0.7");
        setting.faulty.follow(FaultPlan::new());
        add_one(&setting.client).send().await.unwrap();
        runs.push(happened);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn a_store_of_objects_can_be_slow_too() {
    let store = super::super::s3::EmbeddedS3::open(None).unwrap();
    let plan = FaultPlan::new().script("PUT", &[Fault::Throttled, Fault::TimedOutAfterCommit]);
    let faulty = FaultyHttpClient::new(store.http_client(), plan);
    let config = store.config_builder().http_client(faulty).retry_config(RetryConfig::disabled());
    let client = aws_sdk_s3::Client::from_conf(config.build());
    let slow = client.create_bucket().bucket("things").send().await.unwrap_err();
    assert_eq!(slow.code(), Some("SlowDown"));
    assert!(client.create_bucket().bucket("things").send().await.is_err());
    store.client().head_bucket().bucket("things").send().await.unwrap();
}
