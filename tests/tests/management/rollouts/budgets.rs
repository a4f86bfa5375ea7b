//! What a rollout costs for each target (`docs/architecture.md`, "Budgets"): the difference between two sizes of fleet, so that
//! what every rollout costs once does not count.

use harrier_store::{Units, measure};
use serde_json::json;

use super::{Fleet, ROLLOUTS};

const FEW: usize = 100;
const MORE: usize = 300;

#[tokio::test]
async fn each_target_has_its_price() {
    let (few, more) = (price(FEW).await, price(MORE).await);
    #[allow(clippy::cast_precision_loss)]
    let per_target = |of: fn(&Price) -> Units| {
        let targets = (MORE - FEW) as f64;
        Units {
            read: (of(&more).read - of(&few).read) / targets,
            write: (of(&more).write - of(&few).write) / targets,
            ..Units::default()
        }
    };
    let created = per_target(|price| price.created);
    assert!(created.read <= 1.0 && created.write <= 2.1, "created: {created:?}");
    // Scheduling and starting are two decisions about a target, each of them seen by its user.
    let started = per_target(|price| price.started);
    assert!(started.read <= 3.5 && started.write <= 12.5, "scheduled and started: {started:?}");
    println!("for each target: created {created:?}, scheduled and started {started:?}");
}

struct Price {
    created: Units,
    started: Units,
}

async fn price(targets: usize) -> Price {
    let fleet = Fleet::start().await;
    for part in 0..targets / 100 {
        let ids = (0..100).map(|number| json!({ "controllerId": format!("d-{part}-{number:03}") })).collect();
        let _ = fleet.admin().post("/rest/v1/targets", ids).await.expect(201);
    }
    fleet.settle().await;
    let set = fleet.set("release").await;
    let rollout = super::id(&fleet.ask("first", "name==*", set, json!({})).await.expect(201).json());
    let ((), created) = measure(fleet.settle()).await;
    let _ = fleet.admin().post(&format!("{ROLLOUTS}/{rollout}/start"), json!({})).await.expect(204);
    let ((), started) = measure(fleet.settle()).await;
    let running = i64::try_from(targets).expect("a number");
    assert_eq!(fleet.counts(rollout).await, [0, running, 0, 0, 0, 0]);
    Price { created, started }
}
