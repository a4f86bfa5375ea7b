//! What operations may cost (`docs/architecture.md`, "Budgets"), through HTTP with all that surrounds them.

use harrier_tests::{Answer, World};
use serde_json::json;

/// The price of an answer, held to a budget.
#[track_caller]
fn within(answer: &Answer, what: &str, read: f64, write: f64) {
    assert!(answer.status < 400, "{what}: {} {}", answer.status, answer.text());
    let (consumed_read, consumed_write) = answer.units().unwrap_or_else(|| panic!("{what}: no units"));
    assert!(consumed_read <= read, "{what}: read {consumed_read} > {read}");
    assert!(consumed_write <= write, "{what}: write {consumed_write} > {write}");
}

/// A process reads the key of a module type once (half a unit) and remembers it for good.
async fn know_the_module_type(world: &World) {
    let device = world.device(&world.admin, "earlier").await;
    let deployment = world.deployment(&world.admin, "earlier", &[0; 10]).await;
    let action = world.assign(&world.admin, deployment.set, "earlier").await;
    let _ = device.get(&format!("/DEFAULT/controller/v1/earlier/deploymentBase/{action}")).await.expect(200);
}

#[tokio::test]
async fn a_device_stays_within_its_budgets() {
    let world = World::start().await;
    let admin = &world.admin;
    know_the_module_type(&world).await;
    let device = world.device(admin, "priced").await;
    let poll = "/DEFAULT/controller/v1/priced";
    let _ = device.get(poll).await.expect(200);

    within(&device.get(poll).await, "poll, seen within the resolution", 0.5, 0.0);
    let deployment = world.deployment(admin, "priced", &[1; 5000]).await;
    let assigned = admin.post("/rest/v1/targets/priced/assignedDS", json!({"id": deployment.set})).await;
    within(&assigned, "assign one set to one target, locking it", 6.0, 14.0);
    let action = assigned.json()["assignedActions"][0]["id"].clone();

    let pending = device.get(poll).await;
    within(&pending, "poll with a pending action", 0.5, 1.0);
    let etag = pending.header("etag").unwrap_or_default().to_owned();
    let unchanged = device.raw("GET", poll, &[("if-none-match", &etag)], None).await;
    assert_eq!(unchanged.status, 304);
    within(&unchanged, "poll, 304", 0.5, 1.0);

    let base = format!("{poll}/deploymentBase/{action}");
    within(&device.get(&base).await, "deploymentBase, first", 2.5, 6.0);
    within(&device.get(&base).await, "deploymentBase, again", 2.5, 0.0);
    let download = format!("{poll}/softwaremodules/{}/artifacts/priced.bin", deployment.module);
    within(&device.get(&download).await, "artifact download", 1.5, 2.0);
    let range = device.raw("GET", &download, &[("range", "bytes=0-9")], None).await;
    within(&range, "artifact range", 1.5, 0.0);

    let feedback = format!("{base}/feedback");
    let proceeding = json!({"status": {"execution": "proceeding", "result": {"finished": "none"}}});
    within(&device.post(&feedback, proceeding.clone()).await, "feedback, intermediate", 2.0, 4.0);
    let closed = json!({"status": {"execution": "closed", "result": {"finished": "success"}}});
    within(&device.post(&feedback, closed.clone()).await, "feedback, closing", 2.0, 14.0);
}

#[tokio::test]
async fn a_second_assignment_that_overrides_the_first_stays_within_its_budget() {
    let world = World::start().await;
    let admin = &world.admin;
    let _device = world.device(admin, "busy").await;
    let first = world.deployment(admin, "first", &[1; 10]).await;
    let second = world.deployment(admin, "second", &[2; 10]).await;
    let third = world.deployment(admin, "third", &[3; 10]).await;
    world.assign(admin, first.set, "busy").await;
    world.assign(admin, second.set, "busy").await;
    let assigned = admin.post("/rest/v1/targets/busy/assignedDS", json!({"id": third.set})).await;
    within(&assigned, "assign over an open action, locking the set", 6.0, 18.0);
    let _other = world.device(admin, "busy-2").await;
    world.assign(admin, second.set, "busy-2").await;
    let assigned = admin.post("/rest/v1/targets/busy-2/assignedDS", json!({"id": third.set})).await;
    within(&assigned, "assign a locked set over an open action", 6.0, 14.0);
}

#[tokio::test]
async fn a_poll_that_is_due_writes_one_unit() {
    let mut options = harrier::Options::in_memory();
    options.settings.last_seen_resolution = 0;
    let world = World::start_with(options).await;
    let device = world.device(&world.admin, "due").await;
    let poll = "/DEFAULT/controller/v1/due";
    let _ = device.get(poll).await.expect(200);
    within(&device.get(poll).await, "poll, last seen due", 0.5, 1.0);
}

#[tokio::test]
async fn listing_costs_in_proportion_to_the_fleet() {
    const TARGETS: usize = 1_000;
    let world = World::start().await;
    let admin = &world.admin;
    let targets: Vec<_> = (0..TARGETS).map(|n| json!({"controllerId": format!("fleet-{n:05}")})).collect();
    let _ = admin.post("/rest/v1/targets", json!(targets)).await.expect(201);
    let budget = 0.13 * TARGETS as f64;
    for query in ["", "?q=name==fleet-0001*", "?q=updatestatus==error", "?sort=name:DESC&offset=500"] {
        let answer = admin.get(&format!("/rest/v1/targets{query}")).await;
        within(&answer, &format!("list{query}"), budget, 0.0);
    }
}
