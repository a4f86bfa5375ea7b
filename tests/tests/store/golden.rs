//! Items of every past schema version still decode, and items of the present one are still written as they were.
//!
//! `cargo test -p harrier-tests --test store golden -- --ignored` writes the files of records that have none yet.

use aws_sdk_dynamodb::types::AttributeValue;
use harrier_domain::Tenant;
use harrier_domain::action::{Action, ActionStatus, ActionType, EntryDraft, StatusEntry};
use harrier_domain::auto_assignment::{AutoAssignment, AutoAssignmentStatus, FleetPass};
use harrier_domain::classification::{DistributionSetTag, Tag, TargetFilter, TargetTag, TargetType};
use harrier_domain::error::Checksum;
use harrier_domain::rollout::{Conditions, GroupStatus, Rollout, RolloutGroup, RolloutStatus};
use harrier_domain::software::{
    Artifact, Binary, DistributionSet, DistributionSetType, Metadata, SoftwareModule, SoftwareModuleType,
};
use harrier_domain::target::{AutoConfirm, OpenAction, ScheduledAction, Target};
use harrier_domain::upload::{AnnouncedDigests, PartPlan, Refusal, Upload, UploadState};
use harrier_store::{
    Blob, Candidate, Consistency, GroupMember, HistoryOrder, Item, MetadataOwner, NameGuard, OwnedMetadata, Record,
    RolloutJob, RolloutProgress, RolloutTask, SetMembership, StoredSetting, TargetDetails, TenantRecord, UserRecord,
    schema::Table,
};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

use crate::environment::{Environment, environments};
use crate::samples::{NOW, action, audit, module, set, tag, target, target_type};

fn tenant() -> Tenant {
    Tenant::parse("GOLDEN").unwrap()
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/store/golden/v1")
}

// ---- the records, every optional field filled

fn full_action() -> Action {
    let mut action = action("device#1", 42);
    action.forced_time = Some(NOW + 1);
    action.window = Some(serde_json::from_value(window()).unwrap());
    action.rollout = Some(5);
    action.rollout_group = Some(6);
    action.external_ref = Some("ticket-1".to_owned());
    action.last_status_code = Some(-7);
    action.last_entry_status = Some(ActionStatus::Download);
    action.entries = 1;
    action.last_entry = (NOW << 12) + 1;
    action
}

fn window() -> Value {
    json!({ "schedule": "0 0 3 ? * 6", "duration": "02:00:00", "timezone": "+02:00" })
}

fn full_entry() -> StatusEntry {
    let draft = EntryDraft {
        status: ActionStatus::Download,
        occurred_at: Some(NOW - 1),
        code: Some(3),
        messages: vec!["started".to_owned()],
    };
    action("device#1", 42).record(draft, NOW)
}

fn full_target() -> Target {
    let mut target = target("device#1");
    target.number = 9;
    target.description = Some("described".to_owned());
    target.address = Some("http://10.0.0.1".to_owned());
    target.last_seen = Some(NOW);
    target.assigned_set = Some(11);
    target.installed_set = Some(12);
    target.installed_at = Some(NOW);
    target.installed_action = Some(41);
    target.group = Some("Europe".to_owned());
    target.target_type = Some(31);
    target.tags = [21, 22].into();
    target.auto_confirm = Some(AutoConfirm {
        initiator: Some("bob".to_owned()),
        remark: Some("trusted".to_owned()),
        activated_at: NOW,
        activated_by: "alice".to_owned(),
    });
    target.actions = 2;
    target.open_actions = vec![OpenAction::of(&Action { rollout_group: None, ..full_action() }, true)];
    target
}

fn target_in_rollouts() -> Target {
    let mut target = target("device#2");
    target.open_actions = vec![OpenAction::of(&full_action(), false)];
    target.scheduled = vec![ScheduledAction {
        id: 43,
        distribution_set: 11,
        rollout: 7,
        rollout_group: 8,
        required_migration_step: true,
    }];
    target.rollouts = serde_json::from_value(json!({ "ids": [5, 7], "low": 3 })).unwrap();
    target
}

fn rollout() -> Rollout {
    Rollout {
        id: 7,
        name: "all".to_owned(),
        description: Some("described".to_owned()),
        filter: "name==*".to_owned(),
        distribution_set: 11,
        status: RolloutStatus::WaitingForApproval,
        action_type: ActionType::TimeForced,
        forced_time: Some(NOW + 1),
        weight: 1000,
        start_at: Some(NOW),
        dynamic: true,
        name_suffix: "-dyn".to_owned(),
        total_targets: 9,
        groups: 2,
        deleted: false,
        approval_decided_by: Some("bob".to_owned()),
        approval_remark: Some("fine".to_owned()),
        retry_of: Some(6),
        authorities: vec!["READ_TARGET".to_owned()],
        involve_after: NOW,
        audit: audit(),
        revision: 0,
    }
}

fn rollout_group() -> RolloutGroup {
    RolloutGroup {
        id: 8,
        rollout: 7,
        parent: Some(6),
        name: "group-2".to_owned(),
        description: Some("group-2".to_owned()),
        status: GroupStatus::Scheduled,
        conditions: Conditions::default(),
        total_targets: 4,
        filter: "name==a".to_owned(),
        percentage: 100.0 / 3.0,
        confirmation_required: true,
        dynamic: false,
        audit: audit(),
        revision: 0,
    }
}

fn rollout_job() -> RolloutJob {
    let mut job = RolloutJob::new(7, RolloutTask::Schedule(8));
    job.progress = RolloutProgress {
        shard: 3,
        controller_id: Some("device#1".to_owned()),
        number: 9,
        group: 1,
        eligible: Some(5),
        count: 2,
        taken: vec![4],
        sizes: vec![3],
    };
    job
}

fn candidate() -> Candidate {
    Candidate {
        rollout: 7,
        number: 9,
        controller_id: "device#1".to_owned(),
        filters: vec![0, 2],
        dynamic: true,
        expires: NOW / 1000,
    }
}

fn full_module() -> SoftwareModule {
    let mut module = module(3, "os");
    module.description = Some("described".to_owned());
    module.vendor = Some("vendor".to_owned());
    module.artifacts = vec![Artifact {
        id: 4,
        filename: "image.bin".to_owned(),
        size: 5_000_000_000,
        sha1: "1".to_owned(),
        md5: "5".to_owned(),
        sha256: "256".to_owned(),
        sealed: None,
        audit: audit(),
    }];
    module
}

fn upload() -> Upload {
    Upload {
        id: 61,
        module: 3,
        filename: "image.bin".to_owned(),
        plan: PartPlan { size: 5_000_000_000, part_size: 8_388_608 },
        announced: AnnouncedDigests {
            sha1: Some("1".to_owned()),
            md5: Some("5".to_owned()),
            sha256: Some("256".to_owned()),
        },
        session: "session".to_owned(),
        state: UploadState::Refused(Refusal::Checksum(Checksum::Md5)),
        claim: Some(Binary::Sealed("61-a".to_owned())),
        forgotten_after: NOW / 1000 + 1,
        audit: audit(),
        revision: 0,
    }
}

fn full_set() -> DistributionSet {
    let mut set = set(11, "os", "1.0");
    set.description = Some("described".to_owned());
    set.tags = [21].into();
    set
}

fn full_target_type() -> TargetType {
    let mut one = target_type(31, "gw", "Gateway");
    one.description = Some("described".to_owned());
    one.colour = Some("#fff".to_owned());
    one.compatible_set_types = [1].into();
    one
}

fn full_tag() -> Tag {
    let mut tag = tag(21, "beta").0;
    tag.description = Some("described".to_owned());
    tag.colour = Some("#fff".to_owned());
    tag
}

fn full_details() -> TargetDetails {
    let entries = [("key".to_owned(), "value".to_owned())];
    TargetDetails {
        controller_id: "device#1".to_owned(),
        attributes: entries.clone().into(),
        metadata: entries.into(),
        revision: 0,
    }
}

fn module_type() -> SoftwareModuleType {
    SoftwareModuleType {
        id: 1,
        key: "os".to_owned(),
        name: "OS".to_owned(),
        description: Some("described".to_owned()),
        colour: Some("#fff".to_owned()),
        min_artifacts: 1,
        max_assignments: 2,
        deleted: false,
        audit: audit(),
        revision: 0,
    }
}

fn set_type() -> DistributionSetType {
    DistributionSetType {
        id: 1,
        key: "os".to_owned(),
        name: "OS".to_owned(),
        description: Some("described".to_owned()),
        colour: Some("#fff".to_owned()),
        mandatory: [1].into(),
        optional: [2].into(),
        deleted: false,
        audit: audit(),
        revision: 0,
    }
}

fn filter() -> TargetFilter {
    TargetFilter { id: 51, name: "all".to_owned(), query: "name==*".to_owned(), audit: audit(), revision: 0 }
}

fn auto_assignment() -> AutoAssignment {
    AutoAssignment {
        id: 61,
        name: "all".to_owned(),
        description: Some("described".to_owned()),
        query: "name==*".to_owned(),
        distribution_set: 11,
        set_type: 1,
        action_type: ActionType::Soft,
        weight: 500,
        confirmation_required: true,
        start_at: Some(NOW),
        status: AutoAssignmentStatus::Running,
        approval_decided_by: Some("bob".to_owned()),
        approval_remark: Some("fine".to_owned()),
        creator_authorities: vec!["ROLE_TENANT_ADMIN".to_owned()],
        pass: Some(FleetPass { number: 2, shard: 7, after: Some("device#1".to_owned()) }),
        passes: 2,
        pass_again: true,
        audit: audit(),
        revision: 0,
    }
}

fn owned_metadata() -> OwnedMetadata {
    let entry = Metadata { key: "key".to_owned(), value: "value".to_owned(), visible: true };
    OwnedMetadata { owner: MetadataOwner::Module(3), entry }
}

fn setting() -> StoredSetting {
    let entry = json!({
        "value": "00:05:00", "createdBy": "alice", "createdAt": NOW, "lastModifiedBy": "bob", "lastModifiedAt": NOW + 1
    });
    StoredSetting { key: "pollingTime".to_owned(), entry: serde_json::from_value(entry).unwrap(), revision: 0 }
}

fn user() -> UserRecord {
    UserRecord {
        name: "golden user".to_owned(),
        tenant: tenant(),
        password_hash: "$argon2id$".to_owned(),
        authorities: vec!["READ_TARGET".to_owned()],
        revision: 0,
    }
}

fn tenant_record() -> TenantRecord {
    TenantRecord { name: "GOLDEN".to_owned(), default_set_type: 1, created_at: NOW, revision: 0 }
}

/// Does something with every kind of record there is.
macro_rules! every_record {
    ($act:ident) => {
        $act!("target", full_target());
        $act!("details", full_details());
        $act!("action", full_action());
        $act!("entry", full_entry());
        $act!("module-type", module_type());
        $act!("set-type", set_type());
        $act!("module", full_module());
        $act!("set", full_set());
        $act!("target-type", full_target_type());
        $act!("target-tag", TargetTag(full_tag()));
        $act!("set-tag", DistributionSetTag(full_tag()));
        $act!("target-filter", filter());
        $act!("auto-assignment", auto_assignment());
        $act!("metadata", owned_metadata());
        $act!("set-membership", SetMembership { module: 3, set: 11 });
        $act!("name-guard", NameGuard::new("module", &["os", "1.0"], 3));
        $act!("blob", Blob { sha256: "256".to_owned(), uses: 2, going_since: None, revision: 1 });
        $act!("target-in-rollouts", target_in_rollouts());
        $act!("rollout", rollout());
        $act!("rollout-group", rollout_group());
        $act!("rollout-job", rollout_job());
        $act!("rollout-candidate", candidate());
        $act!("rollout-member", GroupMember { group: 8, number: 9, controller_id: "device#1".to_owned() });
        $act!("tenant", tenant_record());
        $act!("setting", setting());
        $act!("upload", upload());
        $act!("user", user());
    };
}

// ---- items as files

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(boolean) => json!({ "BOOL": boolean }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(to_json).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": item_to_json(map) }),
        other => panic!("no record holds {other:?}"),
    }
}

fn item_to_json(item: &Item) -> Value {
    let sorted: std::collections::BTreeMap<_, _> = item.iter().collect();
    Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), to_json(value))).collect::<Map<_, _>>())
}

fn from_json(value: &Value) -> AttributeValue {
    let (kind, inner) = value.as_object().and_then(|object| object.iter().next()).expect("a typed value");
    let text = || inner.as_str().expect("a text").to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(inner.as_bool().expect("a boolean")),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(inner.as_array().expect("a list").iter().map(from_json).collect()),
        "M" => AttributeValue::M(item_from_json(inner)),
        other => panic!("no record holds {other}"),
    }
}

fn item_from_json(value: &Value) -> Item {
    value.as_object().expect("an item").iter().map(|(name, value)| (name.clone(), from_json(value))).collect()
}

fn golden_item(name: &str) -> Item {
    let path = directory().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    item_from_json(&serde_json::from_str(&text).unwrap())
}

impl Environment {
    async fn stored(&self, record: &impl Record) -> Item {
        let key = record.key(&tenant());
        let request = self.client.get_item().table_name(self.table(key.table)).consistent_read(true);
        let request = request.key("pk", AttributeValue::S(key.partition)).key("sk", AttributeValue::S(key.sort));
        request.send().await.unwrap().item.expect("an item")
    }

    fn table(&self, table: Table) -> String {
        format!("{}{}", self.prefix, table.name())
    }

    async fn write(&self, record: &impl Record) {
        let tenant = tenant();
        let mut transaction = self.store.transaction(&tenant);
        transaction.put(record);
        transaction.commit().await.unwrap();
    }
}

#[tokio::test]
async fn items_are_written_as_they_always_were() {
    for environment in environments().await {
        macro_rules! compare {
            ($name:literal, $record:expr) => {
                let record = $record;
                environment.write(&record).await;
                let stored = item_to_json(&environment.stored(&record).await);
                assert_eq!(stored, item_to_json(&golden_item($name)), "{} {}", environment.name, $name);
            };
        }
        every_record!(compare);
    }
}

#[tokio::test]
async fn items_of_the_first_version_decode() {
    for environment in environments().await {
        macro_rules! put {
            ($name:literal, $record:expr) => {
                let table = environment.table($record.key(&tenant()).table);
                let put = environment.client.put_item().table_name(table).set_item(Some(golden_item($name)));
                put.send().await.unwrap();
            };
        }
        every_record!(put);
        decodes(&environment).await;
    }
}

async fn decodes(environment: &Environment) {
    let (store, tenant) = (&environment.store, &tenant());
    let strong = Consistency::Strong;
    assert_eq!(*store.target(tenant, "device#1", strong).await.unwrap().unwrap(), full_target());
    assert_eq!(*store.target(tenant, "device#2", strong).await.unwrap().unwrap(), target_in_rollouts());
    assert_eq!(*store.rollout(tenant, 7).await.unwrap(), rollout());
    assert_eq!(*store.find_rollout_group(tenant, 7, 8).await.unwrap().unwrap(), rollout_group());
    assert_eq!(*store.rollout_job(tenant, 7, RolloutTask::Schedule(8)).await.unwrap().unwrap(), rollout_job());
    assert_eq!(store.rollout_candidates(tenant, 7, true, 0, 9).await.unwrap(), (vec![candidate()], false));
    assert_eq!(store.members(tenant, 8, 0, 9).await.unwrap().len(), 1);
    assert_eq!(*store.details(tenant, "device#1").await.unwrap().unwrap(), full_details());
    let action = store.action(tenant, "device#1", 42, strong).await.unwrap().unwrap();
    assert_eq!(*action, full_action());
    let history = store.history(tenant, &action, HistoryOrder::OldestFirst, 0, 10).await.unwrap();
    assert_eq!(history, [full_entry()]);
    assert_eq!(*store.get::<SoftwareModuleType>(tenant, 1).await.unwrap(), module_type());
    assert_eq!(*store.get::<DistributionSetType>(tenant, 1).await.unwrap(), set_type());
    assert_eq!(*store.get::<SoftwareModule>(tenant, 3).await.unwrap(), full_module());
    assert_eq!(*store.get::<DistributionSet>(tenant, 11).await.unwrap(), full_set());
    assert_eq!(*store.get::<TargetType>(tenant, 31).await.unwrap(), full_target_type());
    assert_eq!(store.get::<TargetTag>(tenant, 21).await.unwrap().0, full_tag());
    assert_eq!(store.get::<DistributionSetTag>(tenant, 21).await.unwrap().0, full_tag());
    assert_eq!(*store.get::<TargetFilter>(tenant, 51).await.unwrap(), filter());
    assert_eq!(*store.auto_assignment(tenant, 61).await.unwrap(), auto_assignment());
    let metadata = store.metadata(tenant, MetadataOwner::Module(3), strong).await.unwrap();
    assert_eq!(metadata.iter().map(|one| (**one).clone()).collect::<Vec<_>>(), [owned_metadata()]);
    assert_eq!(store.sets_of_module(tenant, 3).await.unwrap(), [SetMembership { module: 3, set: 11 }]);
    assert_eq!(store.owner_of_name(tenant, "module", &["os", "1.0"]).await.unwrap(), Some(3));
    let (record, settings) = store.tenant(tenant, strong).await.unwrap().unwrap();
    assert_eq!(*record, tenant_record());
    assert_eq!(settings.iter().map(|one| (**one).clone()).collect::<Vec<_>>(), [setting()]);
    assert_eq!(*store.user("golden user").await.unwrap().unwrap(), user());
    assert_eq!(*store.upload(tenant, 3, 61).await.unwrap().unwrap(), upload());
    assert!(!store.release_blob(tenant, "256", NOW).await.unwrap());
    assert!(store.release_blob(tenant, "256", NOW).await.unwrap());
}

#[tokio::test]
#[ignore = "writes the golden items that are missing"]
async fn write_golden_items() {
    let environment = crate::environment::embedded().await;
    std::fs::create_dir_all(directory()).unwrap();
    macro_rules! write {
        ($name:literal, $record:expr) => {
            let path = directory().join(concat!($name, ".json"));
            if !path.exists() {
                let record = $record;
                environment.write(&record).await;
                let item = item_to_json(&environment.stored(&record).await);
                std::fs::write(path, serde_json::to_string_pretty(&item).unwrap() + "\n").unwrap();
            }
        };
    }
    every_record!(write);
}
