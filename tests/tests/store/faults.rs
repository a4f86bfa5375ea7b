//! What real networks do to a decision: the embedded engine behind a client that loses, repeats and refuses.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::faults::{Fault, FaultPlan, FaultyHttpClient};
use harrier_domain::{Error, Tenant};
use harrier_store::{Consistency, Database, Result, Sequence, Store, StoreError, schema, until_settled};
use std::collections::BTreeSet;

use crate::samples::target;

struct Shaky {
    store: Store,
    /// Without faults, to see what really happened.
    sound: Store,
    faults: FaultyHttpClient,
    tenant: Tenant,
}

async fn shaky(plan: FaultPlan, retries: RetryConfig) -> Shaky {
    let database = EmbeddedDynamoDb::open(None).unwrap();
    schema::create_tables(&database.client(), "").await.unwrap();
    let faults = FaultyHttpClient::new(database.http_client(), plan);
    let configuration = database.config_builder().http_client(faults.clone()).retry_config(retries).build();
    let store = Store::new(Database::new(Client::from_conf(configuration), ""));
    let sound = Store::new(Database::new(database.client(), ""));
    Shaky { store, sound, faults, tenant: Tenant::parse("ACME").unwrap() }
}

fn impatient() -> RetryConfig {
    let moment = std::time::Duration::from_millis(1);
    RetryConfig::standard().with_max_attempts(4).with_initial_backoff(moment).with_max_backoff(moment)
}

async fn create_counted(store: &Store, tenant: &Tenant, id: &str) -> Result<()> {
    let mut transaction = store.transaction(tenant);
    transaction.create_or_refuse(&target(id), Error::AlreadyExists).count_target(tenant, id, 1);
    transaction.commit().await
}

#[tokio::test]
async fn a_repeated_transaction_happens_once() {
    for fault in [Fault::Duplicate, Fault::TimedOutAfterCommit, Fault::TimedOutBeforeCommit, Fault::Throttled] {
        let plan = FaultPlan::new().on_call("TransactWriteItems", 1, fault);
        let Shaky { store, sound, faults, tenant } = shaky(plan, impatient()).await;
        create_counted(&store, &tenant, "a").await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(sound.target_count(&tenant).await.unwrap(), 1, "{fault:?}");
        assert_eq!(faults.injected().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn each_refusal_of_the_database_has_its_name() {
    type Expected = fn(&StoreError) -> bool;
    let cases: [(Fault, Expected); 4] = [
        (Fault::Throttled, |error| matches!(error, StoreError::Throttled)),
        (Fault::RateLimited, |error| matches!(error, StoreError::Throttled)),
        (Fault::TransactionConflict, |error| matches!(error, StoreError::Conflict)),
        (Fault::TimedOutBeforeCommit, |error| matches!(error, StoreError::Backend(_))),
    ];
    for (fault, expected) in cases {
        let plan = FaultPlan::new().on_call("TransactWriteItems", 1, fault);
        let Shaky { store, sound, tenant, .. } = shaky(plan, RetryConfig::disabled()).await;
        let error = create_counted(&store, &tenant, "a").await.unwrap_err();
        assert!(expected(&error), "{fault:?}: {error}");
        assert_eq!(sound.target_count(&tenant).await.unwrap(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn conflicts_are_decided_again() {
    let plan = FaultPlan::new().script("TransactWriteItems", &[Fault::TransactionConflict; 3]);
    let Shaky { store, sound, tenant, .. } = shaky(plan, impatient()).await;
    until_settled(|| create_counted(&store, &tenant, "a")).await.unwrap();
    assert_eq!(sound.target_count(&tenant).await.unwrap(), 1);
}

#[tokio::test]
async fn ids_stay_unique_when_requests_arrive_twice() {
    let plan = FaultPlan::new()
        .with_chance("UpdateItem", Fault::Duplicate, 0.3)
        .with_chance("UpdateItem", Fault::TimedOutAfterCommit, 0.3)
        .seeded(7);
    let Shaky { store, faults, tenant, .. } = shaky(plan, impatient().with_max_attempts(10)).await;
    let mut ids = BTreeSet::new();
    for _ in 0..50 {
        for id in store.next_ids(&tenant, Sequence::Action, 3).await.unwrap() {
            assert!(ids.insert(id), "{id} was given twice");
        }
    }
    assert!(faults.injected().len() > 10, "the test must have met faults");
}

#[tokio::test]
async fn counters_survive_a_bad_day() {
    let plan = FaultPlan::new()
        .with_chance_anywhere(Fault::Throttled, 0.05)
        .with_chance_anywhere(Fault::TimedOutBeforeCommit, 0.05)
        .with_chance_anywhere(Fault::TimedOutAfterCommit, 0.05)
        .with_chance_anywhere(Fault::Duplicate, 0.05)
        .with_chance("TransactWriteItems", Fault::TransactionConflict, 0.1)
        .seeded(42);
    let Shaky { store, sound, faults, tenant } = shaky(plan, impatient().with_max_attempts(10)).await;
    for number in 0..60 {
        let id = format!("device-{number}");
        until_settled(|| create_counted(&store, &tenant, &id)).await.unwrap();
        if number % 3 == 0 {
            until_settled(|| remove_counted(&store, &tenant, &id)).await.unwrap();
        }
    }
    assert_eq!(sound.target_count(&tenant).await.unwrap(), 40);
    assert!(faults.injected().len() > 20, "the test must have met faults");
}

async fn remove_counted(store: &Store, tenant: &Tenant, id: &str) -> Result<()> {
    let target = store.target(tenant, id, Consistency::Strong).await?.expect("a target");
    let mut transaction = store.transaction(tenant);
    transaction.delete(&target).count_target(tenant, id, -1);
    transaction.commit().await
}

#[tokio::test]
async fn a_search_fails_rather_than_leaves_targets_out() {
    let Shaky { store, faults, tenant, .. } = shaky(FaultPlan::new(), RetryConfig::disabled()).await;
    for number in 0..40 {
        create_counted(&store, &tenant, &format!("device-{number}")).await.unwrap();
    }
    for call in [1, 17, 32] {
        faults.follow(FaultPlan::new().on_call("Query", call, Fault::Throttled));
        let everything = crate::search::search("name==*", None, 0, 50);
        let outcome = store.search_targets(&tenant, everything).await;
        assert!(matches!(outcome, Err(StoreError::Throttled)), "{call}");
    }
}
