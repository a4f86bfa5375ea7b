//! Entities by number, metadata, and binaries that artifacts share.

use harrier_domain::software::{Metadata, SoftwareModule};
use harrier_domain::{Entity, Error};
use harrier_store::{Consistency, MetadataOwner, OwnedMetadata, REMOVAL_TIME, SetMembership, StoreError};

use crate::environment::{Environment, environments};
use crate::samples::{NOW, module};

#[tokio::test]
async fn entities_are_found_alone_together_and_all_in_order() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let mut transaction = store.transaction(tenant);
        [100, 9, 10].iter().for_each(|id| {
            transaction.create(&module(*id, &format!("module {id}")));
        });
        transaction.commit().await.unwrap();
        let all = store.all::<SoftwareModule>(tenant).await.unwrap();
        assert_eq!(all.iter().map(|one| one.id).collect::<Vec<_>>(), [9, 10, 100], "{name}");
        let some = store.find_many::<SoftwareModule>(tenant, &[100, 5, 9, 100], Consistency::Strong).await.unwrap();
        assert_eq!(some.iter().map(|one| one.id).collect::<Vec<_>>(), [100, 9, 100], "{name}");
        let missing = store.get::<SoftwareModule>(tenant, 5).await;
        let expected = Error::not_found(Entity::SoftwareModule, 5);
        assert!(matches!(missing, Err(StoreError::Refused(error)) if error == expected), "{name}");
    }
}

#[tokio::test]
async fn metadata_and_memberships_belong_to_one_owner() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let mut transaction = store.transaction(tenant);
        for (owner, key) in [(MetadataOwner::Set(1), "b"), (MetadataOwner::Set(1), "a"), (MetadataOwner::Set(11), "c")]
        {
            let entry = Metadata { key: key.to_owned(), value: String::new(), visible: false };
            transaction.create(&OwnedMetadata { owner, entry });
        }
        transaction.create(&SetMembership { module: 3, set: 1 }).create(&SetMembership { module: 31, set: 2 });
        transaction.commit().await.unwrap();
        let found = store.metadata(tenant, MetadataOwner::Set(1), Consistency::Strong).await.unwrap();
        assert_eq!(found.iter().map(|one| one.entry.key.as_str()).collect::<Vec<_>>(), ["a", "b"], "{name}");
        assert!(store.metadata(tenant, MetadataOwner::Module(1), Consistency::Strong).await.unwrap().is_empty());
        let sets = store.sets_of_module(tenant, 3).await.unwrap();
        assert_eq!(sets, [SetMembership { module: 3, set: 1 }], "{name}");
    }
}

#[tokio::test]
async fn a_binary_goes_with_its_last_use() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let claims = (0..10).map(|_| store.claim_blob(tenant, "abc", NOW));
        for claim in futures::future::join_all(claims).await {
            claim.unwrap();
        }
        let releases = futures::future::join_all((0..9).map(|_| store.release_blob(tenant, "abc", NOW))).await;
        assert!(releases.into_iter().all(|last| !last.unwrap()), "{name}");
        store.forget_blob(tenant, "abc").await.unwrap();
        store.claim_blob(tenant, "abc", NOW).await.unwrap();
        assert!(!store.release_blob(tenant, "abc", NOW).await.unwrap(), "{name}");
        assert!(store.release_blob(tenant, "abc", NOW).await.unwrap(), "{name}");
        // Removal is under way: whoever claims now would lose the bytes.
        let refused = store.claim_blob(tenant, "abc", NOW).await;
        assert!(matches!(refused, Err(StoreError::Refused(Error::ConcurrentModification))), "{name}");
        // A removal that was cut short does not hold claims off for ever.
        store.claim_blob(tenant, "abc", NOW + REMOVAL_TIME).await.unwrap();
        assert!(store.release_blob(tenant, "abc", NOW).await.unwrap(), "{name}");
        store.forget_blob(tenant, "abc").await.unwrap();
        store.claim_blob(tenant, "abc", NOW).await.unwrap();
    }
}

#[tokio::test]
async fn stored_bytes_are_counted() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        assert_eq!(store.stored_bytes(tenant).await.unwrap(), 0, "{name}");
        for bytes in [1000, 234, -1000] {
            let mut transaction = store.transaction(tenant);
            transaction.count_stored_bytes(tenant, bytes);
            transaction.commit().await.unwrap();
        }
        assert_eq!(store.stored_bytes(tenant).await.unwrap(), 234, "{name}");
    }
}

/// DynamoDB refuses to be asked about keys that it could not hold.
#[tokio::test]
async fn what_has_an_impossible_key_is_not_there() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let impossible = [String::new(), "x".repeat(1025), "ä".repeat(3000)];
        for id in &impossible {
            assert!(store.target(tenant, id, Consistency::Strong).await.unwrap().is_none(), "{name}");
            assert!(store.actions_of(tenant, id).await.unwrap().is_empty(), "{name}");
        }
        assert!(store.targets(tenant, &impossible).await.unwrap().is_empty(), "{name}");
    }
}
