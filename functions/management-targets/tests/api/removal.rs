//! `DELETE /rest/v1/targets/{id}` takes everything along.

use harrier_domain::action::{Action, ActionStatus, EntryDraft};
use harrier_store::{Consistency, Loaded, Sequence};
use serde_json::json;

use crate::support::{World, tenant};

#[tokio::test]
async fn a_target_made_again_inherits_nothing() {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    world.post("/targets/a/metadata", json!([{"key": "k", "value": "v"}])).await.expect(201);
    world.delete("/targets/a").await.expect_empty(204);
    world.get("/targets/a").await.refused(404, "repo.entityNotFound");
    assert_eq!(world.get("/targets").await.expect(200)["total"], 0);

    world.targets(&["a"]).await;
    assert_eq!(world.get("/targets/a/actions").await.expect(200)["total"], 0);
    assert_eq!(world.get("/targets/a/metadata").await.expect(200)["total"], 0);
    world.get(&format!("/targets/a/actions/{action}")).await.refused(404, "repo.entityNotFound");
    world.get("/targets/a/assignedDS").await.expect_empty(204);
    assert_eq!(world.get("/actions").await.expect(200)["total"], 0);
}

/// Writes closed copies of an action, with a long history each.
async fn add_history(world: &World, template: &Loaded<Action>, count: u32, entries: u32) {
    let tenant = tenant();
    let store = &world.app.store;
    for id in store.next_ids(&tenant, Sequence::Action, count).await.unwrap() {
        let mut action = Action { id, active: false, status: ActionStatus::Finished, ..(**template).clone() };
        let mut transaction = store.transaction(&tenant);
        for _ in 0..entries {
            let draft = EntryDraft::server(ActionStatus::Running, "more");
            transaction.create(&action.record(draft, world.app.now()));
        }
        transaction.create(&action);
        let mut target = store.target(&tenant, "a", Consistency::Strong).await.unwrap().unwrap();
        target.actions += 1;
        transaction.save(&target);
        transaction.commit().await.unwrap();
    }
}

async fn busy_target(count: u32, entries: u32) -> World {
    let world = World::start().await;
    world.targets(&["a"]).await;
    let set = world.distribution_set("one").await;
    let action = world.assign("a", set).await;
    let template = world.app.store.action(&tenant(), "a", action, Consistency::Strong).await.unwrap().unwrap();
    add_history(&world, &template, count, entries).await;
    world
}

#[tokio::test]
async fn more_than_a_transaction_holds_goes_too() {
    for (count, entries) in [(3, 80), (130, 1)] {
        let world = busy_target(count, entries).await;
        world.delete("/targets/a").await.expect_empty(204);
        let store = &world.app.store;
        assert!(store.actions_of(&tenant(), "a").await.unwrap().is_empty(), "{count} actions");
        assert!(store.entry_keys(&tenant(), "a").await.unwrap().is_empty(), "{count} actions");
        assert_eq!(store.target_count(&tenant()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_long_history_is_purged_in_steps() {
    let world = busy_target(40, 6).await;
    world.delete("/targets/a/actions?keepLast=0").await.expect_empty(204);
    let left = world.app.store.actions_of(&tenant(), "a").await.unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].active);
    assert_eq!(world.app.store.entry_keys(&tenant(), "a").await.unwrap().len(), 1);
    let target = world.app.store.target(&tenant(), "a", Consistency::Strong).await.unwrap().unwrap();
    assert_eq!(target.actions, 1);
}
