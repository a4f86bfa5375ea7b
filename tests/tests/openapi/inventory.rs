//! A tenant that has one of everything, so that every variable of every path can be filled with something that is there.

use std::collections::BTreeMap;

use harrier_tests::{Client, World};
use serde_json::{Value, json};

/// In every name and text that is nobody else's business.
pub const MARK: &str = "only-ours";

/// What the variables of paths stand for.
pub struct Inventory(BTreeMap<&'static str, String>);

impl Inventory {
    /// Makes one of everything.
    pub async fn of(world: &World, admin: &Client) -> Self {
        let mut known = BTreeMap::new();
        software(world, admin, &mut known).await;
        targets(world, admin, &mut known).await;
        Self(known)
    }

    /// The value of a variable.
    ///
    /// # Panics
    /// For one it does not know: a new kind of entity is to be made here.
    pub fn value(&self, variable: &str) -> String {
        let known = self.0.get(variable);
        known.unwrap_or_else(|| panic!("tests/tests/openapi/inventory.rs makes nothing for {{{variable}}}")).clone()
    }

    fn number(&self, variable: &str) -> i64 {
        self.value(variable).parse().expect("a number")
    }

    /// A body that names entities of this tenant, where the example names any.
    pub fn body(&self, key: &str, example: Option<&Value>) -> Option<Value> {
        let id = |variable: &str| json!([{ "id": self.number(variable) }]);
        let body = match key {
            "POST /rest/v1/targets/{}/targettype" => json!({ "id": self.number("targetTypeId") }),
            "POST /rest/v1/targets/{}/assignedDS" => id("distributionSetId"),
            "POST /rest/v1/distributionsets/{}/assignedSM" => id("softwareModuleId"),
            "POST /rest/v1/distributionsets" => {
                let modules = id("softwareModuleId");
                json!([{ "name": "theirs", "version": "1", "type": "os", "modules": modules }])
            }
            "POST /rest/v1/targets" => {
                json!([{ "controllerId": "theirs", "targetType": self.number("targetTypeId") }])
            }
            "DELETE /rest/v1/actions" => json!([self.number("actionId")]),
            "POST /rest/v1/autoassignments" => {
                let set = self.number("distributionSetId");
                json!({ "name": "theirs", "targetFilterQuery": "name==x", "distributionSetId": set })
            }
            "POST /rest/v1/rollouts" => {
                let set = self.number("distributionSetId");
                json!({ "name": "theirs", "targetFilterQuery": "name==*", "distributionSetId": set, "amountGroups": 1 })
            }
            "POST /rest/v1/targetfilters/{}/autoAssignDS" => json!({ "id": self.number("distributionSetId") }),
            _ if example.is_some_and(|example| *example == json!(["device-1"])) => json!([self.value("controllerId")]),
            _ => return example.cloned(),
        };
        Some(body)
    }
}

async fn made(admin: &Client, path: &str, body: Value) -> String {
    let answer = admin.post(path, body).await.expect(201).json();
    let entity = answer.get(0).unwrap_or(&answer);
    entity["id"].to_string()
}

fn named(rest: Value) -> Value {
    let mut body = json!({ "name": MARK, "description": MARK });
    body.as_object_mut().expect("an object").extend(rest.as_object().cloned().unwrap_or_default());
    json!([body])
}

async fn software(world: &World, admin: &Client, known: &mut BTreeMap<&'static str, String>) {
    let key = json!({ "key": MARK, "maxAssignments": 1 });
    let module_type = made(admin, "/rest/v1/softwaremoduletypes", named(key.clone())).await;
    let listed = json!([{ "id": module_type.parse::<i64>().expect("a number") }]);
    let rest = json!({ "key": MARK, "mandatorymodules": listed, "optionalmodules": [] });
    let set_type = made(admin, "/rest/v1/distributionsettypes", named(rest)).await;
    let tag = made(admin, "/rest/v1/distributionsettags", named(json!({}))).await;
    let deployment = world.deployment(admin, MARK, MARK.as_bytes()).await;
    let uploads = format!("/rest/v1/softwaremodules/{}/artifacts/uploads", deployment.module);
    let upload = made(admin, &uploads, json!({ "filename": "large.bin", "size": 10_000_000 })).await;
    let entry = json!([{ "key": "note", "value": MARK }]);
    for owner in [format!("softwaremodules/{}", deployment.module), format!("distributionsets/{}", deployment.set)] {
        let _ = admin.post(&format!("/rest/v1/{owner}/metadata"), entry.clone()).await.expect(201);
    }
    let assignment = format!("/rest/v1/distributionsettags/{tag}/assigned/{}", deployment.set);
    let _ = admin.post(&assignment, json!(null)).await.expect(204);
    known.extend([
        ("softwareModuleTypeId", module_type),
        ("distributionSetTypeId", set_type),
        ("distributionSetTagId", tag),
        ("softwareModuleId", deployment.module.to_string()),
        ("uploadId", upload),
        ("artifactId", deployment.artifact.to_string()),
        ("fileName", format!("{MARK}.bin")),
        ("distributionSetId", deployment.set.to_string()),
        ("metadataKey", "note".to_owned()),
        ("keyName", "pollingTime".to_owned()),
    ]);
}

async fn targets(world: &World, admin: &Client, known: &mut BTreeMap<&'static str, String>) {
    let target_type = made(admin, "/rest/v1/targettypes", named(json!({ "key": MARK }))).await;
    let tag = made(admin, "/rest/v1/targettags", named(json!({}))).await;
    let filter = json!({ "name": MARK, "query": format!("name=={MARK}") });
    let filter = made(admin, "/rest/v1/targetfilters", filter).await;
    let set: i64 = known["distributionSetId"].parse().expect("a number");
    let auto = json!({ "name": MARK, "targetFilterQuery": "name==nobody", "distributionSetId": set });
    let auto = made(admin, "/rest/v1/autoassignments", auto).await;
    // Not marked: whoever asks for it by its id hears that there is no target with this id.
    let id = "a-target";
    let device = world.device(admin, id).await;
    let action = world.assign(admin, set, id).await;
    let update =
        json!({ "name": MARK, "description": MARK, "targetType": target_type.parse::<i64>().expect("a number") });
    let _ = admin.put(&format!("/rest/v1/targets/{id}"), update).await.expect(200);
    let _ = admin
        .post(&format!("/rest/v1/targets/{id}/metadata"), json!([{ "key": "note", "value": MARK }]))
        .await
        .expect(201);
    let _ = admin.put("/rest/v1/targetgroups/assigned?group=the-group", json!([id])).await.expect(204);
    let _ = admin.post(&format!("/rest/v1/targettags/{tag}/assigned/{id}"), json!(null)).await.expect(204);
    let rollout = json!({
        "name": MARK, "description": MARK, "targetFilterQuery": "name==*", "distributionSetId": set,
        "amountGroups": 0, "dynamic": true, "dynamicGroupTemplate": { "nameSuffix": MARK, "targetCount": 5 },
    });
    let rollout = made(admin, "/rest/v1/rollouts", rollout).await;
    world.installation.stack().settle().await.expect("what moves by itself comes to rest");
    let groups = admin.get(&format!("/rest/v1/rollouts/{rollout}/deploygroups")).await.expect(200).json();
    let attributes = json!({ "data": { "serial": MARK } });
    let _ = device.put(&format!("/DEFAULT/controller/v1/{id}/configData"), attributes).await.expect(200);
    known.extend([
        ("controllerId", id.to_owned()),
        ("actionId", action.to_string()),
        ("targetTypeId", target_type),
        ("targetTagId", tag),
        ("filterId", filter),
        ("autoAssignmentId", auto),
        ("rolloutId", rollout),
        ("groupId", groups["content"][0]["id"].to_string()),
        ("group", "the-group".to_owned()),
        ("tenant", "DEFAULT".to_owned()),
    ]);
}
