//! Tenants, users and sequences.

use harrier_store::{Consistency, Sequence, StoredSetting, TenantRecord, UserRecord};
use std::collections::BTreeSet;

use crate::environment::{Environment, environments};
use crate::samples::NOW;

fn setting(key: &str) -> StoredSetting {
    let entry = serde_json::json!({
        "value": "00:05:00", "createdBy": "alice", "createdAt": NOW, "lastModifiedBy": "alice", "lastModifiedAt": NOW
    });
    let entry = serde_json::from_value(entry).expect("an entry");
    StoredSetting { key: key.to_owned(), entry, revision: 0 }
}

#[tokio::test]
async fn a_tenant_comes_with_its_settings() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let mut early = store.transaction(tenant);
        early.create(&setting("pollingTime"));
        early.commit().await.unwrap();
        assert!(store.tenant(tenant, Consistency::Strong).await.unwrap().is_none(), "{name}: settings make no tenant");

        let record =
            TenantRecord { name: tenant.as_str().to_owned(), default_set_type: 1, created_at: NOW, revision: 0 };
        let mut transaction = store.transaction(tenant);
        transaction.create(&record).create(&setting("pollingOverdueTime"));
        transaction.commit().await.unwrap();
        let (loaded, settings) = store.tenant(tenant, Consistency::Strong).await.unwrap().expect("a tenant");
        assert_eq!(*loaded, record, "{name}");
        let keys: Vec<&str> = settings.iter().map(|setting| setting.key.as_str()).collect();
        assert_eq!(keys, ["pollingOverdueTime", "pollingTime"], "{name}");
    }
}

#[tokio::test]
async fn users_are_found_by_name_alone() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let user = UserRecord {
            name: format!("user of {tenant}"),
            tenant: tenant.clone(),
            password_hash: "hash".to_owned(),
            authorities: vec!["READ_TARGET".to_owned()],
            revision: 0,
        };
        let mut transaction = store.transaction(tenant);
        transaction.create(&user);
        transaction.commit().await.unwrap();
        assert_eq!(*store.user(&user.name).await.unwrap().expect("a user"), user, "{name}");
        assert!(store.user("nobody").await.unwrap().is_none(), "{name}");
    }
}

#[tokio::test]
async fn ids_are_given_once_and_never_twice() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        assert_eq!(store.next_id(tenant, Sequence::Action).await.unwrap(), 1, "{name}");
        let blocks = futures::future::join_all((0..20).map(|_| store.next_ids(tenant, Sequence::Action, 5))).await;
        let ids: Vec<i64> = blocks.into_iter().flat_map(|block| block.unwrap()).collect();
        let distinct: BTreeSet<i64> = ids.iter().copied().collect();
        assert_eq!(distinct, (2..=101).collect(), "{name}");
        assert_eq!(ids.len(), 100, "{name}");
        assert_eq!(store.next_id(tenant, Sequence::Target).await.unwrap(), 1, "{name}: each counts on its own");
        // Devices read action ids as 32-bit numbers.
        for sequence in [Sequence::Action, Sequence::Catalogue] {
            store.next_ids(tenant, sequence, 2_147_483_000).await.unwrap();
        }
        assert!(store.next_ids(tenant, Sequence::Action, 1000).await.is_err(), "{name}");
        store.next_ids(tenant, Sequence::Catalogue, 1000).await.unwrap();
    }
}
