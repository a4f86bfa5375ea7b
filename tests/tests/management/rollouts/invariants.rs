//! Two rollouts over the same targets, with everything that may come between: whatever happens, counters, groups and targets
//! agree with the actions there are.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use super::{Fleet, counts, groups_of, id};

const TARGETS: usize = 8;
const EVENTS: usize = 40;

#[tokio::test]
async fn two_rollouts_and_everything_between_keep_their_books() {
    for seed in 0..3 {
        let mut random = StdRng::seed_from_u64(seed);
        let fleet = Fleet::start().await;
        let targets = fleet.targets("a", TARGETS).await;
        let sets = [fleet.set("one").await, fleet.set("two").await, fleet.set("three").await];
        let one = fleet.running("one", "name==*", sets[0], groups_of(3, 60, "NEXTGROUP", 50)).await;
        let two = fleet.ready("two", "name==*", sets[1], groups_of(2, 50, "PAUSE", 40)).await;
        for _ in 0..EVENTS {
            happen(&fleet, &mut random, &targets, &sets, [one, two]).await;
            if random.random_bool(0.5) {
                fleet.settle().await;
            }
        }
        fleet.settle().await;
        for rollout in [one, two] {
            check(&fleet, rollout, seed).await;
        }
        check_targets(&fleet, &targets, seed).await;
    }
}

/// Anything may be refused; nothing may break.
async fn happen(fleet: &Fleet, random: &mut StdRng, targets: &[String], sets: &[i64], rollouts: [i64; 2]) {
    let target = &targets[random.random_range(0..targets.len())];
    let rollout = rollouts[random.random_range(0..2)];
    let path = format!("/rest/v1/targets/{target}");
    let answer = match random.random_range(0..12) {
        0..=5 => return end_one(fleet, random, target).await,
        6 => {
            let set = sets[random.random_range(0..sets.len())];
            fleet.admin().post(&format!("{path}/assignedDS"), json!({ "id": set })).await
        }
        7 => fleet.say(rollout, "start").await,
        8 => fleet.say(rollout, ["pause", "resume"][random.random_range(0..2)]).await,
        9 => fleet.say(rollout, "triggerNextGroup").await,
        10 if random.random_bool(0.2) => fleet.say(rollout, "stop").await,
        11 if random.random_bool(0.2) => fleet.admin().delete(&path).await,
        _ => return,
    };
    assert!(answer.status < 500, "{}", answer.text());
}

/// The device answers the oldest of its open actions.
async fn end_one(fleet: &Fleet, random: &mut StdRng, target: &str) {
    let answer = fleet.admin().get(&format!("/rest/v1/targets/{target}/actions?sort=id:ASC")).await;
    let page: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let actions = page["content"].as_array().cloned().unwrap_or_default();
    let Some(open) = actions.iter().find(|action| action["active"] == json!(true)) else {
        return;
    };
    let kind = if open["status"] == json!("canceling") { "cancelAction" } else { "deploymentBase" };
    let finished = if random.random_bool(0.7) { "success" } else { "failure" };
    let feedback = json!({ "status": { "execution": "closed", "result": { "finished": finished } } });
    let path = format!("/DEFAULT/controller/v1/{target}/{kind}/{}/feedback", id(open));
    let _ = fleet.world.gateway().post(&path, feedback).await.expect(200);
}

/// The counters of a rollout and its groups are what a recount says, and so are the members.
async fn check(fleet: &Fleet, rollout: i64, seed: u64) {
    let mut sum = [0; 6];
    for (place, group) in fleet.groups(rollout).await.iter().enumerate() {
        let path = format!("/rest/v1/actions?q=rolloutgroup.id=={}&limit=500&representation=full", id(group));
        let page = fleet.admin().get(&path).await.expect(200).json();
        let actions = page["content"].as_array().expect("actions").clone();
        let mut recount: BTreeMap<&str, i64> = BTreeMap::new();
        for action in &actions {
            *recount.entry(counted_as(action["status"].as_str().unwrap_or_default())).or_default() += 1;
        }
        let expected = ["scheduled", "running", "error", "finished", "cancelled"]
            .map(|key| recount.get(key).copied().unwrap_or(0));
        assert_eq!(counts(group)[..5], expected, "seed {seed}, rollout {rollout}, group {place}: {actions:#?}");
        let members: BTreeSet<String> = fleet.members(rollout, place).await.into_iter().collect();
        if !actions.is_empty() {
            let with_action: BTreeSet<String> = actions.iter().map(target_of).collect();
            assert_eq!(with_action.len(), actions.len(), "seed {seed}: one action for each target");
            assert_eq!(members, with_action, "seed {seed}, rollout {rollout}, group {place}");
        }
        counts(group).iter().zip(&mut sum).for_each(|(count, sum)| *sum += count);
    }
    assert_eq!(fleet.counts(rollout).await[..5], sum[..5], "seed {seed}, rollout {rollout}");
}

fn counted_as(status: &str) -> &'static str {
    match status {
        "scheduled" => "scheduled",
        "error" => "error",
        "finished" => "finished",
        "canceled" => "cancelled",
        _ => "running",
    }
}

/// The last but one part of `/rest/v1/targets/<id>/actions/<action>`.
fn target_of(action: &Value) -> String {
    let href = action["_links"]["target"]["href"].as_str().expect("a link");
    href.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A target has what its actions say: pending exactly while one of them is open and not failed.
async fn check_targets(fleet: &Fleet, targets: &[String], seed: u64) {
    let (store, tenant) = (&fleet.world.installation.stack().app().store, tenant());
    for target in store.targets(&tenant, targets).await.expect("targets") {
        let actions = store.actions_of(&tenant, &target.controller_id).await.expect("actions");
        let open: BTreeSet<i64> = actions.iter().filter(|action| action.active).map(|action| action.id).collect();
        let copied: BTreeSet<i64> = target.open_actions.iter().map(|action| action.id).collect();
        assert_eq!(open, copied, "seed {seed}, {}", target.controller_id);
        let scheduled =
            actions.iter().filter(|action| action.status == harrier_domain::action::ActionStatus::Scheduled);
        let scheduled: BTreeSet<i64> = scheduled.map(|action| action.id).collect();
        let copied: BTreeSet<i64> = target.scheduled.iter().map(|action| action.id).collect();
        assert_eq!(scheduled, copied, "seed {seed}, {}", target.controller_id);
        assert_eq!(usize::try_from(target.actions).ok(), Some(actions.len()));
    }
}

fn tenant() -> harrier_domain::Tenant {
    harrier_domain::Tenant::parse(harrier_domain::Tenant::DEFAULT).expect("a tenant")
}
