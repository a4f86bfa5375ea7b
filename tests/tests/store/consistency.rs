//! What does not fit together is found.

use harrier_domain::consistency::Severity;
use harrier_domain::software::Artifact;
use harrier_domain::target::{OpenAction, UpdateStatus};
use harrier_store::{Store, TARGET_SHARDS, TargetDetails, target_shard};

use crate::environment::{Environment, environments};
use crate::samples::{NOW, action, audit, module, set, target, target_type};

/// The findings about a tenant, those that are broken.
async fn broken(environment: &Environment) -> Vec<String> {
    let report = environment.store.check(&environment.tenant).await.unwrap();
    report.broken().map(ToString::to_string).collect()
}

fn artifact(sha256: &str) -> Artifact {
    Artifact {
        id: 5,
        filename: "firmware.bin".to_owned(),
        size: 10,
        sha1: String::new(),
        md5: String::new(),
        sha256: sha256.to_owned(),
        sealed: None,
        audit: audit(),
    }
}

#[tokio::test]
async fn a_sound_tenant_has_no_findings() {
    for environment in environments().await {
        let Environment { store, tenant, .. } = &environment;
        let mut one = target("one");
        one.actions = 1;
        one.target_type = Some(9);
        one.update_status = UpdateStatus::Pending;
        one.assigned_set = Some(7);
        let open = action("one", 1);
        one.open_actions.push(OpenAction::of(&open, false));
        let mut holder = module(3, "module");
        holder.artifacts.push(artifact("abc"));
        let mut transaction = store.transaction(tenant);
        transaction.create(&one).create(&open).create(&target_type(9, "key", "name")).create(&holder);
        transaction.count_target(tenant, "one", 1).count_target_of_type(tenant, 9, "one", 1);
        transaction.count_stored_bytes(tenant, 10);
        transaction.commit().await.unwrap();
        store.claim_blob(tenant, "abc", NOW).await.unwrap();
        let report = store.check(tenant).await.unwrap();
        assert_eq!(report.findings, [], "{}", environment.name);
        assert_eq!((report.targets, report.actions, report.artifacts), (1, 1, 1), "{}", environment.name);
    }
}

#[tokio::test]
async fn counters_are_compared_with_a_recount() {
    for environment in environments().await {
        let Environment { store, tenant, .. } = &environment;
        let mut typed = target("typed");
        typed.target_type = Some(9);
        typed.actions = 3;
        let mut transaction = store.transaction(tenant);
        transaction.create(&typed).create(&target_type(9, "key", "name")).count_stored_bytes(tenant, 11);
        transaction.commit().await.unwrap();
        let shard = target_shard("typed");
        let expected = [
            "BROKEN: target typed, actions: kept as 3, counted 0".to_owned(),
            format!("BROKEN: targets of shard {shard}: kept as 0, counted 1"),
            format!("BROKEN: targets of type 9 in shard {shard}: kept as 0, counted 1"),
            "BROKEN: bytes of artifacts: kept as 11, counted 0".to_owned(),
        ];
        assert_eq!(broken(&environment).await, expected, "{}", environment.name);
        assert!(shard < TARGET_SHARDS);
    }
}

#[tokio::test]
async fn records_without_those_they_belong_to_are_found() {
    for environment in environments().await {
        let Environment { store, tenant, .. } = &environment;
        let mut holder = module(3, "module");
        holder.artifacts.push(artifact("abc"));
        let details = TargetDetails { controller_id: "gone".to_owned(), ..TargetDetails::default() };
        let mut transaction = store.transaction(tenant);
        transaction.create(&action("gone", 1)).create(&details).create(&holder).create(&set(7, "set", "1"));
        transaction.count_stored_bytes(tenant, 10);
        transaction.commit().await.unwrap();
        let expected = [
            "BROKEN: details of gone: the target is not there",
            "BROKEN: action 1 of gone: the target does not have it",
            "BROKEN: binary abc: used, but not there",
            "BROKEN: module 3: does not find its set 7",
        ];
        assert_eq!(broken(&environment).await, expected, "{}", environment.name);
    }
}

/// A use is counted before the artifact is there: a crash in between leaves it.
#[tokio::test]
async fn what_a_crash_leaves_behind_is_not_broken() {
    for environment in environments().await {
        let store: &Store = &environment.store;
        store.claim_blob(&environment.tenant, "abc", NOW).await.unwrap();
        let report = store.check(&environment.tenant).await.unwrap();
        assert_eq!(report.broken().count(), 0, "{:?}", report.findings);
        assert_eq!(report.findings[0].severity, Severity::Leftover);
        assert_eq!(report.findings[0].to_string(), "leftover: uses of binary abc: kept as 1, counted 0");
    }
}
