//! The embedded database with one tenant, and what logs in to it.

use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier_domain::Tenant;
use harrier_identity::oidc::OidcSettings;
use harrier_identity::{NewTenant, UserDirectory, UserLogins, create_tenant, hash_password, put_user};
use harrier_store::schema::create_tables;
use harrier_store::{Database, Store, UserRecord};

pub const PREFIX: &str = "t-";

/// Epoch milliseconds at which the tests' tokens are made.
pub const NOW: i64 = 1_800_000_000_000;

pub async fn client() -> aws_sdk_dynamodb::Client {
    let client = EmbeddedDynamoDb::open(None).unwrap().client();
    create_tables(&client, PREFIX).await.unwrap();
    client
}

pub async fn store() -> Store {
    Store::new(Database::new(client().await, PREFIX))
}

pub fn tenant() -> Tenant {
    Tenant::parse("acme").unwrap()
}

pub async fn with_tenant(store: &Store) {
    assert!(create_tenant(store, &NewTenant { tenant: tenant(), now: NOW }).await.unwrap());
}

pub async fn put(store: &Store, name: &str, password: &str, authorities: &[&str]) {
    let password_hash = hash_password(password).unwrap();
    let authorities = authorities.iter().map(|name| (*name).to_owned()).collect();
    let user = UserRecord { name: name.to_owned(), tenant: tenant(), password_hash, authorities, revision: 0 };
    put_user(store, user).await.unwrap();
}

/// Who accepts tokens of this provider.
pub async fn trusting(settings: OidcSettings) -> UserDirectory {
    let logins = UserLogins { basic: true, oidc: Some(settings) };
    UserDirectory::new(store().await).unwrap().with_logins(&logins)
}
