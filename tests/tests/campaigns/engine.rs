//! What all campaigns stand on: clock, lease, stream, dead letters.

use harrier_campaigns::changes::Consequences;
use harrier_campaigns::{EngineError, due, lease};
use harrier_campaigns::{Step, Work};
use harrier_store::{Changed, FleetChange, StreamRecord};
use serde_json::json;

use crate::fleet::{Fleet, NOW};

fn some_step(fleet: &Fleet) -> Step {
    let work = json!({ "invalidate": { "resume": { "job": 4711 } } });
    Step::new(&fleet.tenant(), serde_json::from_value::<Work>(work).unwrap())
}

#[tokio::test]
async fn the_clock_reminds_a_campaign_until_it_needs_no_clock() {
    let fleet = Fleet::start().await;
    let (store, tenant, step) = (&fleet.app().store, fleet.tenant(), some_step(&fleet));
    let mut transaction = store.transaction(&tenant);
    due::set(&mut transaction, "rollout", 1, NOW + 10, &step).unwrap();
    due::set(&mut transaction, "rollout", 2, NOW + 500_000, &step).unwrap();
    transaction.commit().await.unwrap();
    let tick = async || due::tick(&fleet.app().engine()).await.unwrap();
    assert_eq!(tick().await, 0, "not yet");
    fleet.clock.advance(10);
    assert_eq!((tick().await, tick().await), (1, 0), "then not again for a minute");
    fleet.clock.advance(due::WATCHDOG);
    assert_eq!(tick().await, 1, "nobody said it needs no clock");
    let mut transaction = store.transaction(&tenant);
    due::clear(&mut transaction, &tenant, "rollout", 1);
    transaction.commit().await.unwrap();
    fleet.clock.advance(3_600_000);
    assert_eq!(tick().await, 1, "a clock that stood still catches up with the other");
    assert_eq!(fleet.world.installation.stack().pumps().depth().await.unwrap().total(), 3);
}

#[tokio::test]
async fn one_decision_at_a_time_and_no_wake_up_is_lost() {
    let fleet = Fleet::start().await;
    let (engine, step) = (fleet.app().engine(), some_step(&fleet));
    let pumps = fleet.world.installation.stack().pumps();
    let decided = std::sync::atomic::AtomicU32::new(0);
    let decide = || async {
        decided.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        lease::alone(&engine, &step, "rollout#1", || async { panic!("somebody else decides") }).await
    };
    lease::alone(&engine, &step, "rollout#1", decide).await.unwrap();
    assert_eq!(decided.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(pumps.depth().await.unwrap().waiting, 1, "the other one comes again");
    lease::alone(&engine, &step, "rollout#1", || async { Ok(()) }).await.unwrap();
    assert_eq!(pumps.depth().await.unwrap().total(), 1, "the lease was given back");
}

#[tokio::test]
async fn a_holder_that_died_is_waited_for_no_longer_than_its_lease() {
    let fleet = Fleet::start().await;
    let (store, tenant) = (&fleet.app().store, fleet.tenant());
    let take = async |who: &str, now: i64| store.take_lease(&tenant, "rollout#1", who, now, now + 100).await.unwrap();
    assert!(take("a", NOW).await);
    assert!(!take("b", NOW + 99).await);
    assert!(take("a", NOW + 99).await, "who has it may take it again");
    assert!(!take("b", NOW + 198).await);
    assert!(take("b", NOW + 199).await);
    store.release_lease(&tenant, "rollout#1", "a").await.unwrap();
    assert!(!take("c", NOW + 200).await, "nobody gives back what is not theirs");
}

#[tokio::test]
async fn what_cannot_be_done_is_put_aside_and_can_be_tried_again() {
    let fleet = Fleet::start().await;
    let work =
        json!({ "invalidate": { "cancel": { "job": 1, "shard": 0, "cursor": { "again": false, "after": null } } } });
    let step = Step::new(&fleet.tenant(), serde_json::from_value::<Work>(work).unwrap());
    let text = step.to_message().unwrap().replace("invalidate", "unheard-of");
    assert!(matches!(Step::from_message(&text), Err(EngineError::Unreadable(_))));
    let stack = fleet.world.installation.stack();
    let mut transaction = fleet.app().store.transaction(&step.tenant);
    let broken = harrier_store::DueCampaign { tenant: fleet.tenant(), campaign: "x".to_owned(), at: 0, message: text };
    transaction.put(&broken);
    transaction.commit().await.unwrap();
    assert!(stack.settle().await.is_err(), "settling does not hide it");
    assert_eq!(stack.pumps().dead_letters(10).await.unwrap().len(), 1);
}

/// The stream's records as Lambda delivers them.
fn record(json: serde_json::Value) -> Option<FleetChange> {
    serde_json::from_value::<StreamRecord>(json).unwrap().change().unwrap()
}

#[test]
fn records_of_history_and_counters_concern_nobody() {
    for (pk, sk) in [("ACME#actions#d", "entry#0000000001#1"), ("ACME#count#target", "07"), ("#due", "x")] {
        let keys = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        assert!(record(json!({ "dynamodb": { "Keys": keys, "SequenceNumber": "1" } })).is_none(), "{pk}");
    }
}

#[test]
fn a_removed_action_concerns_its_rollout_and_its_target() {
    let image = json!({
        "pk": { "S": "ACME#actions#d#1" }, "sk": { "S": "action#0000000007" }, "v": { "N": "1" },
        "id": { "N": "7" }, "cid": { "S": "d#1" }, "ds": { "N": "3" }, "act": { "BOOL": true }, "st": { "S": "RUNNING" },
        "ty": { "S": "F" }, "w": { "N": "1000" }, "ro": { "N": "5" }, "rg": { "N": "6" }, "ib": { "S": "admin" },
        "n": { "N": "1" }, "cb": { "S": "admin" }, "ca": { "N": "1" }, "mb": { "S": "admin" }, "ma": { "N": "1" },
    });
    let keys = json!({ "pk": image["pk"], "sk": image["sk"] });
    let removed = json!({ "dynamodb": { "Keys": keys, "SequenceNumber": "1", "OldImage": image } });
    let change = record(removed).unwrap();
    assert!(matches!(&change.what, Changed::Action { after: None, .. }));
    let consequences = Consequences::of(&[change]);
    assert_eq!(consequences.rollouts.iter().map(|(_, rollout)| *rollout).collect::<Vec<_>>(), [5]);
    assert_eq!(consequences.targets.iter().map(|(_, target)| target.as_str()).collect::<Vec<_>>(), ["d#1"]);
    let same = json!({ "dynamodb": { "Keys": keys, "SequenceNumber": "2", "OldImage": image, "NewImage": image } });
    assert!(Consequences::of(&[record(same).unwrap()]).is_empty(), "a write that changes nothing");
}
