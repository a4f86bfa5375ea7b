//! A stack whose campaigns move only when they are told to, with a fleet that has a set assigned.

use std::sync::Arc;

use harrier::{Options, Time};
use harrier_domain::Tenant;
use harrier_domain::action::Action;
use harrier_runtime::{App, ManualClock};
use harrier_store::{Job, Loaded};
use harrier_tests::{Client, World};
use serde_json::{Value, json};

pub const NOW: i64 = 1_700_000_000_000;

pub struct Fleet {
    pub world: World,
    pub clock: Arc<ManualClock>,
}

impl Fleet {
    pub async fn start() -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let options = Options { time: Time(clock.clone()), pumps: false, ..Options::in_memory() };
        Self { world: World::start_with(options).await, clock }
    }

    pub fn app(&self) -> &App {
        self.world.installation.stack().app()
    }

    pub fn admin(&self) -> &Client {
        &self.world.admin
    }

    pub fn tenant(&self) -> Tenant {
        Tenant::parse(Tenant::DEFAULT).unwrap()
    }

    pub async fn settle(&self) {
        self.world.installation.stack().settle().await.unwrap();
    }

    /// Makes targets `<prefix>-000` and so on; returns their ids.
    pub async fn targets(&self, prefix: &str, count: usize) -> Vec<String> {
        let ids: Vec<String> = (0..count).map(|number| format!("{prefix}-{number:03}")).collect();
        let bodies: Vec<Value> = ids.iter().map(|id| json!({ "controllerId": id })).collect();
        for chunk in bodies.chunks(100) {
            let _ = self.admin().post("/rest/v1/targets", json!(chunk)).await.expect(201);
        }
        ids
    }

    /// A set that can be deployed.
    pub async fn set(&self, name: &str) -> i64 {
        self.world.deployment(self.admin(), name, b"content").await.set
    }

    pub async fn assign(&self, set: i64, targets: &[String]) {
        let body: Vec<Value> = targets.iter().map(|id| json!({ "id": id })).collect();
        let _ = self
            .admin()
            .post(&format!("/rest/v1/distributionsets/{set}/assignedTargets"), json!(body))
            .await
            .expect(200);
    }

    pub async fn invalidate(&self, set: i64, cancelation: &str) {
        let path = format!("/rest/v1/distributionsets/{set}/invalidate");
        let _ = self.admin().post(&path, json!({ "actionCancelationType": cancelation })).await.expect(204);
    }

    /// How many actions of a set have each status.
    pub async fn statuses(&self, set: i64) -> Value {
        let path = format!("/rest/v1/distributionsets/{set}/statistics/actions");
        self.admin().get(&path).await.expect(200).json()["actions"].clone()
    }

    pub async fn actions(&self, target: &str) -> Vec<Loaded<Action>> {
        self.app().store.actions_of(&self.tenant(), target).await.unwrap()
    }

    pub async fn jobs(&self) -> Vec<Job> {
        let jobs = self.app().store.jobs(&self.tenant()).await.unwrap();
        jobs.into_iter().map(Loaded::into_inner).collect()
    }
}
