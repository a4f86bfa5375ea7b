//! An operator and a device at one stack, each with few words.

use harrier::Options;
use harrier_domain::quota::Quotas;
use serde_json::{Value, json};

use crate::{Answer, Client, World};

/// The path of the Management API.
pub const API: &str = "/rest/v1";

/// A stack, an administrator and a device that shows the gateway token.
pub struct Scene {
    pub world: World,
    pub device: Client,
}

impl Scene {
    /// Everything at its default.
    pub async fn start() -> Self {
        Self::with_quotas(|_| ()).await
    }

    /// With other quotas.
    pub async fn with_quotas(adjust: impl FnOnce(&mut Quotas)) -> Self {
        let mut options = Options::in_memory();
        adjust(&mut options.settings.quotas);
        let world = World::start_with(options).await;
        Self { device: world.gateway(), world }
    }

    pub async fn configure(&self, key: &str, value: impl Into<Value>) {
        let path = format!("{API}/system/configs/{key}");
        let _ = self.world.admin.put(&path, json!({ "value": value.into() })).await.expect(204);
    }

    pub async fn get(&self, path: &str) -> Value {
        self.world.admin.get(&format!("{API}/{path}")).await.expect(200).json()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.world.admin.post(&format!("{API}/{path}"), body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.world.admin.put(&format!("{API}/{path}"), body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.world.admin.delete(&format!("{API}/{path}")).await
    }

    /// Makes one entity and returns its id.
    pub async fn create(&self, kind: &str, body: Value) -> i64 {
        id(&self.post(kind, json!([body])).await.expect(201).json()[0])
    }

    /// A software module of type `os` without files.
    pub async fn module(&self, name: &str) -> i64 {
        self.create("softwaremodules", json!({ "name": name, "version": "1", "type": "os" })).await
    }

    /// A complete set.
    pub async fn set(&self, name: &str) -> i64 {
        self.set_with(name, json!({})).await
    }

    /// A set whose actions are not overridden.
    pub async fn migration_step(&self, name: &str) -> i64 {
        self.set_with(name, json!({ "requiredMigrationStep": true })).await
    }

    async fn set_with(&self, name: &str, besides: Value) -> i64 {
        let module = self.module(name).await;
        let mut body = json!({ "name": name, "version": "1", "type": "os", "modules": [{ "id": module }] });
        let members = body.as_object_mut().expect("an object");
        members.extend(besides.as_object().expect("an object").clone());
        self.create("distributionsets", body).await
    }

    pub async fn targets(&self, ids: &[&str]) {
        let targets: Vec<Value> = ids.iter().map(|id| json!({ "controllerId": id })).collect();
        let _ = self.post("targets", json!(targets)).await.expect(201);
    }

    /// Assigns the set to the target and returns the new action.
    pub async fn assign(&self, target: &str, set: i64) -> i64 {
        self.assign_as(target, json!({ "id": set })).await
    }

    pub async fn assign_as(&self, target: &str, body: Value) -> i64 {
        id(&self.try_assign(target, body).await.expect(200).json()["assignedActions"][0])
    }

    pub async fn try_assign(&self, target: &str, body: Value) -> Answer {
        self.post(&format!("targets/{target}/assignedDS"), body).await
    }

    /// The operator's request to cancel; 204.
    pub async fn cancel(&self, target: &str, action: i64) {
        let _ = self.delete(&format!("targets/{target}/actions/{action}")).await.expect(204);
    }

    pub async fn force_quit(&self, target: &str, action: i64) -> Answer {
        self.delete(&format!("targets/{target}/actions/{action}?force=true")).await
    }

    pub async fn poll(&self, target: &str) -> Value {
        self.device.get(&ddi(target)).await.expect(200).json()
    }

    /// Deployment feedback; returns the status.
    pub async fn report(&self, target: &str, action: i64, execution: &str, finished: &str) -> u16 {
        self.feedback(target, action, &json!({ "execution": execution, "result": { "finished": finished } })).await
    }

    pub async fn feedback(&self, target: &str, action: i64, status: &Value) -> u16 {
        let path = format!("{}/deploymentBase/{action}/feedback", ddi(target));
        self.device.post(&path, json!({ "status": status })).await.status
    }

    /// Cancel feedback; returns the status.
    pub async fn report_cancel(&self, target: &str, action: i64, execution: &str, finished: &str) -> u16 {
        let path = format!("{}/cancelAction/{action}/feedback", ddi(target));
        let body = json!({ "status": { "execution": execution, "result": { "finished": finished } } });
        self.device.post(&path, body).await.status
    }

    /// The device confirms or denies; returns the status.
    pub async fn answer(&self, target: &str, action: i64, word: &str) -> u16 {
        let path = format!("{}/confirmationBase/{action}/feedback", ddi(target));
        self.device.post(&path, json!({ "confirmation": word })).await.status
    }

    pub async fn update_status(&self, target: &str) -> String {
        text(&self.get(&format!("targets/{target}")).await["updateStatus"])
    }

    /// The assigned and the installed set.
    pub async fn sets_of(&self, target: &str) -> (Option<i64>, Option<i64>) {
        (self.set_of(target, "assignedDS").await, self.set_of(target, "installedDS").await)
    }

    async fn set_of(&self, target: &str, which: &str) -> Option<i64> {
        let answer = self.world.admin.get(&format!("{API}/targets/{target}/{which}")).await;
        (answer.status == 200).then(|| id(&answer.json()))
    }

    /// The status of an action, and whether it is active.
    pub async fn action(&self, target: &str, action: i64) -> (String, bool) {
        let action = self.get(&format!("targets/{target}/actions/{action}")).await;
        (text(&action["status"]), action["active"] == true)
    }

    /// How many actions the target has.
    pub async fn actions(&self, target: &str) -> u64 {
        self.get(&format!("targets/{target}/actions")).await["total"].as_u64().unwrap_or_default()
    }

    /// An action's history, oldest entry first.
    pub async fn history(&self, target: &str, action: i64) -> Vec<Value> {
        let path = format!("targets/{target}/actions/{action}/status?sort=id:ASC&limit=500");
        self.get(&path).await["content"].as_array().cloned().unwrap_or_default()
    }

    /// The types of the history's entries, oldest first.
    pub async fn entries(&self, target: &str, action: i64) -> Vec<String> {
        self.history(target, action).await.iter().map(|entry| text(&entry["type"])).collect()
    }
}

/// The path of a device.
#[must_use]
pub fn ddi(target: &str) -> String {
    format!("/DEFAULT/controller/v1/{target}")
}

/// The id of an entity.
///
/// # Panics
/// If it has none.
#[must_use]
pub fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}

/// A text, empty for anything else.
#[must_use]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
