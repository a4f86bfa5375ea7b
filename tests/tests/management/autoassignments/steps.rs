//! The work behind: passes in steps, messages that come twice or never, and what it costs.

use harrier_campaigns::auto_assignments::{AutoAssignStep, change};
use harrier_campaigns::{Step, StepQueue, Work, worker};
use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use harrier_domain::auto_assignment::FleetPass;
use serde_json::{Value, json};

use super::Fleet;

fn tenant() -> Tenant {
    Tenant::parse(Tenant::DEFAULT).expect("a tenant")
}

impl Fleet {
    /// The pass under way, as it is stored.
    async fn pass(&self, auto: i64) -> Option<FleetPass> {
        let store = &self.world.installation.stack().app().store;
        store.auto_assignment(&tenant(), auto).await.expect("it is there").pass.clone()
    }

    async fn perform(&self, work: AutoAssignStep) {
        let engine = self.world.installation.stack().app().engine();
        worker::perform(&engine, &Step::new(&tenant(), Work::AutoAssign(work))).await.expect("the step is done");
    }

    /// Makes `count` targets; every hundredth is one the tests look for.
    async fn large(&self, count: usize) -> Vec<String> {
        let name = |number: usize| if number.is_multiple_of(100) { "wanted" } else { "other" };
        let ids: Vec<String> = (0..count).map(|number| format!("device-{number}")).collect();
        for (start, chunk) in ids.chunks(500).enumerate() {
            let target =
                |(position, id): (usize, &String)| json!({ "controllerId": id, "name": name(500 * start + position) });
            let targets: Vec<Value> = chunk.iter().enumerate().map(target).collect();
            let _ = self.admin().post("/rest/v1/targets", json!(targets)).await.expect(201);
        }
        ids.into_iter().step_by(100).collect()
    }
}

#[tokio::test]
async fn a_pass_goes_over_the_whole_fleet_in_steps_and_minds_no_message_that_comes_twice() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let wanted = fleet.large(1300).await;
    fleet.settle().await;
    let auto = fleet.auto("wanted", "name==wanted", set).await;
    let mut places = Vec::new();
    fleet.perform(AutoAssignStep::Advance { auto_assignment: auto }).await;
    while let Some(pass) = fleet.pass(auto).await {
        for _ in 0..2 {
            fleet.perform(AutoAssignStep::Pass { auto_assignment: auto, pass: pass.clone() }).await;
        }
        places.push((pass.shard, pass.after));
        // One from before comes late.
        fleet
            .perform(AutoAssignStep::Pass {
                auto_assignment: auto,
                pass: FleetPass { number: 1, shard: 0, after: None },
            })
            .await;
    }
    assert!(places.len() >= 2, "{places:?}");
    assert!(places.is_sorted(), "{places:?}");
    for target in &wanted {
        assert_eq!(fleet.actions(target).await.len(), 1, "{target}");
    }
    fleet.settle().await;
    let page = fleet.admin().get(&format!("/rest/v1/distributionsets/{set}/assignedTargets")).await.expect(200);
    assert_eq!(page.json()["total"], json!(wanted.len()));
}

#[tokio::test]
async fn what_is_lost_on_the_way_is_found_by_the_clock() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.targets(&["a"]).await;
    fleet.settle().await;
    let auto = fleet.auto("all", "name==a", set).await;
    let _ = fleet.tell(auto, "start").await.expect(204);
    let _ = fleet.tell(auto, "pause").await.expect(204);
    fleet.settle_after(120).await;
    assert_eq!(fleet.assigned("a").await, None);
    // The state is written, and the message is lost.
    let engine = fleet.world.installation.stack().app().engine();
    let broken = harrier_campaigns::Engine { steps: StepQueue::none(), ..engine };
    let actor = Actor::User("admin".to_owned());
    change(&broken, &tenant(), auto, |auto| auto.resume(&actor, broken.now)).await.expect("it is resumed");
    fleet.settle().await;
    assert_eq!((fleet.assigned("a").await, fleet.pass(auto).await.is_some()), (None, true));
    fleet.settle_after(60).await;
    assert_eq!((fleet.assigned("a").await, fleet.pass(auto).await), (Some(set), None));
}

#[tokio::test]
async fn a_paused_one_does_nothing_and_makes_up_for_it() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    let auto = fleet.auto("all", "name==*", set).await;
    fleet.settle().await;
    let _ = fleet.tell(auto, "pause").await.expect(204);
    fleet.targets(&["a"]).await;
    fleet.settle_after(3600).await;
    assert_eq!(fleet.assigned("a").await, None);
    let _ = fleet.tell(auto, "resume").await.expect(204);
    fleet.settle().await;
    assert_eq!(fleet.assigned("a").await, Some(set));
    let _ = fleet.admin().delete(&format!("{}/{auto}", super::fleet::AUTO)).await.expect(204);
    fleet.targets(&["b"]).await;
    fleet.settle_after(3600).await;
    assert_eq!((fleet.assigned("b").await, fleet.actions("a").await.len()), (None, 1));
}

/// A target that is full of actions keeps no other from its update.
#[tokio::test]
async fn a_target_at_its_quota_is_left_out() {
    let mut options = harrier::Options::in_memory();
    options.settings.quotas.actions_per_target = 1;
    let fleet = Fleet::start_with(options).await;
    let (old, new) = (fleet.set("old").await, fleet.set("new").await);
    fleet.targets(&["full", "free"]).await;
    fleet.world.assign(fleet.admin(), old, "full").await;
    fleet.auto("all", "name==*", new).await;
    fleet.settle().await;
    assert_eq!((fleet.assigned("full").await, fleet.assigned("free").await), (Some(old), Some(new)));
}

/// The price of a target that has what it should, of one that gets it, and of a poll that nobody asked about.
#[tokio::test]
async fn what_it_costs() {
    let fleet = Fleet::start().await;
    let set = fleet.set("release").await;
    fleet.auto("all", "name==*", set).await;
    fleet.settle().await;
    fleet.targets(&["a"]).await;
    let ((), assigned) = harrier_store::measure(fleet.settle()).await;
    assert_eq!(fleet.assigned("a").await, Some(set));
    fleet.touch("a").await;
    let ((), has_it) = harrier_store::measure(fleet.settle()).await;
    fleet.clock.advance(120_000);
    let _ = fleet.world.gateway().get("/DEFAULT/controller/v1/a").await.expect(200);
    let ((), polled) = harrier_store::measure(fleet.settle()).await;
    println!("assigned {assigned:?}, has it {has_it:?}, polled {polled:?}");
    // The rounds of settling read the clock's list; the rest is one list of definitions, the target, and the assignment.
    assert!(assigned.read <= 16.0 && assigned.write <= 16.0, "{assigned:?}");
    assert!(has_it.read <= 5.0 && has_it.write == 0.0, "{has_it:?}");
    assert!(polled.read <= 4.0 && polled.write == 0.0, "{polled:?}");
}
