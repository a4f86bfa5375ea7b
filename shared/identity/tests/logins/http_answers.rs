//! What a caller of the Management API sees (management §1.2).

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use harrier::embedded::s3::EmbeddedS3;
use harrier_domain::authority::Authority;
use harrier_identity::UserLogins;
use harrier_rest::ApiResult;
use harrier_runtime::{App, Caller, ManualClock, Settings, management_surface};
use serde_json::json;
use std::sync::Arc;
use tower::ServiceExt;

use crate::provider::{Provider, SigningKey};
use crate::stack::{NOW, PREFIX, client, with_tenant};

async fn handler(caller: Caller) -> ApiResult<String> {
    caller.require(Authority::ReadTarget)?;
    Ok(format!("{} of {}", caller.name(), caller.tenant()))
}

async fn api(logins: UserLogins) -> Router {
    let settings = Settings { table_prefix: PREFIX.to_owned(), logins, ..Settings::default() };
    let objects = EmbeddedS3::open(None).unwrap().client();
    let app = App::new(client().await, objects.clone(), objects, settings).unwrap();
    let app = app.with_clock(Arc::new(ManualClock::at(NOW)));
    with_tenant(&app.store).await;
    management_surface(Router::new().route("/who", get(handler)), app)
}

async fn ask(api: &Router, authorization: &str) -> (StatusCode, Vec<String>) {
    let request = Request::get("/who").header(AUTHORIZATION, authorization).body(Body::empty()).unwrap();
    let response = api.clone().oneshot(request).await.unwrap();
    let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
    (response.status(), challenges.map(|value| value.to_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn tokens_decide_between_200_401_403_and_503() {
    let key = SigningKey::elliptic("one");
    let provider = Provider::start(&[&key]).await;
    let api = api(UserLogins { basic: true, oidc: Some(provider.settings()) }).await;
    let bearer = |changes| format!("Bearer {}", key.token(&provider.claims(changes)));
    provider.go_down();
    assert_eq!(ask(&api, &bearer(json!({}))).await.0, StatusCode::SERVICE_UNAVAILABLE);

    let api = self::api(UserLogins { basic: true, oidc: Some(provider.settings()) }).await;
    provider.come_up();
    assert_eq!(ask(&api, &bearer(json!({}))).await.0, StatusCode::OK);
    assert_eq!(ask(&api, &bearer(json!({"roles": null}))).await.0, StatusCode::FORBIDDEN);
    let (status, challenges) = ask(&api, &bearer(json!({"tenant": "unknown"}))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(challenges, ["Basic realm=\"hawkBit\"", "Bearer"]);
}

#[tokio::test]
async fn the_challenge_names_what_is_switched_on() {
    let settings = Provider::start(&[]).await.settings();
    let rows = [
        (UserLogins { basic: true, oidc: None }, vec!["Basic realm=\"hawkBit\""]),
        (UserLogins { basic: false, oidc: Some(settings) }, vec!["Bearer"]),
    ];
    for (logins, expected) in rows {
        assert_eq!(ask(&api(logins).await, "Basic OnB3").await, (StatusCode::UNAUTHORIZED, to_owned(&expected)));
    }
}

fn to_owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
