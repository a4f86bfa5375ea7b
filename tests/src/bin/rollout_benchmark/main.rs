//! What a rollout over a large fleet costs: prints the table of `docs/performance.md` and the units of `docs/scale.md`.
//!
//! `make benchmark` runs it optimised. Arguments: number of targets (100 000), groups (10).
#![forbid(unsafe_code)]

mod fleet;
mod ledger;

use fleet::Fleet;
use futures::stream::{self, StreamExt};
use harrier::{Options, Storage};
use harrier_store::measure;
use harrier_tests::World;
use harrier_tests::measuring::{highest_resident_megabytes, resident_megabytes};
use ledger::Ledger;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Targets created by one request.
const BATCH: usize = 500;
/// Targets of a page of a group.
const PAGE: usize = 500;
/// How often is looked whether a group runs.
const GLANCE: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().expect("a number"));
    let targets = arguments.next().unwrap_or(100_000);
    let groups = arguments.next().unwrap_or(10);

    let directory = tempfile::tempdir().expect("a directory");
    // Campaigns move only while `settle` moves them, so that what they cost is measured.
    let storage = Storage::Directory(directory.path().to_owned());
    let world = World::start_with(Options { storage, pumps: false, ..Options::in_memory() }).await;
    let mut ledger = Ledger::new(targets);
    create_targets(&world, targets).await;
    settle(&world).await;
    println!("Resident memory with {targets} targets: {} MB.\n", resident_megabytes());

    let rollout = create(&world, &mut ledger, "measured", groups).await;
    start(&world, &mut ledger, rollout).await;
    finish(&world, &mut ledger, rollout).await;
    let in_groups_of_20_000 = targets.div_ceil(20_000);
    let waiting = create(&world, &mut ledger, "paged", in_groups_of_20_000).await;
    ledger.print();
    page(&world, waiting).await;
    println!("\nHighest resident memory: {} MB.", highest_resident_megabytes());
}

async fn create_targets(world: &World, targets: usize) {
    for first in (0..targets).step_by(BATCH) {
        let numbers = first..targets.min(first + BATCH);
        let batch: Vec<Value> = numbers.map(|number| json!({ "controllerId": fleet::controller_id(number) })).collect();
        let _ = world.admin.post("/rest/v1/targets", Value::from(batch)).await.expect(201);
    }
}

async fn settle(world: &World) {
    world.installation.stack().settle().await.expect("campaigns come to rest");
}

/// Makes a rollout over the whole fleet and waits until it is ready.
async fn create(world: &World, ledger: &mut Ledger, name: &str, groups: usize) -> i64 {
    let set = world.deployment(&world.admin, name, b"content").await.set;
    let body = json!({
        "name": name, "distributionSetId": set, "targetFilterQuery": "controllerid==dev-*", "amountGroups": groups,
    });
    let begun = Instant::now();
    let made = world.admin.post("/rest/v1/rollouts", body).await.expect(201);
    let requested = made.units().unwrap_or_default();
    let ((), moved) = measure(settle(world)).await;
    ledger.enter(&format!("create with {groups} groups, until `ready`"), begun.elapsed(), requested, moved);
    let rollout = made.json()["id"].as_i64().expect("an id");
    let now = world.admin.get(&format!("/rest/v1/rollouts/{rollout}")).await.expect(200).json();
    assert_eq!(now["status"], "ready", "{now}");
    rollout
}

/// Starts it; the first group runs some time before everything is at rest.
async fn start(world: &World, ledger: &mut Ledger, rollout: i64) {
    let begun = Instant::now();
    let asked = world.admin.post(&format!("/rest/v1/rollouts/{rollout}/start"), json!({})).await.expect(204);
    let (((), moved), running) = tokio::join!(measure(settle(world)), first_group_runs(world, rollout, begun));
    println!("From the request to start until the first group runs: {:.1} s.\n", running.as_secs_f64());
    ledger.enter("start, until all groups are scheduled", begun.elapsed(), asked.units().unwrap_or_default(), moved);
}

async fn first_group_runs(world: &World, rollout: i64, begun: Instant) -> Duration {
    loop {
        let groups = world.admin.get(&format!("/rest/v1/rollouts/{rollout}/deploygroups?limit=1")).await.expect(200);
        if groups.json()["content"][0]["status"] == "running" {
            return begun.elapsed();
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// Every device polls, fetches what it finds and reports success, group by group as they come to run.
async fn finish(world: &World, ledger: &mut Ledger, rollout: i64) {
    let fleet = Fleet::of(world);
    let begun = Instant::now();
    let (mut reported, mut moved) = ((0.0, 0.0), harrier_store::Units::default());
    let (mut in_vain, mut steps) = (0, Duration::ZERO);
    let mut left: Vec<usize> = (0..ledger.targets).collect();
    while !left.is_empty() {
        let before = left.len();
        let lives = stream::iter(std::mem::take(&mut left)).map(|number| fleet.wake_up(number));
        let mut outcomes = lives.buffer_unordered(fleet::AT_ONCE);
        while let Some(life) = outcomes.next().await {
            if !life.updated {
                left.push(life.number);
            } else {
                reported = (reported.0 + life.read, reported.1 + life.write);
            }
        }
        in_vain += left.len();
        let resting = Instant::now();
        let ((), units) = measure(settle(world)).await;
        steps += resting.elapsed();
        moved.read += units.read;
        moved.write += units.write;
        assert!(left.len() < before, "no device finds anything to do");
        left.sort_unstable();
    }
    println!("Finishing: {in_vain} polls found nothing; steps of the campaign took {:.1} s.\n", steps.as_secs_f64());
    ledger.enter("finish: devices (poll, deploymentBase, feedback) and campaign", begun.elapsed(), reported, moved);
    let now = world.admin.get(&format!("/rest/v1/rollouts/{rollout}")).await.expect(200).json();
    assert_eq!(now["status"], "finished", "{now}");
}

/// Pages of the targets of a group of 20 000.
async fn page(world: &World, rollout: i64) {
    let groups = world.admin.get(&format!("/rest/v1/rollouts/{rollout}/deploygroups?limit=1")).await.expect(200).json();
    let (group, total) = (&groups["content"][0]["id"], groups["content"][0]["totalTargets"].as_u64().unwrap_or(0));
    println!("\n| page of {PAGE} in a group of {total} | ms | read units |\n|---|---|---|");
    for query in
        ["offset=0", "offset=10000", "offset=19500", "q=controllerid==dev-00001*", "sort=name:DESC&offset=10000"]
    {
        let begun = Instant::now();
        let path = format!("/rest/v1/rollouts/{rollout}/deploygroups/{group}/targets?limit={PAGE}&{query}");
        let answer = world.admin.get(&path).await.expect(200);
        let (read, _) = answer.units().unwrap_or_default();
        println!("| `{query}` | {:.0} | {read} |", begun.elapsed().as_secs_f64() * 1000.0);
    }
}
