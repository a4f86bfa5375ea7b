//! Mass cancelation by invalidating a set (`domain-behaviour.md` §9, surprises 70–75).

use harrier_campaigns::worker::perform;
use harrier_campaigns::{Step, StepQueue, Work, invalidation};
use harrier_domain::audit::Actor;
use harrier_domain::invalidation::CancelationType;
use harrier_store::JobKind;
use serde_json::json;

use crate::fleet::{Fleet, NOW};

#[tokio::test]
async fn no_70_to_72_every_open_action_is_taken_back_in_steps() {
    for (kind, status, entries) in [("none", "RUNNING", 1), ("soft", "CANCELING", 2), ("force", "CANCELED", 3)] {
        let fleet = Fleet::start().await;
        let set = fleet.set("a").await;
        let other = fleet.set("other").await;
        let targets = fleet.targets("t", 60).await;
        let others = fleet.targets("o", 5).await;
        fleet.assign(set, &targets).await;
        fleet.assign(other, &others).await;
        fleet.invalidate(set, kind).await;
        let read = fleet.admin().get(&format!("/rest/v1/distributionsets/{set}")).await.expect(200).json();
        assert_eq!(read["valid"], false, "at once");
        fleet.settle().await;
        assert_eq!(fleet.statuses(set).await, json!({ status: 60, "total": 60 }), "{kind}");
        assert_eq!(fleet.statuses(other).await, json!({ "RUNNING": 5, "total": 5 }), "{kind}");
        for target in ["t-000", "t-059"] {
            assert_eq!(fleet.actions(target).await[0].entries, entries, "{kind}: nothing is done twice");
            let read = fleet.admin().get(&format!("/rest/v1/targets/{target}")).await.json();
            let expected = if kind == "force" { "in_sync" } else { "pending" };
            assert_eq!(read["updateStatus"], expected, "{kind}");
        }
        let job = &fleet.jobs().await[0];
        assert_eq!((job.finished_at, job.started_by.as_str()), (Some(NOW), "admin"));
        let (looked_at, changed) = if kind == "none" { (0, 0) } else { (130, 60) };
        assert_eq!((job.looked_at, job.changed), (looked_at, changed), "{kind}: two passes, one change each");
    }
}

#[tokio::test]
async fn no_73_an_invalid_set_can_be_invalidated_further() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let targets = fleet.targets("t", 3).await;
    fleet.assign(set, &targets).await;
    for (kind, status) in [("none", "RUNNING"), ("soft", "CANCELING"), ("soft", "CANCELING"), ("force", "CANCELED")] {
        fleet.invalidate(set, kind).await;
        fleet.settle().await;
        assert_eq!(fleet.statuses(set).await, json!({ status: 3, "total": 3 }), "{kind}");
    }
    assert_eq!(fleet.actions("t-000").await[0].entries, 3);
}

/// Several sets go together or not at all.
#[tokio::test]
async fn no_73_one_set_that_cannot_be_invalidated_keeps_the_others() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let incomplete = json!([{ "name": "empty", "version": "1" }]);
    let empty = fleet.admin().post("/rest/v1/distributionsets", incomplete).await.expect(201).json()[0]["id"].clone();
    let (engine, actor) = (fleet.app().engine(), Actor::User("admin".to_owned()));
    let (tenant, sets) = (fleet.tenant(), [set, empty.as_i64().unwrap()]);
    let outcome = invalidation::start(&engine, &tenant, &sets, CancelationType::Soft, &actor).await;
    assert!(outcome.is_err());
    let read = fleet.admin().get(&format!("/rest/v1/distributionsets/{set}")).await.expect(200).json();
    assert_eq!(read["valid"], true);
    assert!(fleet.jobs().await.is_empty());
}

/// The steps are lost with the queue; the clock finds the job.
#[tokio::test]
async fn a_job_whose_steps_were_lost_is_found_by_the_clock() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let targets = fleet.targets("t", 40).await;
    fleet.assign(set, &targets).await;
    let mut engine = fleet.app().engine();
    engine.steps = StepQueue::none();
    let (actor, tenant) = (Actor::User("admin".to_owned()), fleet.tenant());
    invalidation::start(&engine, &tenant, &[set], CancelationType::Force, &actor).await.unwrap();
    fleet.settle().await;
    assert_eq!(fleet.statuses(set).await, json!({ "RUNNING": 40, "total": 40 }));
    fleet.clock.advance(60_000);
    fleet.settle().await;
    assert_eq!(fleet.statuses(set).await, json!({ "CANCELED": 40, "total": 40 }));
    fleet.clock.advance(3_600_000);
    fleet.settle().await;
    assert!(fleet.app().store.due_campaigns(i64::MAX).await.unwrap().is_empty(), "a finished job needs no clock");
}

/// A step that comes again, at any time, changes nothing.
#[tokio::test]
async fn steps_may_come_again() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let targets = fleet.targets("t", 20).await;
    fleet.assign(set, &targets).await;
    fleet.invalidate(set, "force").await;
    let job = fleet.jobs().await[0].id;
    let parts = fleet.app().store.job_parts(&fleet.tenant(), JobKind::Invalidation, job).await.unwrap();
    assert_eq!(parts.len(), 32);
    let steps: Vec<Step> = (0..32)
        .map(|shard| {
            let cursor = json!({ "again": false, "after": null });
            let work = json!({ "invalidate": { "cancel": { "job": job, "shard": shard, "cursor": cursor } } });
            Step::new(&fleet.tenant(), serde_json::from_value::<Work>(work).unwrap())
        })
        .collect();
    for step in steps.iter().chain(&steps) {
        perform(&fleet.app().engine(), step).await.unwrap();
    }
    fleet.settle().await;
    let numbers = |job: &harrier_store::Job| (job.looked_at, job.changed);
    assert_eq!(fleet.jobs().await.iter().map(numbers).collect::<Vec<_>>(), [(40, 20)]);
    for step in &steps {
        perform(&fleet.app().engine(), step).await.unwrap();
    }
    for target in &targets {
        assert_eq!(fleet.actions(target).await[0].entries, 3);
    }
}

/// Whoever found the set valid just before it was invalidated assigns it a moment later.
#[tokio::test]
async fn an_assignment_under_way_is_taken_back_by_the_second_pass() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let targets = fleet.targets("t", 3).await;
    fleet.assign(set, &targets[..1]).await;
    fleet.invalidate(set, "soft").await;
    let work = json!({ "invalidate": { "cancel": { "job": fleet.jobs().await[0].id, "shard": 0,
        "cursor": { "again": false, "after": null } } } });
    let mut work = work;
    for shard in 0..32 {
        work["invalidate"]["cancel"]["shard"] = json!(shard);
        let mut cursor = json!({ "again": false, "after": null });
        // To the end of the first pass.
        for _ in 0..2 {
            work["invalidate"]["cancel"]["cursor"] = cursor.clone();
            let step = Step::new(&fleet.tenant(), serde_json::from_value(work.clone()).unwrap());
            perform(&fleet.app().engine(), &step).await.unwrap();
            let job = fleet.jobs().await[0].id;
            let part = fleet.app().store.job_part(&fleet.tenant(), JobKind::Invalidation, job, shard).await.unwrap();
            cursor = serde_json::from_str(&part.unwrap().cursor).unwrap();
        }
    }
    assert_eq!(fleet.statuses(set).await, json!({ "CANCELING": 1, "total": 1 }));
    late_assignment(&fleet, set, &targets[2]).await;
    fleet.settle().await;
    assert_eq!(fleet.statuses(set).await, json!({ "CANCELING": 2, "total": 2 }));
}

/// As an assignment that checked the set before it was invalidated.
async fn late_assignment(fleet: &Fleet, set: i64, target: &str) {
    let (store, tenant) = (&fleet.app().store, fleet.tenant());
    let mut loaded = store.get::<harrier_domain::software::DistributionSet>(&tenant, set).await.unwrap();
    loaded.valid = true;
    let mut transaction = store.transaction(&tenant);
    transaction.save(&loaded);
    transaction.commit().await.unwrap();
    fleet.assign(set, &[target.to_owned()]).await;
}

#[tokio::test]
async fn no_74_soft_needs_the_rights_to_stop_rollouts() {
    let fleet = Fleet::start().await;
    let set = fleet.set("a").await;
    let path = format!("/rest/v1/distributionsets/{set}");
    let rights = ["UPDATE_DISTRIBUTION_SET", "READ_DISTRIBUTION_SET", "UPDATE_TARGET"];
    let user = fleet.world.installation.user("editor", &rights).await;
    let invalidate = format!("{path}/invalidate");
    let _ = user.post(&invalidate, json!({ "actionCancelationType": "soft" })).await.expect(403);
    assert_eq!(user.get(&path).await.json()["valid"], true);
    let _ = user.post(&invalidate, json!({ "actionCancelationType": "none" })).await.expect(204);
    assert_eq!(user.get(&path).await.json()["valid"], false);
}
