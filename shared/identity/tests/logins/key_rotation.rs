//! The provider's keys come, go, and cannot always be had.

use harrier_identity::oidc::{KeyTiming, ProviderError};
use harrier_identity::{LoginError, UserDirectory};
use serde_json::json;

use crate::provider::{Provider, SigningKey};
use crate::stack::{NOW, trusting};

const TIMING: KeyTiming = KeyTiming {
    fresh_for: 600_000,
    usable_for: 3_600_000,
    ask_again_after: 10_000,
    timeout: std::time::Duration::from_secs(30),
};

struct Scene {
    provider: Provider,
    users: UserDirectory,
}

impl Scene {
    async fn with(keys: &[&SigningKey]) -> Self {
        let provider = Provider::start(keys).await;
        let mut settings = provider.settings();
        settings.timing = TIMING;
        Self { users: trusting(settings).await, provider }
    }

    /// Whether a token of this key is accepted so many milliseconds later.
    async fn accepts(&self, key: &SigningKey, later: i64) -> Result<bool, LoginError> {
        let token = key.token(&self.provider.claims(json!({"exp": NOW / 1000 + 1_000_000})));
        Ok(self.users.authenticate(&format!("Bearer {token}"), NOW + later).await?.is_some())
    }
}

fn is_without_keys(outcome: &Result<bool, LoginError>) -> bool {
    matches!(outcome, Err(LoginError::Provider(ProviderError::NoKeys)))
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_but_not_at_every_token() {
    let (old, new, stranger) = (SigningKey::elliptic("old"), SigningKey::elliptic("new"), SigningKey::elliptic("x"));
    let scene = Scene::with(&[&old]).await;
    assert!(scene.accepts(&old, 0).await.unwrap());
    scene.provider.publish(&[&old, &new]);
    assert!(!scene.accepts(&new, 9_999).await.unwrap(), "asked a moment ago");
    assert_eq!(scene.provider.reads(), 1);
    assert!(scene.accepts(&new, 10_000).await.unwrap());
    assert_eq!(scene.provider.reads(), 2);
    for later in 10_001..10_050 {
        assert!(!scene.accepts(&stranger, later).await.unwrap());
    }
    assert_eq!(scene.provider.reads(), 2);
    assert!(scene.accepts(&old, 10_050).await.unwrap());
}

#[tokio::test]
async fn a_withdrawn_key_stops_when_the_keys_are_old() {
    let (old, new) = (SigningKey::elliptic("old"), SigningKey::elliptic("new"));
    let scene = Scene::with(&[&old, &new]).await;
    assert!(scene.accepts(&old, 0).await.unwrap());
    scene.provider.publish(&[&new]);
    assert!(scene.accepts(&old, TIMING.fresh_for - 1).await.unwrap());
    assert!(!scene.accepts(&old, TIMING.fresh_for).await.unwrap());
    assert!(scene.accepts(&new, TIMING.fresh_for).await.unwrap());
}

#[tokio::test]
async fn all_keys_can_be_withdrawn() {
    let key = SigningKey::elliptic("one");
    let scene = Scene::with(&[&key]).await;
    assert!(scene.accepts(&key, 0).await.unwrap());
    scene.provider.publish(&[]);
    assert!(!scene.accepts(&key, TIMING.fresh_for).await.unwrap());
}

#[tokio::test]
async fn while_the_provider_is_down_old_keys_serve_up_to_a_limit() {
    let key = SigningKey::elliptic("one");
    let scene = Scene::with(&[&key]).await;
    assert!(scene.accepts(&key, 0).await.unwrap());
    scene.provider.go_down();
    assert!(scene.accepts(&key, TIMING.fresh_for).await.unwrap());
    assert!(scene.accepts(&key, TIMING.fresh_for + 1).await.unwrap());
    assert_eq!(scene.provider.reads(), 2, "a provider in trouble is left alone for a moment");
    assert!(scene.accepts(&key, TIMING.usable_for - 1).await.unwrap());
    assert!(is_without_keys(&scene.accepts(&key, TIMING.usable_for).await));
    scene.provider.come_up();
    assert!(scene.accepts(&key, TIMING.usable_for + TIMING.ask_again_after).await.unwrap());
}

#[tokio::test]
async fn without_any_keys_nobody_is_refused_or_let_in() {
    let key = SigningKey::elliptic("one");
    let scene = Scene::with(&[&key]).await;
    scene.provider.go_down();
    assert!(is_without_keys(&scene.accepts(&key, 0).await));
    assert!(is_without_keys(&scene.accepts(&key, 1).await));
    assert_eq!(scene.provider.reads(), 1);
    scene.provider.come_up();
    assert!(scene.accepts(&key, 10_000).await.unwrap());
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_is_not_believed() {
    let key = SigningKey::elliptic("one");
    let scene = Scene::with(&[&key]).await;
    scene.provider.call_itself("https://evil.example.org");
    assert!(is_without_keys(&scene.accepts(&key, 0).await));
}

#[tokio::test]
async fn many_requests_ask_once() {
    let (key, new) = (SigningKey::elliptic("one"), SigningKey::elliptic("new"));
    let scene = Scene::with(&[&key]).await;
    let all = futures::future::join_all((0..50).map(|_| scene.accepts(&key, 0))).await;
    assert!(all.into_iter().all(|accepted| accepted.unwrap()));
    assert_eq!(scene.provider.reads(), 1);
    scene.provider.publish(&[&key, &new]);
    let all = futures::future::join_all((0..50).map(|_| scene.accepts(&new, 20_000))).await;
    assert!(all.into_iter().all(|accepted| accepted.unwrap()));
    assert_eq!(scene.provider.reads(), 2);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_stop_the_asking() {
    let key = SigningKey::elliptic("one");
    let scene = Scene::with(&[&key]).await;
    let mut given_up = Box::pin(scene.accepts(&key, 0));
    assert!(futures::poll!(&mut given_up).is_pending());
    drop(given_up);
    assert!(scene.accepts(&key, 1).await.unwrap());
    assert_eq!(scene.provider.reads(), 1);
}
