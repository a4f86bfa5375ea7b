//! `GET /rest/v1/userinfo` (management §5.17).

use harrier_tests::Installation;
use serde_json::json;

#[tokio::test]
async fn tells_what_was_granted_and_expands_nothing() {
    let server = Installation::start().await;
    let answer = server.user("anna", &["READ_TARGET", "ROLE_ROLLOUT_ADMIN"]).await.get("/rest/v1/userinfo").await;
    let expected =
        json!({ "tenant": "DEFAULT", "username": "anna", "permissions": ["READ_TARGET", "ROLE_ROLLOUT_ADMIN"] });
    assert_eq!(answer.expect(200).json(), expected);
}

#[tokio::test]
async fn a_user_without_rights_may_ask() {
    let server = Installation::start().await;
    let answer = server.user("anna", &[]).await.get("/rest/v1/userinfo").await;
    assert_eq!(answer.expect(200).json()["permissions"], json!([]));
}

#[tokio::test]
async fn bad_credentials_are_challenged() {
    let server = Installation::start().await;
    let callers = [server.anonymous(), server.anonymous().with_login("admin", "wrong")];
    for caller in callers {
        let answer = caller.get("/rest/v1/userinfo").await.expect(401);
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"hawkBit\"");
    }
}
