//! Snapshots of tenants.

use harrier_domain::Tenant;
use harrier_domain::configuration::Presets;
use harrier_identity::TenantDirectory;
use harrier_store::measure;
use std::sync::Arc;

use crate::stack::{NOW, store, tenant, with_tenant};

#[tokio::test]
async fn a_tenant_is_found_as_soon_as_it_exists_and_remembered_then() {
    let store = store().await;
    let tenants = TenantDirectory::new(store.clone(), Presets::default());
    assert!(tenants.snapshot(&tenant(), NOW).await.unwrap().is_none());
    with_tenant(&store).await;
    assert!(tenants.snapshot(&tenant(), NOW).await.unwrap().is_some());
    let (found, units) = measure(tenants.snapshot(&tenant(), NOW + 1)).await;
    assert!(found.unwrap().is_some() && units.read == 0.0);
    assert!(tenants.snapshot(&Tenant::parse("other").unwrap(), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn a_read_that_was_under_way_does_not_bring_back_what_was_forgotten() {
    let store = store().await;
    with_tenant(&store).await;
    let tenants = TenantDirectory::new(store, Presets::default());
    let tenant = tenant();
    // The database may be faster than this thread; some read will be caught on its way.
    for _ in 0..10_000 {
        let mut under_way = Box::pin(tenants.snapshot(&tenant, NOW));
        let caught = futures::poll!(&mut under_way).is_pending();
        tenants.forget(&tenant);
        if caught {
            let old = under_way.await.unwrap().unwrap();
            let new = tenants.snapshot(&tenant, NOW).await.unwrap().unwrap();
            assert!(!Arc::ptr_eq(&old, &new));
            return;
        }
    }
    panic!("no read was caught on its way");
}
