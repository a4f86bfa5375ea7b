//! What finding targets costs in a large fleet: prints the table of `docs/performance.md`.
//!
//! `make benchmark` runs it optimised. Arguments: number of targets (100 000), attributes of each (20).
#![forbid(unsafe_code)]

use futures::stream::{self, StreamExt};
use harrier::{Options, Storage};
use harrier_tests::measuring::{highest_resident_megabytes, rate, resident_megabytes};
use harrier_tests::{Client, World};
use serde_json::{Map, Value, json};
use std::time::Instant;

/// Targets created by one request.
const BATCH: usize = 500;
/// Devices that report at the same time.
const DEVICES_AT_ONCE: usize = 32;
/// Each query runs so often; the table shows the median.
const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().expect("a number"));
    let targets = arguments.next().unwrap_or(100_000);
    let attributes = arguments.next().unwrap_or(20);

    let directory = tempfile::tempdir().expect("a directory");
    let options = Options { storage: Storage::Directory(directory.path().to_owned()), ..Options::in_memory() };
    let world = World::start_with(options).await;
    println!("| step | result |\n|---|---|");
    println!("| resident memory, idle | {} MB |", resident_megabytes());
    create(&world, targets).await;
    describe(&world, targets, attributes).await;
    prepare_states(&world).await;
    println!("| resident memory with {targets} targets | {} MB |", resident_megabytes());
    println!("\n| query over {targets} targets | ms | read units | matches |\n|---|---|---|---|");
    for query in queries() {
        report(&world.admin, targets, query).await;
    }
    println!("\nHighest resident memory: {} MB.", highest_resident_megabytes());
}

fn queries() -> [(&'static str, &'static str); 8] {
    [
        ("unfiltered page", ""),
        ("`controllerId==dev-12345`", "q=controllerId==dev-12345"),
        ("`controllerId==dev-1234*`", "q=controllerId==dev-1234*"),
        ("`updatestatus==error`", "q=updatestatus==error"),
        ("`attribute.key7==value7-3`", "q=attribute.key7==value7-3"),
        ("`tag==some`", "q=tag==some"),
        ("sort by name, offset 50 000", "sort=name:ASC&offset=50000"),
        ("unfiltered, offset 50 000", "offset=50000"),
    ]
}

fn controller_id(number: usize) -> String {
    format!("dev-{number}")
}

async fn create(world: &World, targets: usize) {
    let started = Instant::now();
    for first in (0..targets).step_by(BATCH) {
        let last = targets.min(first + BATCH);
        let batch: Vec<Value> = (first..last).map(|number| json!({ "controllerId": controller_id(number) })).collect();
        let _ = world.admin.post("/rest/v1/targets", Value::from(batch)).await.expect(201);
    }
    println!("| targets created through the API | {} per second |", rate(targets, started.elapsed()));
}

/// Every device reports its attributes, as devices do.
async fn describe(world: &World, targets: usize, attributes: usize) {
    let started = Instant::now();
    let gateway = world.gateway();
    let reports = (0..targets).map(|number| {
        let gateway = gateway.clone();
        async move {
            let path = format!("/DEFAULT/controller/v1/{}/configData", controller_id(number));
            let value = |key: usize| (format!("key{key}"), Value::from(format!("value{key}-{}", number % 50)));
            let data: Map<String, Value> = (0..attributes).map(value).collect();
            let _ = gateway.put(&path, json!({ "data": data })).await.expect(200);
        }
    });
    stream::iter(reports).buffer_unordered(DEVICES_AT_ONCE).collect::<Vec<()>>().await;
    println!("| attributes reported ({attributes} each) | {} devices per second |", rate(targets, started.elapsed()));
}

/// A hundred tagged targets, and ten whose update failed.
async fn prepare_states(world: &World) {
    let admin = &world.admin;
    let tag = admin.post("/rest/v1/targettags", json!([{ "name": "some" }])).await.expect(201).json();
    let tagged: Vec<String> = (0..100).map(|number| controller_id(number * 7)).collect();
    let path = format!("/rest/v1/targettags/{}/assigned", tag[0]["id"]);
    let _ = admin.post(&path, json!(tagged)).await.expect(204);
    let deployment = world.deployment(admin, "benchmark", b"content").await;
    for number in 0..10 {
        let id = controller_id(number * 11);
        let action = world.assign(admin, deployment.set, &id).await;
        let feedback = format!("/DEFAULT/controller/v1/{id}/deploymentBase/{action}/feedback");
        let failed = json!({"status": {"execution": "closed", "result": {"finished": "failure"}}});
        let _ = world.gateway().post(&feedback, failed).await.expect(200);
    }
}

async fn report(admin: &Client, targets: usize, (name, query): (&str, &str)) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        let started = Instant::now();
        let answer = admin.get(&format!("/rest/v1/targets?{query}")).await.expect(200);
        times.push(started.elapsed());
        last = Some(answer);
    }
    let Some(answer) = last else { return };
    times.sort_unstable();
    let (read, _) = answer.units().unwrap_or_default();
    assert!(read <= 0.13 * targets as f64, "{name}: {read} units are over the budget");
    println!("| {name} | {:.0} | {read} | {} |", times[RUNS / 2].as_secs_f64() * 1000.0, answer.json()["total"]);
}
