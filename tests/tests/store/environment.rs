//! The databases the suite runs on.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier_domain::Tenant;
use harrier_store::{Database, Store, schema};
use std::sync::OnceLock;

const ENDPOINT: &str = "HARRIER_TEST_DYNAMODB_ENDPOINT";

/// A store on empty tables (of its tenant, at least), and what lies below it.
#[derive(Clone)]
pub struct Environment {
    pub name: &'static str,
    pub store: Store,
    pub tenant: Tenant,
    pub client: Client,
    pub prefix: String,
}

/// The embedded engine, and the endpoint if there is one.
pub async fn environments() -> Vec<Environment> {
    let mut environments = vec![embedded().await];
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        environments.push(at_endpoint(&endpoint).await);
    }
    environments
}

pub async fn embedded() -> Environment {
    let client = EmbeddedDynamoDb::open(None).expect("an embedded database").client();
    environment("embedded", client, "harrier-".to_owned()).await
}

/// The tests share the tables of this run; each has a tenant of its own.
async fn at_endpoint(endpoint: &str) -> Environment {
    static PREFIX: OnceLock<String> = OnceLock::new();
    let prefix = PREFIX.get_or_init(|| format!("test-{:08x}-", rand::random::<u32>()));
    let configuration = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::from_keys("test", "test", None))
        .endpoint_url(endpoint);
    environment("endpoint", Client::from_conf(configuration.build()), prefix.clone()).await
}

async fn environment(name: &'static str, client: Client, prefix: String) -> Environment {
    schema::create_tables(&client, &prefix).await.expect("tables");
    let tenant = Tenant::parse(&format!("T{:012x}", rand::random::<u64>() >> 16)).expect("a tenant's name");
    let store = Store::new(Database::new(client.clone(), prefix.clone()));
    Environment { name, store, tenant, client, prefix }
}
