//! `/rest/v1/system/configs` (management §5.16 and §7 items 104 to 110, domain §20 items 104 to 107).

use harrier_tests::{Client, Installation};
use serde_json::{Value, json};

const CONFIGS: &str = "/rest/v1/system/configs";

fn path(key: &str) -> String {
    format!("{CONFIGS}/{key}")
}

async fn store(client: &Client, key: &str, value: Value) -> (u16, String) {
    let answer = client.put(&path(key), json!({ "value": value })).await;
    (answer.status, answer.error())
}

async fn value(client: &Client, key: &str) -> Value {
    client.get(&path(key)).await.expect(200).json()["value"].clone()
}

#[tokio::test]
async fn the_list_has_every_key_with_its_default() {
    let server = Installation::start().await;
    let all = server.administrator().get(CONFIGS).await.expect(200).json();
    let expected = [
        ("authentication.header.enabled", json!(false)),
        ("authentication.header.authority", json!("")),
        ("authentication.targettoken.enabled", json!(false)),
        ("authentication.gatewaytoken.enabled", json!(false)),
        ("authentication.gatewaytoken.key", json!("")),
        ("pollingTime", json!("00:05:00")),
        ("pollingOverdueTime", json!("00:05:00")),
        ("maintenanceWindowPollCount", json!(3)),
        ("rollout.approval.enabled", json!(false)),
        ("auto.assignment.approval.enabled", json!(false)),
        ("repository.actions.autoclose.enabled", json!(false)),
        ("action.cleanup.auto.expiry", json!(-1)),
        ("action.cleanup.auto.status", json!("CANCELED,ERROR")),
        ("action.cleanup.onQuotaHit.percent", json!(0)),
        ("action.delete.allowed.statuses", json!("CANCELED,ERROR,FINISHED")),
        ("batch.assignments.enabled", json!(false)),
        ("user.confirmation.flow.enabled", json!(false)),
        ("implicit.lock.enabled", json!(true)),
    ];
    assert_eq!(all.as_object().unwrap().len(), expected.len() + 1);
    for (key, default) in expected {
        assert_eq!((&all[key]["value"], &all[key]["global"]), (&default, &json!(true)), "{key}");
        let link = all[key]["_links"]["self"]["href"].as_str().unwrap();
        assert!(link.starts_with("http://") && link.ends_with(&path(key)), "{link}");
    }
    assert_eq!(all["default.ds.type"]["global"], json!(false));
}

#[tokio::test]
async fn which_values_the_polling_time_takes() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let refused = [
        "00:00:05",
        "00:00:01",
        "xyz",
        "24:00:00",
        "00:10:00, nosuchfield==1 -> 00:01:00",
        "00:10:00, a=b -> 00:01:00",
    ];
    for text in refused {
        assert_eq!(store(&admin, "pollingTime", json!(text)).await, (400, "configValueInvalid".into()), "{text}");
    }
    for text in ["00:10:00~10%", "PT10M", "00:10:00, controllerid==a* -> 00:01:00~5%"] {
        assert_eq!(store(&admin, "pollingTime", json!(text)).await.0, 204, "{text}");
        assert_eq!(value(&admin, "pollingTime").await, json!(text));
    }
}

#[tokio::test]
async fn values_are_converted_to_the_type_of_their_key() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let table = [
        ("rollout.approval.enabled", json!("true"), Some(json!(true))),
        ("rollout.approval.enabled", json!("off"), Some(json!(false))),
        ("rollout.approval.enabled", json!("nonsense"), None),
        ("rollout.approval.enabled", json!(123), None),
        ("maintenanceWindowPollCount", json!("123"), Some(json!(123))),
        ("maintenanceWindowPollCount", json!("123f"), None),
        ("maintenanceWindowPollCount", json!(3_000_000_000_i64), None),
        ("action.cleanup.auto.expiry", json!(3_000_000_000_i64), Some(json!(3_000_000_000_i64))),
        ("authentication.gatewaytoken.key", json!(5), Some(json!("5"))),
        ("authentication.gatewaytoken.key", json!({ "a": 1 }), None),
        ("authentication.gatewaytoken.key", json!(["a"]), None),
    ];
    for (key, sent, expected) in table {
        let answer = store(&admin, key, sent.clone()).await;
        match expected {
            Some(expected) => {
                assert_eq!(answer.0, 204, "{key} {sent}");
                assert_eq!(value(&admin, key).await, expected, "{key} {sent}");
            }
            None => assert_eq!(answer, (400, "configValueInvalid".into()), "{key} {sent}"),
        }
    }
}

#[tokio::test]
async fn bodies_without_a_value_are_not_readable() {
    let server = Installation::start().await;
    let admin = server.administrator();
    for body in [json!({ "value": null }), json!({}), json!(null), json!("text"), json!([1])] {
        let answer = admin.put(&path("pollingTime"), body.clone()).await;
        assert_eq!((answer.status, answer.error()), (400, "notReadable".into()), "{body}");
    }
}

#[tokio::test]
async fn a_batch_is_stored_as_a_whole_or_not_at_all() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let default_set_type = value(&admin, "default.ds.type").await;
    let other_set_type = default_set_type.as_i64().unwrap() - 1;
    let refused = [
        (json!({ "bogus": 1 }), "configKeyInvalid"),
        (json!({ "multi.assignments.enabled": true }), "configKeyInvalid"),
        (json!({ "pollingTime": "xyz" }), "configValueInvalid"),
        (json!({ "pollingTime": null }), "configValueInvalid"),
    ];
    for (mut body, error) in refused {
        body["rollout.approval.enabled"] = json!(true);
        body["default.ds.type"] = json!(other_set_type);
        let answer = admin.put(CONFIGS, body.clone()).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, error), "{body}");
        assert_eq!(value(&admin, "rollout.approval.enabled").await, json!(false));
        assert_eq!(value(&admin, "default.ds.type").await, default_set_type);
    }
    let body = json!({
        "rollout.approval.enabled": true, "pollingTime": "00:01:00", "default.ds.type": other_set_type
    });
    assert_eq!(admin.put(CONFIGS, body).await.expect(204).body.len(), 0);
    assert_eq!(value(&admin, "rollout.approval.enabled").await, json!(true));
    assert_eq!(value(&admin, "pollingTime").await, json!("00:01:00"));
    assert_eq!(value(&admin, "default.ds.type").await, json!(other_set_type));
}

#[tokio::test]
async fn an_empty_batch_changes_nothing() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let before = admin.get(CONFIGS).await.json();
    let _ = admin.put(CONFIGS, json!({})).await.expect(204);
    assert_eq!(admin.get(CONFIGS).await.json(), before);
}

#[tokio::test]
async fn unknown_keys() {
    let server = Installation::start().await;
    let admin = server.administrator();
    for key in ["whatever", "multi.assignments.enabled", "minPollingTime", "action.cleanup.enabled"] {
        let read = admin.get(&path(key)).await;
        assert_eq!((read.status, read.error()), (400, "configKeyInvalid".into()), "{key}");
        assert_eq!(store(&admin, key, json!(1)).await, (400, "configKeyInvalid".into()), "{key}");
        let _ = admin.delete(&path(key)).await.expect(204);
    }
}

#[tokio::test]
async fn the_default_set_type() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let id = value(&admin, "default.ds.type").await.as_i64().unwrap();
    for wrong in [json!("os_app"), json!(id.to_string()), json!(true), json!(1.5)] {
        let answer = store(&admin, "default.ds.type", wrong.clone()).await;
        assert_eq!(answer, (400, "configValueInvalid".into()), "{wrong}");
    }
    assert_eq!(store(&admin, "default.ds.type", json!(4711)).await, (404, "entityNotFound".into()));
    assert_eq!(store(&admin, "default.ds.type", json!(id - 1)).await.0, 204);
    let answer = admin.get(&path("default.ds.type")).await.json();
    assert_eq!((&answer["value"], &answer["global"]), (&json!(id - 1), &json!(false)));
    assert!(answer.get("createdAt").is_none());
    let _ = admin.delete(&path("default.ds.type")).await.expect(404);
}

#[tokio::test]
async fn who_may_read_the_default_set_type() {
    let server = Installation::start().await;
    let table = [
        ("READ_DISTRIBUTION_SET", 200),
        ("READ_TARGET", 200),
        ("READ_TENANT_CONFIGURATION", 200),
        ("READ_ROLLOUT", 403),
    ];
    for (authority, status) in table {
        let user = server.user(authority, &[authority]).await;
        let _ = user.get(&path("default.ds.type")).await.expect(status);
    }
}

#[tokio::test]
async fn the_gateway_token_is_hidden_from_those_who_may_not_read_it() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let key = "authentication.gatewaytoken.key";
    let writer = server.user("writer", &["UPDATE_TENANT_CONFIGURATION"]).await;
    assert_eq!(store(&writer, key, json!("sesame")).await.0, 204);
    let reader = server.user("reader", &["READ_TENANT_CONFIGURATION"]).await;
    let all = reader.get(CONFIGS).await.expect(200).json();
    assert!(all.get(key).is_none() && all.get("pollingTime").is_some());
    let alone = reader.get(&path(key)).await.expect(403);
    assert_eq!(alone.error(), "insufficientPermission");
    assert_eq!(value(&admin, key).await, json!("sesame"));
    assert_eq!(admin.get(CONFIGS).await.json()[key]["value"], json!("sesame"));
}

#[tokio::test]
async fn each_operation_has_its_right() {
    let server = Installation::start().await;
    let rights = ["READ_TENANT_CONFIGURATION", "UPDATE_TENANT_CONFIGURATION", "DELETE_TENANT_CONFIGURATION"];
    for (index, right) in rights.into_iter().enumerate() {
        let user = server.user(right, &[right]).await;
        let answers = [
            user.get(CONFIGS).await.status,
            user.put(&path("implicit.lock.enabled"), json!({ "value": true })).await.status,
            user.delete(&path("implicit.lock.enabled")).await.status,
        ];
        for (operation, status) in answers.into_iter().enumerate() {
            assert_eq!(status == 403, operation != index, "operation {operation} with {right}: {status}");
        }
    }
}

#[tokio::test]
async fn a_stored_value_tells_who_and_when_until_it_is_deleted() {
    let server = Installation::start().await;
    let admin = server.administrator();
    assert_eq!(store(&admin, "pollingTime", json!("00:10:00")).await.0, 204);
    let first = admin.get(&path("pollingTime")).await.json();
    assert_eq!((&first["global"], &first["createdBy"]), (&json!(false), &json!("admin")));
    assert!(first["createdAt"].as_i64().unwrap() > 0);

    let editor = server.user("editor", &["TENANT_CONFIGURATION"]).await;
    assert_eq!(store(&editor, "pollingTime", json!("00:20:00")).await.0, 204);
    let second = admin.get(&path("pollingTime")).await.json();
    assert_eq!((&second["createdAt"], &second["createdBy"]), (&first["createdAt"], &json!("admin")));
    assert_eq!(second["lastModifiedBy"], json!("editor"));
    assert!(second["lastModifiedAt"].as_i64() >= first["lastModifiedAt"].as_i64());

    for _ in 0..2 {
        let _ = admin.delete(&path("pollingTime")).await.expect(204);
    }
    let third = admin.get(&path("pollingTime")).await.json();
    assert_eq!((&third["global"], &third["value"]), (&json!(true), &json!("00:05:00")));
    for member in ["createdAt", "createdBy", "lastModifiedAt", "lastModifiedBy"] {
        assert!(third.get(member).is_none(), "{member}");
    }
}

#[tokio::test]
async fn concurrent_changes_of_different_keys_are_all_kept() {
    let server = Installation::start().await;
    let admin = server.administrator();
    let keys = ["rollout.approval.enabled", "user.confirmation.flow.enabled", "batch.assignments.enabled"];
    let (one, two, three, again) = tokio::join!(
        store(&admin, keys[0], json!(true)),
        store(&admin, keys[1], json!(true)),
        store(&admin, keys[2], json!(true)),
        store(&admin, keys[0], json!(true)),
    );
    assert_eq!([one.0, two.0, three.0, again.0], [204; 4]);
    for key in keys {
        assert_eq!(value(&admin, key).await, json!(true), "{key}");
    }
}
