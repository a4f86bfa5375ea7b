//! Tenant configuration, metadata, tokens: 104–110. 108 is clean-up, with the campaigns.

use super::Scene;
use serde_json::json;

#[tokio::test]
async fn surprise_104_a_batch_with_one_bad_value_stores_nothing() {
    let scene = Scene::start().await;
    let batch = json!({ "rollout.approval.enabled": true, "pollingTime": "00:00:01" });
    assert_eq!(scene.put("system/configs", batch).await.expect(400).error(), "configValueInvalid");
    let kept = scene.get("system/configs/rollout.approval.enabled").await;
    assert_eq!((&kept["value"], &kept["global"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn surprise_105_106_107_values_are_converted_or_refused() {
    let scene = Scene::start().await;
    let rows = [
        ("maintenanceWindowPollCount", json!("123"), Some(json!(123))),
        ("maintenanceWindowPollCount", json!("123f"), None),
        ("rollout.approval.enabled", json!(123), None),
        ("authentication.gatewaytoken.key", json!(5), Some(json!("5"))),
        ("pollingTime", json!("00:00:01"), None),
        ("pollingTime", json!("garbage"), None),
        ("pollingTime", json!("00:10:00"), Some(json!("00:10:00"))),
    ];
    for (key, value, stored) in rows {
        let path = format!("system/configs/{key}");
        let answer = scene.put(&path, json!({ "value": value })).await;
        match stored {
            Some(stored) => {
                assert_eq!(answer.status, 204, "{key} {value}");
                assert_eq!(scene.get(&path).await["value"], stored);
            }
            None => assert_eq!((answer.status, answer.error().as_str()), (400, "configValueInvalid"), "{key} {value}"),
        }
    }
}

#[tokio::test]
async fn surprise_109_metadata_of_targets_is_made_that_of_software_is_put() {
    let scene = Scene::start().await;
    scene.targets(&["dev"]).await;
    let (set, module) = (scene.set("s").await, scene.module("m").await);
    let entry = json!([{ "key": "k", "value": "v" }]);
    let kinds = [
        ("targets/dev", 409),
        (&*format!("distributionsets/{set}"), 201),
        (&*format!("softwaremodules/{module}"), 201),
    ];
    for (owner, again) in kinds {
        let path = format!("{owner}/metadata");
        let _ = scene.post(&path, entry.clone()).await.expect(201);
        let _ = scene.post(&path, entry.clone()).await.expect(again);
    }
}

#[tokio::test]
async fn surprise_110_the_token_is_shown_to_who_may_read_it() {
    let scene = Scene::start().await;
    let creator = scene.world.installation.user("creator", &["CREATE_TARGET", "READ_TARGET"]).await;
    let made = creator.post("/rest/v1/targets", json!([{ "controllerId": "dev" }])).await.expect(201).json();
    assert_eq!(made[0].get("securityToken"), None);
    assert_eq!(creator.get("/rest/v1/targets/dev").await.expect(200).json().get("securityToken"), None);
    assert!(scene.get("targets/dev").await["securityToken"].is_string());
}
