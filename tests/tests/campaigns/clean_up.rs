//! Removing old actions by configuration (`domain-behaviour.md` §17.4).

use serde_json::{Value, json};

use crate::fleet::{Fleet, NOW};

const DAY: i64 = 24 * 60 * 60 * 1000;

async fn configure(fleet: &Fleet, values: Value) {
    let _ = fleet.admin().put("/rest/v1/system/configs", values).await.expect(204);
}

async fn left(fleet: &Fleet, targets: &[String]) -> usize {
    let mut left = 0;
    for target in targets {
        left += fleet.actions(target).await.len();
    }
    left
}

async fn with_canceled_actions() -> (Fleet, Vec<String>) {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let targets = fleet.targets("t", 20).await;
    fleet.assign(set, &targets).await;
    fleet.invalidate(set, "force").await;
    fleet.settle().await;
    (fleet, targets)
}

#[tokio::test]
async fn no_108_only_listed_statuses_go_and_only_when_they_are_old() {
    let (fleet, targets) = with_canceled_actions().await;
    let running = fleet.targets("r", 3).await;
    let set = fleet.set("b").await;
    fleet.assign(set, &running).await;
    fleet.settle().await;
    assert_eq!(left(&fleet, &targets).await, 20, "off by default");
    configure(&fleet, json!({ "action.cleanup.auto.expiry": 2 * DAY })).await;
    fleet.settle().await;
    assert_eq!(left(&fleet, &targets).await, 20, "too young");
    for (_, expected) in [(1, 20), (2, 20), (3, 0)] {
        fleet.clock.advance(DAY);
        fleet.settle().await;
        assert_eq!(left(&fleet, &targets).await, expected, "they must be older than two days");
    }
    assert_eq!(left(&fleet, &running).await, 3, "running actions stay");
    let target = fleet.admin().get("/rest/v1/targets/t-000/actions").await.expect(200).json();
    assert_eq!(target["total"], 0);
}

#[tokio::test]
async fn no_108_expiry_0_removes_what_was_modified_before_this_millisecond() {
    let (fleet, targets) = with_canceled_actions().await;
    configure(&fleet, json!({ "action.cleanup.auto.expiry": 0, "action.cleanup.auto.status": "CANCELED" })).await;
    fleet.settle().await;
    assert_eq!(left(&fleet, &targets).await, 20, "modified in this very millisecond");
    fleet.clock.advance(1);
    configure(&fleet, json!({ "action.cleanup.auto.status": "CANCELED,FINISHED" })).await;
    fleet.settle().await;
    assert_eq!(left(&fleet, &targets).await, 0);
}

#[tokio::test]
async fn no_108_minus_1_disables() {
    let (fleet, targets) = with_canceled_actions().await;
    configure(&fleet, json!({ "action.cleanup.auto.expiry": 0 })).await;
    configure(&fleet, json!({ "action.cleanup.auto.expiry": -1 })).await;
    fleet.clock.advance(2 * DAY);
    fleet.settle().await;
    assert_eq!(left(&fleet, &targets).await, 20);
    assert!(fleet.app().store.due_campaigns(i64::MAX).await.unwrap().is_empty());
    configure(&fleet, json!({ "action.cleanup.auto.expiry": 0 })).await;
    let _ = fleet.admin().delete("/rest/v1/system/configs/action.cleanup.auto.expiry").await.expect(204);
    assert!(fleet.app().store.due_campaigns(i64::MAX).await.unwrap().is_empty());
}

/// A clock that stood still for days starts one run, not one for each day; a step that comes twice starts none.
#[tokio::test]
async fn a_run_starts_once() {
    let (fleet, _) = with_canceled_actions().await;
    configure(&fleet, json!({ "action.cleanup.auto.expiry": 10 * DAY })).await;
    let planned = fleet.app().store.due_campaigns(i64::MAX).await.unwrap();
    fleet.settle().await;
    let step = harrier_campaigns::Step::from_message(&planned[0].message).unwrap();
    harrier_campaigns::worker::perform(&fleet.app().engine(), &step).await.unwrap();
    fleet.settle().await;
    let runs = |jobs: Vec<harrier_store::Job>| jobs.iter().filter(|job| job.id >= NOW).count();
    assert_eq!(runs(fleet.jobs().await), 1);
    fleet.clock.advance(5 * DAY);
    fleet.settle().await;
    assert_eq!(runs(fleet.jobs().await), 2);
}
