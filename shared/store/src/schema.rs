//! The tables, defined once: `harrier` creates them from here, and `infra/` is tested against this definition.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};
use harrier_domain::named;

use crate::error::{Result, StoreError};

/// Partition and sort key of every table.
pub const PARTITION_KEY: &str = "pk";
pub const SORT_KEY: &str = "sk";

/// Keys of the one index: actions by id across a tenant.
pub const INDEX_BY_ID: &str = "by-id";
pub const INDEX_PARTITION_KEY: &str = "gk";
pub const INDEX_SORT_KEY: &str = "gs";

/// The attribute that holds when an item may go, in epoch seconds, where a table forgets.
pub const EXPIRY: &str = "ttl";

named! {
    /// One of the four tables, by its name without the installation's prefix.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Table {
        /// Targets, their details, actions and history. Its stream drives campaigns and events.
        Fleet = "fleet",
        /// Types, modules, artifacts, sets, tags, filters, and guards of unique names.
        Catalogue = "catalogue",
        /// Rollouts, groups, auto assignments, job cursors.
        Campaigns = "campaigns",
        /// Tenants, configuration, users, id sequences.
        Tenancy = "tenancy",
    }
}

impl Table {
    /// Items may have an attribute [`EXPIRY`], and then go by themselves: uploads that ended or were forgotten, and targets that
    /// were candidates for a rollout's groups.
    #[must_use]
    pub fn forgets(self) -> bool {
        matches!(self, Self::Catalogue | Self::Campaigns)
    }

    /// The fleet table has the by-id index and a stream of new and old images.
    #[must_use]
    pub fn is_indexed_and_streamed(self) -> bool {
        self == Self::Fleet
    }
}

/// Creates the tables that do not exist yet. On AWS this is the deployment's work, not the program's.
///
/// # Errors
/// [`StoreError::Backend`] when the database refuses.
pub async fn create_tables(client: &Client, prefix: &str) -> Result<()> {
    for table in Table::ALL {
        create_table(client, prefix, table).await?;
    }
    Ok(())
}

async fn create_table(client: &Client, prefix: &str, table: Table) -> Result<()> {
    let mut request = client
        .create_table()
        .table_name(format!("{prefix}{}", table.name()))
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes(table)?))
        .set_key_schema(Some(key_schema(PARTITION_KEY, SORT_KEY)?));
    if table.is_indexed_and_streamed() {
        request = request.global_secondary_indexes(index()?).stream_specification(stream()?);
    }
    match request.send().await {
        Ok(_) if table.forgets() => enable_expiry(client, prefix, table).await,
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
        Err(error) => Err(StoreError::backend(error)),
    }
}

async fn enable_expiry(client: &Client, prefix: &str, table: Table) -> Result<()> {
    let rule = TimeToLiveSpecification::builder().attribute_name(EXPIRY).enabled(true).build().map_err(incomplete)?;
    let request = client.update_time_to_live().table_name(format!("{prefix}{}", table.name()));
    request.time_to_live_specification(rule).send().await.map_err(StoreError::backend)?;
    Ok(())
}

fn attributes(table: Table) -> Result<Vec<AttributeDefinition>> {
    let mut attributes = vec![(PARTITION_KEY, ScalarAttributeType::S), (SORT_KEY, ScalarAttributeType::S)];
    if table.is_indexed_and_streamed() {
        attributes.push((INDEX_PARTITION_KEY, ScalarAttributeType::S));
        attributes.push((INDEX_SORT_KEY, ScalarAttributeType::N));
    }
    attributes.into_iter().map(|(name, kind)| attribute(name, kind)).collect()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().map_err(incomplete)
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>> {
    let element =
        |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(incomplete);
    Ok(vec![element(partition, KeyType::Hash)?, element(sort, KeyType::Range)?])
}

fn index() -> Result<GlobalSecondaryIndex> {
    GlobalSecondaryIndex::builder()
        .index_name(INDEX_BY_ID)
        .set_key_schema(Some(key_schema(INDEX_PARTITION_KEY, INDEX_SORT_KEY)?))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .map_err(incomplete)
}

fn stream() -> Result<StreamSpecification> {
    StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .map_err(incomplete)
}

fn incomplete(error: impl std::fmt::Display) -> StoreError {
    StoreError::Backend(format!("table definition is incomplete: {error}"))
}
