//! Somebody who manages the fleet, at random.

use std::sync::Arc;

use harrier_tests::{Answer, Client};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};

use super::ledger::Ledger;
use super::scene::{Scene, id, target_of};

/// Between two operations of one operator.
const PAUSE: Duration = Duration::from_millis(10);
/// After an answer that did not come: the server is being killed.
const ABSENCE: Duration = Duration::from_millis(300);

/// Looks only, and is not counted.
const LISTING: &str = "list actions";

pub struct Operator {
    admin: Client,
    scene: Arc<Scene>,
    ledger: Arc<Ledger>,
    dice: StdRng,
    /// Names of what is made anew.
    made: u32,
    mark: u32,
}

impl Operator {
    pub fn new(admin: Client, scene: Arc<Scene>, ledger: Arc<Ledger>, mut dice: StdRng) -> Self {
        let mark = dice.random();
        Self { admin, scene, ledger, dice, made: 0, mark }
    }

    pub async fn work(mut self) {
        while !self.ledger.is_closed() {
            self.operate().await;
            sleep(PAUSE).await;
        }
    }

    async fn operate(&mut self) {
        match self.dice.random_range(0..100) {
            0..34 => self.assign().await,
            34..36 => self.report_offline().await,
            36..52 => self.cancel("cancel", "").await,
            52..62 => self.cancel("force quit", "?force=true").await,
            62..68 => self.force().await,
            68..78 => self.confirm().await,
            78..84 => self.auto_confirm().await,
            84..87 => self.delete_actions().await,
            87..89 => self.delete_target().await,
            89..92 => self.change_type().await,
            92..95 => self.configure().await,
            95..97 => self.replace_software().await,
            97 => self.invalidate().await,
            98 => self.roll_out().await,
            _ => self.steer().await,
        };
    }

    async fn assign(&mut self) -> Option<()> {
        let set = self.any_set();
        let count = self.dice.random_range(1..=12);
        let targets: Vec<String> = self.scene.targets.choose_multiple(&mut self.dice, count).cloned().collect();
        let orders: Vec<Value> = targets.iter().map(|id| self.order(id)).collect();
        let outcome = self.post("assign", &format!("/rest/v1/distributionsets/{set}/assignedTargets"), orders).await?;
        self.note(&outcome);
        Some(())
    }

    fn order(&mut self, controller_id: &str) -> Value {
        let kind = *["forced", "soft", "timeforced", "downloadonly"].choose(&mut self.dice).unwrap_or(&"forced");
        let weight = *[0, 500, 1000].choose(&mut self.dice).unwrap_or(&1000);
        json!({
            "id": controller_id, "type": kind, "weight": weight, "forcetime": 1,
            "confirmationRequired": self.dice.random_bool(0.5),
        })
    }

    /// Notes the new actions.
    fn note(&self, outcome: &Value) {
        for action in outcome["assignedActions"].as_array().into_iter().flatten() {
            self.ledger.assigned(target_of(action), id(action));
        }
    }

    async fn report_offline(&mut self) -> Option<()> {
        let (target, set) = (self.any_target(), self.any_set());
        let path = format!("/rest/v1/targets/{target}/assignedDS?offline=true");
        self.post("offline", &path, json!({ "id": set })).await.map(drop)
    }

    async fn cancel(&mut self, operation: &'static str, query: &str) -> Option<()> {
        let path = self.any_action(operation).await?;
        self.send(operation, self.admin.request(Method::DELETE, &format!("{path}{query}"))).await.map(drop)
    }

    async fn force(&mut self) -> Option<()> {
        let path = self.any_action("force").await?;
        let request = self.admin.request(Method::PUT, &path).json(&json!({ "forceType": "forced" }));
        self.send("force", request).await.map(drop)
    }

    async fn confirm(&mut self) -> Option<()> {
        let path = self.any_action("confirm").await?;
        let answer = if self.dice.random_bool(0.7) { "confirmed" } else { "denied" };
        let body = json!({ "confirmation": answer, "code": self.dice.random_range(0..3) });
        let request = self.admin.request(Method::PUT, &format!("{path}/confirmation")).json(&body);
        self.send("confirm", request).await.map(drop)
    }

    async fn auto_confirm(&mut self) -> Option<()> {
        let switch = if self.dice.random_bool(0.5) { "activate" } else { "deactivate" };
        let path = format!("/rest/v1/targets/{}/autoConfirm/{switch}", self.any_target());
        self.post("auto-confirm", &path, json!({})).await.map(drop)
    }

    async fn delete_actions(&mut self) -> Option<()> {
        let target = self.any_target();
        self.ledger.will_shorten(&target);
        let path = format!("/rest/v1/targets/{target}/actions?keepLast=1");
        self.send("delete actions", self.admin.request(Method::DELETE, &path)).await.map(drop)
    }

    async fn delete_target(&mut self) -> Option<()> {
        let target = self.any_target();
        self.ledger.will_shorten(&target);
        let path = format!("/rest/v1/targets/{target}");
        self.send("delete target", self.admin.request(Method::DELETE, &path)).await.map(drop)
    }

    async fn change_type(&mut self) -> Option<()> {
        let path = format!("/rest/v1/targets/{}/targettype", self.any_target());
        if self.dice.random_bool(0.3) {
            return self.send("untype", self.admin.request(Method::DELETE, &path)).await.map(drop);
        }
        let target_type = *self.scene.target_types.choose(&mut self.dice)?;
        self.post("type", &path, json!({ "id": target_type })).await.map(drop)
    }

    async fn configure(&mut self) -> Option<()> {
        let keys = ["user.confirmation.flow.enabled", "repository.actions.autoclose.enabled"];
        let key = *keys.choose(&mut self.dice)?;
        let body = json!({ "value": self.dice.random_bool(0.6) });
        let request = self.admin.request(Method::PUT, &format!("/rest/v1/system/configs/{key}")).json(&body);
        self.send("configure", request).await.map(drop)
    }

    /// Makes a module, uploads bytes that others may have too, and removes both again.
    async fn replace_software(&mut self) -> Option<()> {
        let module = self.new_module("module").await?;
        let path = format!("/rest/v1/softwaremodules/{module}");
        for number in 0..2 {
            let content = vec![self.dice.random_range(0..3_u8); 500];
            let part = Part::bytes(content).file_name(format!("{number}.bin"));
            let request = self.admin.request(Method::POST, &format!("{path}/artifacts"));
            let artifact = self.send("upload", request.multipart(Form::new().part("file", part))).await?;
            if number == 0 && self.dice.random_bool(0.5) {
                let path = format!("{path}/artifacts/{}", artifact["id"]);
                self.send("delete artifact", self.admin.request(Method::DELETE, &path)).await?;
            }
        }
        if self.dice.random_bool(0.8) {
            self.send("delete module", self.admin.request(Method::DELETE, &path)).await?;
        }
        Some(())
    }

    /// Makes a set, assigns it, and withdraws it.
    async fn invalidate(&mut self) -> Option<()> {
        let module = self.new_module("withdrawn").await?;
        let name = format!("withdrawn-{}-{}", self.mark, self.made);
        let set = json!([{ "name": name, "version": "1", "type": "os", "modules": [{ "id": module }] }]);
        let set = self.post("make set", "/rest/v1/distributionsets", set).await?[0]["id"].as_i64()?;
        let targets: Vec<String> = self.scene.targets.choose_multiple(&mut self.dice, 5).cloned().collect();
        let orders: Vec<Value> = targets.iter().map(|id| self.order(id)).collect();
        let path = format!("/rest/v1/distributionsets/{set}");
        let outcome = self.post("assign", &format!("{path}/assignedTargets"), orders).await?;
        self.note(&outcome);
        let mode = *["none", "soft", "force"].choose(&mut self.dice)?;
        let body = json!({ "actionCancelationType": mode });
        self.post("invalidate", &format!("{path}/invalidate"), body).await.map(drop)
    }

    /// Makes a rollout to a tenth of the fleet that starts by itself, over whatever else is going on there.
    async fn roll_out(&mut self) -> Option<()> {
        self.made += 1;
        let body = json!({
            "name": format!("rollout-{}-{}", self.mark, self.made), "distributionSetId": self.any_set(),
            "targetFilterQuery": format!("controllerid==*{}", self.dice.random_range(0..10)), "amountGroups": 3,
            "startAt": 1, "errorCondition": { "condition": "THRESHOLD", "expression": "60" },
        });
        let rollout = self.post("roll out", "/rest/v1/rollouts", body).await?;
        self.ledger.made_rollout(id(&rollout));
        Some(())
    }

    async fn steer(&mut self) -> Option<()> {
        let rollout = *self.ledger.rollouts().choose(&mut self.dice)?;
        let path = format!("/rest/v1/rollouts/{rollout}");
        match self.dice.random_range(0..10) {
            0 => self.send("delete rollout", self.admin.request(Method::DELETE, &path)).await.map(drop),
            1 => self.post("stop", &format!("{path}/stop"), json!(null)).await.map(drop),
            2..5 => self.post("pause", &format!("{path}/pause"), json!(null)).await.map(drop),
            5..8 => self.post("resume", &format!("{path}/resume"), json!(null)).await.map(drop),
            _ => self.post("next group", &format!("{path}/triggerNextGroup"), json!(null)).await.map(drop),
        }
    }

    async fn new_module(&mut self, kind: &str) -> Option<i64> {
        self.made += 1;
        let name = format!("{kind}-{}-{}", self.mark, self.made);
        let body = json!([{ "name": name, "version": "1", "type": "os" }]);
        self.post("make module", "/rest/v1/softwaremodules", body).await?[0]["id"].as_i64()
    }

    fn any_target(&mut self) -> String {
        let number = self.dice.random_range(0..self.scene.targets.len());
        self.scene.targets[number].clone()
    }

    fn any_set(&mut self) -> i64 {
        let number = self.dice.random_range(0..self.scene.sets.len());
        self.scene.sets[number]
    }

    /// The path of one of the newest actions of any target; none if the target has no actions.
    async fn any_action(&mut self, operation: &'static str) -> Option<String> {
        let target = self.any_target();
        let path = format!("/rest/v1/targets/{target}/actions");
        let request = self.admin.request(Method::GET, &format!("{path}?limit=3&sort=id:DESC"));
        let actions = self.send(LISTING, request).await?;
        let actions = actions["content"].as_array()?;
        // Most operations want an action that is open.
        let open: Vec<&Value> = actions.iter().filter(|action| suits(operation, action)).collect();
        let action = if open.is_empty() { actions.choose(&mut self.dice)? } else { *open.choose(&mut self.dice)? };
        Some(format!("{path}/{}", action["id"]))
    }

    async fn post(&self, operation: &'static str, path: &str, body: impl Into<Value>) -> Option<Value> {
        self.send(operation, self.admin.request(Method::POST, path).json(&body.into())).await
    }

    /// Sends, notes the answer, and gives back the body of a success. Refusals are part of the game, failures are not.
    async fn send(&self, operation: &'static str, request: RequestBuilder) -> Option<Value> {
        let Some(answer) = answer(request).await else {
            self.ledger.answered(operation, 0);
            sleep(ABSENCE).await;
            return None;
        };
        let Answer { status, ref body, .. } = answer;
        if operation != LISTING {
            self.ledger.answered(operation, status);
        }
        let text = String::from_utf8_lossy(body);
        assert!(status < 500 && !matches!(status, 401 | 403), "{operation}: {status} {text}");
        assert!(!text.contains("concurrentModification"), "{operation}: {text}");
        (status < 300).then(|| serde_json::from_slice(body).unwrap_or_default())
    }
}

fn suits(operation: &str, action: &Value) -> bool {
    match operation {
        "force quit" => action["status"] == "canceling",
        "confirm" => action["status"] == "wait_for_confirmation",
        _ => action["active"] == true,
    }
}

/// The whole answer, if it comes.
async fn answer(request: RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Some(Answer { status, headers, body: response.bytes().await.ok()? })
}
