use harrier_tests::lambda::{Aws, Gateway};
use harrier_tests::update::update;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_update_over_the_functions_of_lambda() {
    let aws = Aws::start().await;
    let gateway = Gateway::start(&aws).await;
    // Every byte value, so that a body mistaken for text would be noticed.
    let file: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    update(&aws.login(gateway.anonymous()), &gateway.anonymous(), "device-1", &file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_over_the_functions_of_lambda() {
    let aws = Aws::start().await;
    let gateway = Gateway::start(&aws).await;
    let operator = aws.login(gateway.anonymous());
    let path = "/rest/v1/system/configs/pollingTime";
    let _ = operator.put(path, json!({ "value": "00:00:01" })).await.expect(400);
    let _ = operator.put(path, json!({ "value": "00:01:00" })).await.expect(204);
    let stored = operator.get(path).await.expect(200).json();
    assert_eq!(stored["value"], json!("00:01:00"));
    assert_eq!(stored["_links"]["self"]["href"], json!(format!("http://{}{path}", gateway.address())));
    assert_eq!(gateway.anonymous().get("/rest/v1/userinfo").await.status, 401);
    assert_eq!(operator.get("/rest/v1/nothing").await.status, 404);
}
