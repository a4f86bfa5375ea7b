//! Which tokens are accepted, and what they say of the user (management §1.2).

use aws_lc_rs::hmac;
use harrier_domain::Tenant;
use harrier_domain::authority::Authority;
use harrier_identity::UserDirectory;
use harrier_identity::oidc::SigningAlgorithm;
use serde_json::{Value, json};

use crate::provider::{Provider, SigningKey, base64, unsigned};
use crate::stack::{NOW, trusting};

async fn accepted(users: &UserDirectory, token: &str) -> bool {
    users.authenticate(&format!("Bearer {token}"), NOW).await.unwrap().is_some()
}

#[tokio::test]
async fn a_good_token_of_each_kind_of_key_names_user_tenant_and_authorities() {
    for key in [SigningKey::rsa("one"), SigningKey::elliptic("one")] {
        let provider = Provider::start(&[&key]).await;
        let users = trusting(provider.settings()).await;
        let token = key.token(&provider.claims(json!({"roles": ["ROLE_TARGET_ADMIN", "else"]})));
        let user = users.authenticate(&format!("bearer {token}"), NOW).await.unwrap().unwrap();
        assert_eq!(user.name, "ada");
        assert_eq!(user.tenant, Tenant::parse("ACME").unwrap());
        assert_eq!(user.authorities.granted(), ["ROLE_TARGET_ADMIN", "else"]);
        assert!(user.authorities.has(Authority::DeleteTarget));
        assert!(!user.authorities.has(Authority::ReadRollout));
    }
}

#[tokio::test]
async fn claims_that_do_not_hold_are_refused() {
    let key = SigningKey::elliptic("one");
    let provider = Provider::start(&[&key]).await;
    let users = trusting(provider.settings()).await;
    let seconds = NOW / 1000;
    let rows: [(Value, bool); 14] = [
        (json!({}), true),
        (json!({"aud": "harrier"}), true),
        (json!({"aud": "other"}), false),
        (json!({"aud": ["other"]}), false),
        (json!({"aud": null}), false),
        (json!({"iss": "https://evil.example.org"}), false),
        (json!({"iss": null}), false),
        (json!({"exp": seconds - 60}), false),
        (json!({"exp": null}), false),
        (json!({"nbf": seconds + 60}), false),
        (json!({"nbf": seconds - 60}), true),
        (json!({"preferred_username": null}), false),
        (json!({"tenant": null}), false),
        (json!({"tenant": "no/tenant"}), false),
    ];
    for (changes, expected) in rows {
        assert_eq!(accepted(&users, &key.token(&provider.claims(changes.clone()))).await, expected, "{changes}");
    }
}

#[tokio::test]
async fn without_roles_a_user_may_nothing() {
    let key = SigningKey::elliptic("one");
    let provider = Provider::start(&[&key]).await;
    let users = trusting(provider.settings()).await;
    for roles in [json!(null), json!("READ_TARGET"), json!([])] {
        let token = key.token(&provider.claims(json!({"roles": roles})));
        let user = users.authenticate(&format!("Bearer {token}"), NOW).await.unwrap().unwrap();
        assert_eq!(user.authorities.effective().count(), 0, "{roles}");
    }
}

#[tokio::test]
async fn a_token_without_tenant_falls_back_only_if_so_configured() {
    let key = SigningKey::elliptic("one");
    let provider = Provider::start(&[&key]).await;
    let fallback_tenant = Some(Tenant::parse(Tenant::DEFAULT).unwrap());
    let mut settings = provider.settings();
    settings.fallback_tenant.clone_from(&fallback_tenant);
    let users = trusting(settings).await;
    let token = key.token(&provider.claims(json!({"tenant": null})));
    let user = users.authenticate(&format!("Bearer {token}"), NOW).await.unwrap().unwrap();
    assert_eq!(Some(user.tenant), fallback_tenant);
    assert!(!accepted(&users, &key.token(&provider.claims(json!({"tenant": "no/tenant"})))).await);
}

#[tokio::test]
async fn forged_tokens_are_refused_before_the_provider_hears_of_them() {
    let key = SigningKey::rsa("one");
    let provider = Provider::start(&[&key]).await;
    let users = trusting(provider.settings()).await;
    let claims = provider.claims(json!({}));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &key.public_bytes());
    let symmetric = unsigned(&json!({"alg": "HS256", "kid": "one"}), &claims);
    let symmetric = format!("{symmetric}.{}", base64(hmac::sign(&secret, symmetric.as_bytes()).as_ref()));
    let none = |algorithm: &str| format!("{}.", unsigned(&json!({"alg": algorithm, "kid": "one"}), &claims));
    let critical = key.token_with(&json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false}), &claims);
    let not_allowed = key.token_with(&json!({"alg": "RS512", "kid": "one"}), &claims);
    let oversized = key.token(&provider.claims(json!({"filler": "x".repeat(20_000)})));
    let none = [none("none"), none("None"), none("RS256").replace('.', "")];
    for token in none.into_iter().chain([symmetric, critical, not_allowed, oversized, String::new(), "a.b".into()]) {
        assert!(!accepted(&users, &token).await, "{token}");
    }
    assert_eq!(provider.reads(), 0);
}

#[tokio::test]
async fn a_signature_counts_only_for_what_was_signed_by_the_key_that_is_named() {
    let (key, other) = (SigningKey::elliptic("one"), SigningKey::elliptic("two"));
    let thief = SigningKey::elliptic("one");
    let rsa = SigningKey::rsa("three");
    let provider = Provider::start(&[&key, &other, &rsa]).await;
    let users = trusting(provider.settings()).await;
    let claims = provider.claims(json!({}));
    let token = key.token(&claims);
    assert!(accepted(&users, &token).await);

    let (message, signature) = token.rsplit_once('.').unwrap();
    let richer = provider.claims(json!({"roles": ["ROLE_TENANT_ADMIN"]}));
    let changed = unsigned(&json!({"alg": "ES256", "typ": "JWT", "kid": "one"}), &richer);
    assert!(!accepted(&users, &format!("{changed}.{signature}")).await);
    assert!(!accepted(&users, &format!("{message}.")).await);
    assert!(!accepted(&users, &thief.token(&claims)).await);
    assert!(!accepted(&users, &key.token_with(&json!({"alg": "ES256", "kid": "two"}), &claims)).await);
    assert!(!accepted(&users, &key.token_with(&json!({"alg": "RS256", "kid": "one"}), &claims)).await);
    assert!(!accepted(&users, &key.token_with(&json!({"alg": "RS256", "kid": "three"}), &claims)).await);
    assert!(!accepted(&users, &key.token_with(&json!({"alg": "ES256"}), &claims)).await, "two keys fit");
    assert!(accepted(&users, &rsa.token_with(&json!({"alg": "RS256"}), &claims)).await, "one key fits");
}

#[tokio::test]
async fn only_configured_algorithms_count() {
    let key = SigningKey::rsa("one");
    let provider = Provider::start(&[&key]).await;
    let mut settings = provider.settings();
    settings.algorithms = vec![SigningAlgorithm::Es256];
    let users = trusting(settings).await;
    assert!(!accepted(&users, &key.token(&provider.claims(json!({})))).await);
}
