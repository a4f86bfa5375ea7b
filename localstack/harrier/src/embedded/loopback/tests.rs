use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_s3::primitives::ByteStream;

use super::super::dynamodb::EmbeddedDynamoDb;
use super::super::s3::EmbeddedS3;
use super::{serve_dynamodb, serve_s3};

#[tokio::test]
async fn another_dynamodb_client_sees_the_same_tables_through_the_port() {
    use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
    let database = EmbeddedDynamoDb::open(None).unwrap();
    let server = serve_dynamodb(&database).await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder().behavior_version(BehaviorVersion::latest());
    let config = config.region(Region::new("eu-west-1")).endpoint_url(server.endpoint());
    let keys = aws_credential_types::Credentials::from_keys("any", "any", None);
    let remote = aws_sdk_dynamodb::Client::from_conf(config.credentials_provider(keys).build());
    let attribute = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let table = remote.create_table().table_name("things").billing_mode(BillingMode::PayPerRequest).key_schema(key);
    table.attribute_definitions(attribute.build().unwrap()).send().await.unwrap();
    let seen = database.client().list_tables().send().await.unwrap();
    assert_eq!(seen.table_names(), ["things"]);
    let missing = remote.describe_table().table_name("absent").send().await.unwrap_err();
    assert!(missing.into_service_error().is_resource_not_found_exception());
    drop(remote);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn another_s3_client_needs_the_stores_credentials() {
    let store = EmbeddedS3::open(None).unwrap();
    let server = serve_s3(&store).await.unwrap();
    let config = || {
        let config = aws_sdk_s3::Config::builder().behavior_version(BehaviorVersion::latest());
        config.region(Region::new("us-east-1")).endpoint_url(server.endpoint()).force_path_style(true)
    };
    let remote = aws_sdk_s3::Client::from_conf(config().credentials_provider(store.credentials()).build());
    remote.create_bucket().bucket("things").send().await.unwrap();
    // The SDK's defaults send a chunked body with a checksum behind it.
    let body = ByteStream::from_static(b"hello");
    remote.put_object().bucket("things").key("a").body(body).send().await.unwrap();
    let read = store.client().get_object().bucket("things").key("a").send().await.unwrap();
    assert_eq!(read.body.collect().await.unwrap().to_vec(), b"hello");
    let wrong = aws_credential_types::Credentials::from_keys(store.credentials().access_key_id(), "wrong", None);
    let stranger = aws_sdk_s3::Client::from_conf(config().credentials_provider(wrong).build());
    assert!(stranger.get_object().bucket("things").key("a").send().await.is_err());
}
