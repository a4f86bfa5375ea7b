//! A fleet and its rollouts, driven by hand: nothing moves but by [`Fleet::settle`], and the clock stands still.

use harrier::{Options, Time};
use harrier_runtime::ManualClock;
use harrier_tests::{Answer, Client, World};
use serde_json::{Value, json};
use std::sync::Arc;

pub const ROLLOUTS: &str = "/rest/v1/rollouts";

const START: i64 = 1_800_000_000_000;

pub struct Fleet {
    pub world: World,
    pub clock: Arc<ManualClock>,
}

/// The number of an entity.
#[track_caller]
pub fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}

/// `scheduled`, `running`, `error`, `finished`, `cancelled`, `notstarted` of a rollout or a group.
#[track_caller]
pub fn counts(entity: &Value) -> [i64; 6] {
    let counts = &entity["totalTargetsPerStatus"];
    ["scheduled", "running", "error", "finished", "cancelled", "notstarted"]
        .map(|key| counts[key].as_i64().unwrap_or_else(|| panic!("no {key} in {entity}")))
}

impl Fleet {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let time = Time(Arc::clone(&clock) as Arc<dyn harrier_runtime::Clock>);
        let mut options = Options { pumps: false, time, ..Options::in_memory() };
        change(&mut options);
        Self { world: World::start_with(options).await, clock }
    }

    pub fn admin(&self) -> &Client {
        &self.world.admin
    }

    pub async fn settle(&self) {
        self.world.installation.stack().settle().await.expect("the engine comes to rest");
    }

    pub async fn config(&self, key: &str, value: impl Into<Value>) {
        let body = json!({ "value": value.into() });
        let _ = self.admin().put(&format!("/rest/v1/system/configs/{key}"), body).await.expect(204);
    }

    /// Makes targets `<prefix>-00`, `<prefix>-01`, …
    pub async fn targets(&self, prefix: &str, count: usize) -> Vec<String> {
        let ids: Vec<String> = (0..count).map(|number| format!("{prefix}-{number:02}")).collect();
        let body = ids.iter().map(|id| json!({ "controllerId": id })).collect();
        let _ = self.admin().post("/rest/v1/targets", body).await.expect(201);
        self.clock.advance(1);
        ids
    }

    /// A complete set.
    pub async fn set(&self, name: &str) -> i64 {
        let module = json!([{ "name": name, "version": "1.0", "type": "os" }]);
        let module = id(&self.admin().post("/rest/v1/softwaremodules", module).await.expect(201).json()[0]);
        let set = json!([{ "name": name, "version": "1.0", "type": "os", "modules": [{ "id": module }] }]);
        id(&self.admin().post("/rest/v1/distributionsets", set).await.expect(201).json()[0])
    }

    /// Asks for a rollout `name` over the targets that `filter` matches, with further members of `more`.
    pub async fn ask(&self, name: &str, filter: &str, set: i64, more: Value) -> Answer {
        let mut body = json!({ "name": name, "targetFilterQuery": filter, "distributionSetId": set });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        self.admin().post(ROLLOUTS, body).await
    }

    /// A rollout that is ready.
    pub async fn ready(&self, name: &str, filter: &str, set: i64, more: Value) -> i64 {
        let rollout = id(&self.ask(name, filter, set, more).await.expect(201).json());
        self.settle().await;
        assert_eq!(self.status(rollout).await, "ready");
        rollout
    }

    /// A rollout whose first group runs.
    pub async fn running(&self, name: &str, filter: &str, set: i64, more: Value) -> i64 {
        let rollout = self.ready(name, filter, set, more).await;
        self.command(rollout, "start").await;
        assert_eq!(self.status(rollout).await, "running");
        rollout
    }

    /// Gives a command and lets the engine carry it out.
    pub async fn command(&self, rollout: i64, command: &str) {
        let _ = self.say(rollout, command).await.expect(204);
        self.settle().await;
    }

    pub async fn say(&self, rollout: i64, command: &str) -> Answer {
        self.admin().post(&format!("{ROLLOUTS}/{rollout}/{command}"), json!({})).await
    }

    #[track_caller]
    pub fn refused(answer: Answer, status: u16, error: &str) {
        let answer = answer.expect(status);
        assert_eq!(answer.error(), error, "{}", answer.text());
    }

    pub async fn rollout(&self, rollout: i64) -> Value {
        self.admin().get(&format!("{ROLLOUTS}/{rollout}")).await.expect(200).json()
    }

    pub async fn status(&self, rollout: i64) -> String {
        self.rollout(rollout).await["status"].as_str().expect("a status").to_owned()
    }

    pub async fn counts(&self, rollout: i64) -> [i64; 6] {
        counts(&self.rollout(rollout).await)
    }

    pub async fn groups(&self, rollout: i64) -> Vec<Value> {
        let path = format!("{ROLLOUTS}/{rollout}/deploygroups?representation=full&limit=500");
        self.admin().get(&path).await.expect(200).json()["content"].as_array().expect("groups").clone()
    }

    pub async fn group_statuses(&self, rollout: i64) -> Vec<String> {
        self.groups(rollout).await.iter().map(|group| group["status"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub async fn group_sizes(&self, rollout: i64) -> Vec<i64> {
        self.groups(rollout).await.iter().filter_map(|group| group["totalTargets"].as_i64()).collect()
    }

    /// The controller ids of a group's targets, by the group's place.
    pub async fn members(&self, rollout: i64, place: usize) -> Vec<String> {
        let group = id(&self.groups(rollout).await[place]);
        let path = format!("{ROLLOUTS}/{rollout}/deploygroups/{group}/targets?limit=500");
        let page = self.admin().get(&path).await.expect(200).json();
        let targets = page["content"].as_array().expect("targets");
        targets.iter().map(|target| target["controllerId"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The actions of a target, oldest first.
    pub async fn actions(&self, target: &str) -> Vec<Value> {
        let path = format!("/rest/v1/targets/{target}/actions?sort=id:ASC");
        self.admin().get(&path).await.expect(200).json()["content"].as_array().expect("actions").clone()
    }

    pub async fn action_statuses(&self, target: &str) -> Vec<String> {
        self.actions(target)
            .await
            .iter()
            .map(|action| action["status"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// The device reports the end of its newest open action.
    pub async fn report(&self, target: &str, finished: &str) {
        self.feedback(target, json!({ "execution": "closed", "result": { "finished": finished } })).await;
    }

    pub async fn feedback(&self, target: &str, status: Value) {
        let open = self.actions(target).await.into_iter().rev().find(|action| action["active"] == json!(true));
        let action = id(&open.unwrap_or_else(|| panic!("{target} has nothing to do")));
        let path = format!("/DEFAULT/controller/v1/{target}/deploymentBase/{action}/feedback");
        let _ = self.world.gateway().post(&path, json!({ "status": status })).await.expect(200);
    }

    /// These targets succeed; then the engine looks at it.
    pub async fn finish(&self, targets: &[String]) {
        for target in targets {
            self.report(target, "success").await;
        }
        self.settle().await;
    }

    /// These targets fail; then the engine looks at it.
    pub async fn fail(&self, targets: &[String]) {
        for target in targets {
            self.report(target, "failure").await;
        }
        self.settle().await;
    }

    pub async fn assign(&self, target: &str, set: i64) {
        let path = format!("/rest/v1/targets/{target}/assignedDS");
        let _ = self.admin().post(&path, json!({ "id": set })).await.expect(200);
    }

    pub async fn remove(&self, targets: &[String]) {
        for target in targets {
            let _ = self.admin().delete(&format!("/rest/v1/targets/{target}")).await.expect(204);
        }
        self.settle().await;
    }
}

/// Conditions as a request has them.
pub fn conditions(success: u32, action: &str, error: u32) -> Value {
    json!({
        "successCondition": { "condition": "THRESHOLD", "expression": success.to_string() },
        "successAction": { "action": action, "expression": "" },
        "errorCondition": { "condition": "THRESHOLD", "expression": error.to_string() },
    })
}

/// Conditions and a number of groups.
pub fn groups_of(amount: u32, success: u32, action: &str, error: u32) -> Value {
    let mut body = conditions(success, action, error);
    body["amountGroups"] = json!(amount);
    body
}
