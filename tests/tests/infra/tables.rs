//! The tables of the template are those of `harrier_store::schema`, as a database sees them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, KeySchemaElement, TableDescription};
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier_store::schema::{Table, create_tables};
use saphyr::Yaml;
use std::collections::{BTreeMap, BTreeSet};

use crate::template::{at, find, items, load, resources, text};

/// Everything about a table that programs rely on.
#[derive(Debug, PartialEq)]
struct Shape {
    attributes: BTreeSet<(String, String)>,
    keys: Vec<(String, String)>,
    indexes: BTreeMap<String, (Vec<(String, String)>, String)>,
    stream: Option<String>,
    expiry: Option<String>,
    billing: String,
}

#[tokio::test]
async fn the_template_makes_the_tables_the_store_defines() {
    let client = EmbeddedDynamoDb::open(None).expect("an embedded database").client();
    create_tables(&client, "").await.expect("the tables");
    let template = load();
    let declared = resources(&template, "AWS::DynamoDB::Table");
    assert_eq!(declared.len(), Table::ALL.len());
    for table in Table::ALL {
        let name = format!("${{TablePrefix}}{}", table.name());
        let (_, resource) = declared
            .iter()
            .find(|(_, resource)| text(at(resource, "Properties.TableName")) == name)
            .unwrap_or_else(|| panic!("the template lacks {name}"));
        assert_eq!(declared_shape(at(resource, "Properties")), defined_shape(&client, table).await, "{name}");
    }
}

#[test]
fn every_table_is_protected_and_recoverable() {
    for (name, resource) in resources(&load(), "AWS::DynamoDB::Table") {
        assert_eq!(text(at(resource, "DeletionPolicy")), "Retain", "{name}");
        assert_eq!(text(at(resource, "UpdateReplacePolicy")), "Retain", "{name}");
        assert_eq!(text(at(resource, "Properties.DeletionProtectionEnabled")), "DeletionProtection", "{name}");
        let recovery = at(resource, "Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled");
        assert_eq!(recovery.as_bool(), Some(true), "{name}");
    }
}

fn declared_shape(properties: &Yaml<'static>) -> Shape {
    let indexes = find(properties, "GlobalSecondaryIndexes").map(items).unwrap_or_default();
    Shape {
        attributes: pairs(at(properties, "AttributeDefinitions"), "AttributeType").into_iter().collect(),
        keys: pairs(at(properties, "KeySchema"), "KeyType"),
        indexes: indexes.iter().map(declared_index).collect(),
        stream: find(properties, "StreamSpecification").map(|stream| text(at(stream, "StreamViewType"))),
        expiry: find(properties, "TimeToLiveSpecification").map(|rule| text(at(rule, "AttributeName"))),
        billing: text(at(properties, "BillingMode")),
    }
}

fn declared_index(index: &Yaml<'static>) -> (String, (Vec<(String, String)>, String)) {
    let projection = text(at(index, "Projection.ProjectionType"));
    (text(at(index, "IndexName")), (pairs(at(index, "KeySchema"), "KeyType"), projection))
}

fn pairs(list: &Yaml<'static>, second: &str) -> Vec<(String, String)> {
    items(list).iter().map(|item| (text(at(item, "AttributeName")), text(at(item, second)))).collect()
}

async fn defined_shape(client: &Client, table: Table) -> Shape {
    let answer = client.describe_table().table_name(table.name()).send().await.expect("a description");
    let table_name = table.name();
    let expiry = client.describe_time_to_live().table_name(table_name).send().await.expect("a description");
    let table = answer.table.expect("a table");
    Shape {
        expiry: expiry.time_to_live_description().and_then(|rule| rule.attribute_name()).map(str::to_owned),
        attributes: table.attribute_definitions().iter().map(definition).collect(),
        keys: table.key_schema().iter().map(key).collect(),
        indexes: indexes(&table),
        stream: table.stream_specification().and_then(|stream| Some(stream.stream_view_type()?.as_str().to_owned())),
        billing: table
            .billing_mode_summary()
            .and_then(|summary| Some(summary.billing_mode()?.as_str().to_owned()))
            .expect("a billing mode"),
    }
}

fn indexes(table: &TableDescription) -> BTreeMap<String, (Vec<(String, String)>, String)> {
    let shape = |index: &aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription| {
        let projection = index.projection().and_then(|projection| projection.projection_type()).expect("a projection");
        let keys = index.key_schema().iter().map(key).collect();
        (index.index_name().expect("a name").to_owned(), (keys, projection.as_str().to_owned()))
    };
    table.global_secondary_indexes().iter().map(shape).collect()
}

fn definition(attribute: &AttributeDefinition) -> (String, String) {
    (attribute.attribute_name().to_owned(), attribute.attribute_type().as_str().to_owned())
}

fn key(element: &KeySchemaElement) -> (String, String) {
    (element.attribute_name().to_owned(), element.key_type().as_str().to_owned())
}
