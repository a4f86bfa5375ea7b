//! What the stress test plays with: targets, sets, types.

use std::time::Duration;

use harrier::fleet::{Behaviour, Credential, Identity, Plan};
use harrier_tests::{Client, TENANT};
use serde_json::{Value, json};

const GATEWAY_TOKEN: &str = "the-token-of-the-stress-test";
const SETS: usize = 6;
const ARTIFACT_SIZE: usize = 2_000;

/// Nobody gives up before the test ends.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

pub struct Scene {
    pub targets: Vec<String>,
    /// The last one is a required migration step: newer assignments leave its actions alone.
    pub sets: Vec<i64>,
    pub target_types: Vec<i64>,
}

impl Scene {
    pub async fn set(admin: &Client, devices: usize) -> Self {
        let settings = json!({
            "authentication.gatewaytoken.enabled": true,
            "authentication.gatewaytoken.key": GATEWAY_TOKEN,
        });
        let _ = admin.put("/rest/v1/system/configs", settings).await.expect(204);
        let mut sets = Vec::new();
        for number in 0..SETS {
            sets.push(deployable_set(admin, &format!("set-{number}"), number + 1 == SETS).await);
        }
        let types = json!([{ "name": "sensor", "key": "sensor" }, { "name": "gateway", "key": "gateway" }]);
        let types = admin.post("/rest/v1/targettypes", types).await.expect(201).json();
        for target_type in types.as_array().into_iter().flatten() {
            let path = format!("/rest/v1/targettypes/{}/compatibledistributionsettypes", target_type["id"]);
            let set_types = admin.get("/rest/v1/distributionsettypes").await.expect(200).json();
            let ids =
                set_types["content"].as_array().into_iter().flatten().map(|set_type| json!({"id": set_type["id"]}));
            let _ = admin.post(&path, Value::from(ids.collect::<Vec<_>>())).await.expect(204);
        }
        let targets: Vec<String> = (0..devices).map(|number| format!("stress-{number:05}")).collect();
        for batch in targets.chunks(250) {
            let bodies: Vec<Value> = batch.iter().map(|id| json!({ "controllerId": id })).collect();
            let _ = admin.post("/rest/v1/targets", json!(bodies)).await.expect(201);
        }
        Self { targets, sets, target_types: types.as_array().into_iter().flatten().map(id).collect() }
    }

    /// Devices of all targets, who live until they are called home. A target that an operator deletes comes back with
    /// its device's next poll.
    pub fn plan(&self, url: &str, behaviour: Behaviour) -> Plan {
        let identity = |controller_id: &String| Identity {
            controller_id: controller_id.clone(),
            credential: Credential::GatewayToken(GATEWAY_TOKEN.to_owned()),
        };
        let devices = self.targets.iter().map(identity).collect();
        let plan = Plan::new(url, TENANT, devices);
        Plan { behaviour, conclusions: u32::MAX, patience: FOR_EVER, ..plan }
    }

    /// Any device of the fleet.
    pub fn devices(&self, admin: &Client) -> Client {
        admin.clone().with_authorization(format!("GatewayToken {GATEWAY_TOKEN}"))
    }
}

/// A new set with one module of one artifact.
pub async fn deployable_set(admin: &Client, name: &str, required_migration_step: bool) -> i64 {
    let module = json!([{ "name": name, "version": "1", "type": "os" }]);
    let module = id(&admin.post("/rest/v1/softwaremodules", module).await.expect(201).json()[0]);
    let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
    let content = vec![u8::try_from(name.len()).unwrap_or_default(); ARTIFACT_SIZE];
    let _ = admin.upload(&path, &format!("{name}.bin"), &content).await.expect(201);
    let set = json!([{
        "name": name, "version": "1", "type": "os", "modules": [{ "id": module }],
        "requiredMigrationStep": required_migration_step,
    }]);
    id(&admin.post("/rest/v1/distributionsets", set).await.expect(201).json()[0])
}

pub fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}

/// The controller id an action's link to itself names.
pub fn target_of(action: &Value) -> String {
    let href = action["_links"]["self"]["href"].as_str().unwrap_or_default();
    let target = href.split_once("/targets/").and_then(|(_, rest)| rest.split_once('/'));
    target.unwrap_or_else(|| panic!("no target in {action}")).0.to_owned()
}
