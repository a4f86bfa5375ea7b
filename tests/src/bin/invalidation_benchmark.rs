//! What it takes to take many open actions back: prints the table of `docs/performance.md`.
//!
//! Arguments: number of open actions (50 000), `memory` to keep the database in memory.
#![forbid(unsafe_code)]

use harrier::{Options, Storage};
use harrier_domain::Tenant;
use harrier_store::{Job, JobKind};
use harrier_tests::World;
use harrier_tests::measuring::highest_resident_megabytes;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Targets created and assigned by one request.
const BATCH: usize = 500;

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let actions: usize = arguments.next().map_or(50_000, |text| text.parse().expect("a number"));
    let in_memory = arguments.next().is_some_and(|text| text == "memory");
    let directory = tempfile::tempdir().expect("a directory");
    let storage = if in_memory { Storage::Memory } else { Storage::Directory(directory.path().to_owned()) };
    let world = World::start_with(Options { storage, ..Options::in_memory() }).await;
    let set = world.deployment(&world.admin, "system", b"content").await.set;
    prepare(&world, set, actions).await;
    println!("| step, {actions} open actions | result |\n|---|---|");
    for kind in ["soft", "force"] {
        measure(&world, set, kind, actions).await;
    }
    println!("| highest resident memory | {} MB |", highest_resident_megabytes());
}

async fn prepare(world: &World, set: i64, actions: usize) {
    for first in (0..actions).step_by(BATCH) {
        let ids = (first..actions.min(first + BATCH)).map(|number| format!("dev-{number:06}"));
        let ids: Vec<String> = ids.collect();
        let made: Vec<Value> = ids.iter().map(|id| json!({ "controllerId": id })).collect();
        let _ = world.admin.post("/rest/v1/targets", json!(made)).await.expect(201);
        let assigned: Vec<Value> = ids.iter().map(|id| json!({ "id": id })).collect();
        let path = format!("/rest/v1/distributionsets/{set}/assignedTargets");
        let _ = world.admin.post(&path, json!(assigned)).await.expect(200);
    }
}

async fn measure(world: &World, set: i64, kind: &str, actions: usize) {
    let begun = Instant::now();
    let path = format!("/rest/v1/distributionsets/{set}/invalidate");
    let _ = world.admin.post(&path, json!({ "actionCancelationType": kind })).await.expect(204);
    println!("| `{kind}`: answer | {} ms |", begun.elapsed().as_millis());
    while changed(world).await < actions {
        tokio::time::sleep(LOOK).await;
    }
    let taken = begun.elapsed();
    let rate = actions as f64 / taken.as_secs_f64();
    println!("| `{kind}`: last action taken back | {:.1} s, {rate:.0} a second |", taken.as_secs_f64());
    let begun = Instant::now();
    world.installation.stack().settle().await.expect("a settled stack");
    println!("| `{kind}`: second pass, without its pause | {:.1} s |", begun.elapsed().as_secs_f64());
}

/// Actions the newest job has changed so far.
async fn changed(world: &World) -> usize {
    let (store, tenant) = (&world.installation.stack().app().store, Tenant::parse(Tenant::DEFAULT).expect("a name"));
    let jobs = store.jobs(&tenant).await.expect("jobs");
    let newest: &Job = jobs.last().expect("a job");
    let parts = store.job_parts(&tenant, JobKind::Invalidation, newest.id).await.expect("parts");
    let changed =
        if newest.finished_at.is_some() { newest.changed } else { parts.iter().map(|part| part.changed).sum() };
    usize::try_from(changed).expect("a count")
}
