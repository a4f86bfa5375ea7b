//! Searching the fleet, against a naive search in memory.

use futures::TryStreamExt;
use harrier_domain::target::Target;
use harrier_query::{Placeholders, Query, Sort, fields};
use harrier_store::search::{TargetScope, TargetSearch};
use harrier_store::{TARGET_SHARDS, target_shard};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::environment::{Environment, environments};
use crate::samples;
use crate::search_model::{Device, Question, SETS, SORTS, TAGS, TYPES, fleet, questions, scopes};

pub fn query(text: &str) -> Query {
    match text {
        "" => Query::everything(&fields::TARGET),
        text => Query::bind(text, &fields::TARGET, &Placeholders::default()).expect(text),
    }
}

pub fn search(q: &str, sort: Option<&str>, offset: usize, limit: usize) -> TargetSearch {
    let sort = Sort::parse(sort, &fields::TARGET).expect("a sort order");
    TargetSearch { query: query(q), sort, offset, limit, scopes: Vec::new() }
}

/// Puts a fleet and the names it refers to into the store.
pub async fn deploy(environment: &Environment, devices: &[Device]) {
    let Environment { store, tenant, .. } = environment;
    let mut transaction = store.transaction(tenant);
    for (id, name, version) in SETS {
        let mut set = samples::set(id, name, version);
        set.deleted = id == 13;
        transaction.create(&set);
    }
    TAGS.iter().for_each(|(id, name)| {
        transaction.create(&samples::tag(*id, name));
    });
    TYPES.iter().for_each(|(id, key, name)| {
        transaction.create(&samples::target_type(*id, key, name));
    });
    transaction.commit().await.unwrap();
    for chunk in devices.chunks(30) {
        let mut transaction = store.transaction(tenant);
        for device in chunk {
            transaction.create(&device.target);
            if let Some(details) = &device.details {
                transaction.create(details);
            }
        }
        let ids = chunk.iter().map(|device| target_shard(&device.target.controller_id));
        let mut counts = std::collections::BTreeMap::<u32, i64>::new();
        ids.for_each(|shard| *counts.entry(shard).or_default() += 1);
        for (shard, amount) in counts {
            transaction.count_targets_of_shard(tenant, shard, amount);
        }
        transaction.commit().await.unwrap();
    }
}

/// What proptest chooses for one search.
#[derive(Debug)]
struct Case {
    question: Option<Question>,
    scope: u32,
    sort: usize,
    offset: usize,
    limit: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let question = proptest::option::weighted(0.8, questions());
    (question, 0..64_u32, 0..SORTS.len(), 0..120_usize, 1..80_usize)
        .prop_map(|(question, scope, sort, offset, limit)| Case { question, scope, sort, offset, limit })
}

/// The seeds of a fleet that is the same in every run.
pub fn seeds(count: u32) -> Vec<u32> {
    (0..count).map(|number| number.wrapping_add(1).wrapping_mul(2_654_435_761).rotate_left(number % 32)).collect()
}

#[test]
fn finds_what_a_naive_search_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let devices = fleet(&seeds(300));
    for environment in runtime.block_on(environments()) {
        runtime.block_on(deploy(&environment, &devices));
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let check = |case: Case| {
            runtime.block_on(agrees(&environment, &devices, &case))?;
            Ok(())
        };
        runner.run(&cases(), check).unwrap_or_else(|error| panic!("{}: {error}", environment.name));
    }
}

async fn agrees(environment: &Environment, devices: &[Device], case: &Case) -> Result<(), TestCaseError> {
    let ids: Vec<String> = devices.iter().map(|device| device.target.controller_id.clone()).collect();
    let (scopes, in_scope) = scopes(&ids, case.scope);
    let (sort, compare) = SORTS[case.sort];
    let matches = |device: &&Device| in_scope(device) && case.question.as_ref().is_none_or(|q| (q.answer)(device));
    let mut expected: Vec<&Target> = devices.iter().filter(matches).map(|device| &device.target).collect();
    expected.sort_by(|a, b| compare(a, b));
    let total = expected.len() as u64;
    let page: Vec<&Target> = expected.iter().copied().skip(case.offset).take(case.limit).collect();

    let text = case.question.as_ref().map_or("", |question| question.text.as_str());
    let wanted = TargetSearch { scopes, ..search(text, sort, case.offset, case.limit) };
    let selection = environment.store.select_targets(&environment.tenant, wanted.query.clone(), wanted.scopes.clone());
    let selection = selection.await.unwrap();
    let found = environment.store.search_targets(&environment.tenant, wanted).await.unwrap();
    prop_assert_eq!(found.total, total);
    prop_assert_eq!(found.items.iter().collect::<Vec<_>>(), page);

    let pages = environment.store.matching_targets(&environment.tenant, selection).await.unwrap();
    let mut all: Vec<String> = pages.try_concat().await.unwrap().iter().map(|t| t.controller_id.clone()).collect();
    all.sort_unstable();
    let mut expected_ids: Vec<String> = expected.iter().map(|target| target.controller_id.clone()).collect();
    expected_ids.sort_unstable();
    prop_assert_eq!(all, expected_ids);
    Ok(())
}

#[tokio::test]
async fn pages_deeper_than_records_are_held_are_the_same() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let devices: Vec<Device> = (0..2300)
            .map(|number| {
                let mut target = samples::target(&format!("device-{number:04}"));
                target.name = format!("name {}", (number * 7) % 11);
                Device { target, details: None }
            })
            .collect();
        deploy(&environment, &devices).await;
        let mut expected: Vec<&Target> = devices.iter().map(|device| &device.target).collect();
        for (sort, offset) in [(None, 2180), (Some("name:asc"), 2180), (Some("name:asc"), 0)] {
            if sort.is_some() {
                expected.sort_by_key(|target| (&target.name, &target.controller_id));
            }
            let found = store.search_targets(tenant, search("", sort, offset, 150)).await.unwrap();
            assert_eq!(found.total, 2300, "{name}");
            let page: Vec<&Target> = expected.iter().copied().skip(offset).take(150).collect();
            assert_eq!(found.items.iter().collect::<Vec<_>>(), page, "{name} {sort:?} {offset}");
        }
        let beyond = store.search_targets(tenant, search("", None, 2300, 50)).await.unwrap();
        assert_eq!((beyond.items.len(), beyond.total), (0, 2300), "{name}");
    }
}

#[tokio::test]
async fn shards_of_unequal_length_are_merged_in_order() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let ids = (0..4000).map(|number| format!("device-{number:04}"));
        let skewed = ids.filter(|id| target_shard(id) == 5 || id.ends_with("77"));
        let devices: Vec<Device> = skewed.map(|id| Device { target: samples::target(&id), details: None }).collect();
        deploy(&environment, &devices).await;
        let mut expected: Vec<&Target> = devices.iter().map(|device| &device.target).collect();
        for sort in ["id:asc", "id:desc"] {
            for (offset, limit) in [(0, 10), (30, 25), (90, 500)] {
                let found = store.search_targets(tenant, search("", Some(sort), offset, limit)).await.unwrap();
                let page: Vec<&Target> = expected.iter().copied().skip(offset).take(limit).collect();
                assert_eq!(found.items.iter().collect::<Vec<_>>(), page, "{name} {sort} {offset}");
            }
            expected.reverse();
        }
    }
}

#[tokio::test]
async fn a_walk_through_a_shard_can_be_continued_anywhere() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let devices = fleet(&seeds(200));
        deploy(&environment, &devices).await;
        let selection = store.select_targets(tenant, query("attribute.hw.rev=not=null"), Vec::new()).await.unwrap();
        let mut found = Vec::new();
        for shard in 0..TARGET_SHARDS {
            let mut after: Option<String> = None;
            loop {
                let step =
                    store.matching_targets_of_shard(tenant, &selection, shard, after.as_deref(), 2).await.unwrap();
                found.extend(step.targets.iter().map(|target| target.controller_id.clone()));
                match step.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        found.sort_unstable();
        let has_attribute = |device: &&Device| device.details.as_ref().is_some_and(|d| !d.attributes.is_empty());
        let expected: Vec<String> =
            devices.iter().filter(has_attribute).map(|device| device.target.controller_id.clone()).collect();
        assert_eq!(found, expected, "{name}");
        assert!(!found.is_empty());
    }
}

#[tokio::test]
async fn bulk_work_gets_every_match_and_stops_at_a_failure() {
    for environment in environments().await {
        let Environment { store, tenant, name, .. } = &environment;
        let devices = fleet(&seeds(100));
        deploy(&environment, &devices).await;
        let scopes = vec![TargetScope::AssignedSet(11)];
        let selection = store.select_targets(tenant, query(""), scopes.clone()).await.unwrap();
        let regroup = |page: Vec<harrier_store::Loaded<Target>>| async move {
            for mut target in page {
                target.group = Some("Moved".to_owned());
                let mut transaction = store.transaction(tenant);
                transaction.save(&target);
                transaction.commit().await?;
            }
            Ok(())
        };
        store.each_matching_target(tenant, selection.clone(), regroup).await.unwrap();
        let moved = store.search_targets(tenant, search("group==moved", None, 0, 500)).await.unwrap();
        let assigned = devices.iter().filter(|device| device.target.assigned_set == Some(11)).count();
        assert_eq!(moved.total, assigned as u64, "{name}");
        assert!(assigned > 0);
        let refuse = |_| async { Err(harrier_store::StoreError::Conflict) };
        assert!(store.each_matching_target(tenant, selection, refuse).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    for environment in environments().await {
        let mut other = environment.clone();
        other.tenant = harrier_domain::Tenant::parse(&format!("{}X", environment.tenant)).unwrap();
        deploy(&environment, &fleet(&seeds(20))).await;
        for q in ["", "name==*", "controllerid==1*"] {
            let found = other.store.search_targets(&other.tenant, search(q, None, 0, 50)).await.unwrap();
            assert_eq!((found.total, found.items.len()), (0, 0), "{q}");
        }
    }
}
