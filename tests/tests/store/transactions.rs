//! One decision, one transaction: all or nothing, and never on top of what somebody else did.

use harrier_domain::Error;
use harrier_domain::target::UpdateStatus;
use harrier_store::{Consistency, Key, NameGuard, StoreError, measure, schema::Table, until_settled};

use crate::environment::{Environment, environments};
use crate::samples::{module, target};

async fn create(environment: &Environment, controller_id: &str) {
    let mut transaction = environment.store.transaction(&environment.tenant);
    transaction.create(&target(controller_id)).count_target(&environment.tenant, controller_id, 1);
    transaction.commit().await.unwrap();
}

async fn load(environment: &Environment, id: &str) -> harrier_store::Loaded<harrier_domain::target::Target> {
    environment.store.target(&environment.tenant, id, Consistency::Strong).await.unwrap().expect("a target")
}

#[tokio::test]
async fn what_exists_is_not_created_again() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        create(&environment, "a").await;
        let mut again = store.transaction(tenant);
        again.create(&target("b")).create(&target("a"));
        assert!(matches!(again.commit().await, Err(StoreError::Conflict)), "{name}");
        let mut refused = store.transaction(tenant);
        refused.create(&target("b")).create_or_refuse(&target("a"), Error::AlreadyExists);
        let outcome = refused.commit().await;
        assert!(matches!(outcome, Err(StoreError::Refused(Error::AlreadyExists))), "{name}");
        let other = store.target(tenant, "b", Consistency::Strong).await.unwrap();
        assert!(other.is_none(), "{name}: half a transaction");
    }
}

#[tokio::test]
async fn a_refusal_outweighs_a_conflict_wherever_it_stands() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        create(&environment, "a").await;
        create(&environment, "b").await;
        let mut transaction = store.transaction(tenant);
        transaction.create(&target("a")).create(&target("c"));
        transaction.create_or_refuse(&target("b"), Error::ActionNotCancelable);
        let outcome = transaction.commit().await;
        assert!(matches!(outcome, Err(StoreError::Refused(Error::ActionNotCancelable))), "{name}");
    }
}

#[tokio::test]
async fn saving_writes_only_the_difference() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        create(&environment, "a").await;
        let mut loaded = load(&environment, "a").await;
        store.note_contact(tenant, "a", 4711, Some("http://10.0.0.1")).await.unwrap();
        loaded.description = Some("kept".to_owned());
        loaded.update_status = UpdateStatus::Pending;
        let mut transaction = store.transaction(tenant);
        transaction.save(&loaded);
        transaction.commit().await.unwrap();
        let mut saved = load(&environment, "a").await;
        assert_eq!(saved.last_seen, Some(4711), "{name}: a contact is no decision, and is not undone by one");
        assert_eq!(saved.description.as_deref(), Some("kept"), "{name}");
        assert_eq!(saved.revision, 1, "{name}");
        saved.description = None;
        let mut transaction = store.transaction(tenant);
        transaction.save(&saved);
        transaction.commit().await.unwrap();
        let cleared = load(&environment, "a").await;
        assert_eq!((cleared.description.clone(), cleared.update_status), (None, UpdateStatus::Pending), "{name}");
    }
}

#[tokio::test]
async fn saving_no_change_writes_nothing() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        create(&environment, "a").await;
        let loaded = load(&environment, "a").await;
        let mut transaction = store.transaction(tenant);
        transaction.save(&loaded);
        assert!(transaction.is_empty(), "{name}");
        let (outcome, units) = measure(transaction.commit()).await;
        outcome.unwrap();
        assert_eq!((units.read, units.write), (0.0, 0.0), "{name}");
        assert_eq!(load(&environment, "a").await.revision, 0, "{name}");
    }
}

#[tokio::test]
async fn a_decision_on_an_old_state_conflicts() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        create(&environment, "a").await;
        let stale = load(&environment, "a").await;
        let mut fresh = load(&environment, "a").await;
        fresh.name = "first".to_owned();
        let mut transaction = store.transaction(tenant);
        transaction.save(&fresh);
        transaction.commit().await.unwrap();

        let mut changed = stale.clone();
        changed.name = "second".to_owned();
        let mut save = store.transaction(tenant);
        save.save(&changed);
        let mut delete = store.transaction(tenant);
        delete.delete(&stale);
        let mut check = store.transaction(tenant);
        check.check_unchanged(&stale).create(&target("b"));
        for (what, transaction) in [("save", save), ("delete", delete), ("check", check)] {
            assert!(matches!(transaction.commit().await, Err(StoreError::Conflict)), "{name}: {what}");
        }
        let mut delete = store.transaction(tenant);
        delete.delete(&load(&environment, "a").await);
        delete.commit().await.unwrap();
        let mut save = store.transaction(tenant);
        save.save(&changed);
        assert!(matches!(save.commit().await, Err(StoreError::Conflict)), "{name}: nothing comes back from the dead");
    }
}

#[tokio::test]
async fn a_check_holds_while_nothing_changed() {
    for environment in environments().await {
        let Environment { store, tenant, .. } = &environment;
        create(&environment, "a").await;
        let loaded = load(&environment, "a").await;
        let mut transaction = store.transaction(tenant);
        transaction.check_unchanged(&loaded).create(&target("b"));
        transaction.commit().await.unwrap();
        load(&environment, "b").await;
    }
}

#[tokio::test]
async fn names_are_given_once_until_they_are_free_again() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let guard = NameGuard::new("module", &["os", "1.0"], 1);
        let mut transaction = store.transaction(tenant);
        transaction.create(&module(1, "os")).create_or_refuse(&guard, Error::AlreadyExists);
        transaction.commit().await.unwrap();
        assert_eq!(store.owner_of_name(tenant, "module", &["os", "1.0"]).await.unwrap(), Some(1), "{name}");
        assert_eq!(store.owner_of_name(tenant, "module", &["os1.", "0"]).await.unwrap(), None, "{name}");
        assert_eq!(store.owner_of_name(tenant, "set", &["os", "1.0"]).await.unwrap(), None, "{name}");

        let taken = NameGuard::new("module", &["os", "1.0"], 2);
        let mut second = store.transaction(tenant);
        second.create(&module(2, "os")).create_or_refuse(&taken, Error::AlreadyExists);
        let outcome = second.commit().await;
        assert!(matches!(outcome, Err(StoreError::Refused(Error::AlreadyExists))), "{name}");

        let mut free = store.transaction(tenant);
        free.delete_key(&harrier_store::Record::key(&guard, tenant));
        free.commit().await.unwrap();
        let mut third = store.transaction(tenant);
        third.create_or_refuse(&taken, Error::AlreadyExists);
        third.commit().await.unwrap();
    }
}

#[tokio::test]
async fn counters_are_exact_under_competition() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let ids: Vec<String> = (0..60).map(|number| format!("device-{number}")).collect();
        let creations = ids.iter().map(|id| async move {
            let mut transaction = store.transaction(tenant);
            transaction.create_or_refuse(&target(id), Error::AlreadyExists).count_target(tenant, id, 1);
            transaction.commit().await
        });
        // Every target twice: the second creation must not count.
        let twice = creations.collect::<Vec<_>>().into_iter();
        let again = ids.iter().map(|id| async move {
            until_settled(|| async move {
                let mut transaction = store.transaction(tenant);
                transaction.create_or_refuse(&target(id), Error::AlreadyExists).count_target(tenant, id, 1);
                transaction.commit().await
            })
            .await
        });
        let (first, second) =
            futures::future::join(futures::future::join_all(twice), futures::future::join_all(again)).await;
        let created = first.iter().chain(&second).filter(|outcome| outcome.is_ok()).count();
        assert_eq!(created, 60, "{name}");
        assert_eq!(store.target_count(tenant).await.unwrap(), 60, "{name}");
    }
}

#[tokio::test]
async fn a_limited_counter_stops_at_its_limit() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let key = Key { table: Table::Tenancy, partition: format!("{tenant}#test"), sort: "counter".to_owned() };
        let count = |amount: i64| {
            let mut transaction = store.transaction(tenant);
            transaction.count_within(&key, "n", amount, 10, Error::AlreadyExists);
            transaction.commit()
        };
        count(4).await.unwrap();
        count(6).await.unwrap();
        assert!(matches!(count(1).await, Err(StoreError::Refused(_))), "{name}");
        count(-1).await.unwrap();
        count(1).await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_takes_a_hundred_changes_and_no_more() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let mut many = store.transaction(tenant);
        (0..100).for_each(|number| {
            many.create(&target(&format!("m{number}")));
        });
        many.commit().await.unwrap();
        let mut too_many = store.transaction(tenant);
        (0..101).for_each(|number| {
            too_many.create(&target(&format!("n{number}")));
        });
        assert!(matches!(too_many.commit().await, Err(StoreError::Backend(_))), "{name}");
    }
}
