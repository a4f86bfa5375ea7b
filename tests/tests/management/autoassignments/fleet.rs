//! A stack whose clock stands still and whose campaigns move only when told to.

use std::sync::Arc;

use harrier::{Options, Time};
use harrier_runtime::{Clock, ManualClock};
use harrier_tests::{Answer, Client, World};
use serde_json::{Value, json};

pub const AUTO: &str = "/rest/v1/autoassignments";

pub struct Fleet {
    pub world: World,
    pub clock: Arc<ManualClock>,
}

impl Fleet {
    pub async fn start() -> Self {
        Self::start_with(Options::in_memory()).await
    }

    pub async fn start_with(mut options: Options) -> Self {
        let clock = Arc::new(ManualClock::at(1_770_000_000_000));
        options.time = Time(Arc::clone(&clock) as Arc<dyn Clock>);
        options.pumps = false;
        Self { world: World::start_with(options).await, clock }
    }

    pub fn admin(&self) -> &Client {
        &self.world.admin
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets campaigns move until nothing is left to do at the present time.
    pub async fn settle(&self) {
        self.world.installation.stack().settle().await.expect("the work ends");
    }

    /// The same, some seconds later.
    pub async fn settle_after(&self, seconds: i64) {
        self.clock.advance(seconds * 1000);
        self.settle().await;
    }

    pub async fn configure(&self, key: &str, value: Value) {
        let path = format!("/rest/v1/system/configs/{key}");
        let _ = self.admin().put(&path, json!({ "value": value })).await.expect(204);
    }

    pub async fn targets(&self, ids: &[&str]) {
        let targets: Vec<Value> = ids.iter().map(|id| json!({ "controllerId": id })).collect();
        let _ = self.admin().post("/rest/v1/targets", json!(targets)).await.expect(201);
    }

    pub async fn set(&self, name: &str) -> i64 {
        self.world.deployment(self.admin(), name, b"content").await.set
    }

    /// Makes an auto assignment of the set for the targets of the query.
    pub async fn auto(&self, name: &str, query: &str, set: i64) -> i64 {
        let body = json!({ "name": name, "targetFilterQuery": query, "distributionSetId": set });
        id(&self.admin().post(AUTO, body).await.expect(201).json())
    }

    /// `start`, `pause`, `resume`, `approve`, `deny`.
    pub async fn tell(&self, auto: i64, operation: &str) -> Answer {
        self.admin().post(&format!("{AUTO}/{auto}/{operation}"), json!({})).await
    }

    pub async fn status(&self, auto: i64) -> String {
        let shown = self.admin().get(&format!("{AUTO}/{auto}")).await.expect(200).json();
        shown["status"].as_str().expect("a status").to_owned()
    }

    /// How many auto assignments there are.
    pub async fn total(&self) -> u64 {
        self.admin().get(AUTO).await.expect(200).json()["total"].as_u64().expect("a number")
    }

    /// The set that is assigned to the target.
    pub async fn assigned(&self, target: &str) -> Option<i64> {
        let answer = self.admin().get(&format!("/rest/v1/targets/{target}/assignedDS")).await;
        if answer.status == 204 { None } else { Some(id(&answer.expect(200).json())) }
    }

    /// The target's actions, oldest first.
    pub async fn actions(&self, target: &str) -> Vec<Value> {
        let path = format!("/rest/v1/targets/{target}/actions?sort=id:ASC");
        let page = self.admin().get(&path).await.expect(200).json();
        page["content"].as_array().expect("a list").clone()
    }

    /// Changes something of the target that no query asks for.
    pub async fn touch(&self, target: &str) {
        let description = json!({ "description": format!("touched at {}", self.now()) });
        let _ = self.admin().put(&format!("/rest/v1/targets/{target}"), description).await.expect(200);
        self.clock.advance(1);
    }

    /// Cancels the action and closes it without the device.
    pub async fn quit(&self, target: &str, action: i64) {
        let path = format!("/rest/v1/targets/{target}/actions/{action}");
        let _ = self.admin().delete(&path).await.expect(204);
        let _ = self.admin().delete(&format!("{path}?force=true")).await.expect(204);
    }
}

#[track_caller]
pub fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}
