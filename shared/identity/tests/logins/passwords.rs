//! HTTP Basic against the users of the store.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harrier_domain::authority::Authority;
use harrier_identity::{UserDirectory, UserLogins};
use harrier_store::{Store, measure};
use std::time::{Duration, Instant};

use crate::stack::{NOW, put, store, tenant};

/// Milliseconds after which a changed or removed user is noticed at the latest.
const REMEMBERED_FOR: i64 = 30_000;

async fn directory() -> (Store, UserDirectory) {
    let store = store().await;
    put(&store, "ada", "secret", &["READ_TARGET"]).await;
    (store.clone(), UserDirectory::new(store).unwrap())
}

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

async fn accepts(users: &UserDirectory, name: &str, password: &str, later: i64) -> bool {
    users.authenticate(&basic(name, password), NOW + later).await.unwrap().is_some()
}

#[tokio::test]
async fn the_right_password_names_the_user() {
    let (_store, users) = directory().await;
    let user = users.authenticate(&basic("ada", "secret"), NOW).await.unwrap().unwrap();
    assert_eq!((user.name.as_str(), &user.tenant), ("ada", &tenant()));
    assert!(user.authorities.has(Authority::ReadTarget) && !user.authorities.has(Authority::DeleteTarget));
}

#[tokio::test]
async fn everything_else_is_refused_without_an_error() {
    let (_store, users) = directory().await;
    assert!(accepts(&users, "ada", "secret", 0).await);
    let (long, long_multibyte) = ("x".repeat(5000), "ä".repeat(1500));
    let rows = [
        ("ada", ""),
        ("ada", "Secret"),
        ("ada", "secret "),
        ("Ada", "secret"),
        ("bob", "secret"),
        ("", ""),
        ("", "secret"),
        (long.as_str(), "secret"),
        (long_multibyte.as_str(), "secret"),
        ("ada", long.as_str()),
        ("a#b", "secret"),
    ];
    for (name, password) in rows {
        assert!(!accepts(&users, name, password, 0).await, "{name}:{password}");
    }
    for header in ["", "Basic", "Basic !", "Bearer x", "Digest YWRhOnNlY3JldA=="] {
        assert!(users.authenticate(header, NOW).await.unwrap().is_none(), "{header}");
    }
}

#[tokio::test]
async fn an_unknown_user_takes_the_path_of_a_wrong_password() {
    let (_store, users) = directory().await;
    let known = refusal(&users, "ada").await;
    let unknown = refusal(&users, "bob").await;
    assert_eq!(known.1, unknown.1);
    // Without the decoy, an unknown user's answer would take a fiftieth of the time.
    assert!(unknown.0 * 5 > known.0, "{known:?} {unknown:?}");
}

/// The shortest time of a few refusals, and the read units of the last.
async fn refusal(users: &UserDirectory, name: &str) -> (Duration, f64) {
    let mut shortest = Duration::MAX;
    let mut read = 0.0;
    for _ in 0..3 {
        let began = Instant::now();
        let (accepted, units) = measure(accepts(users, name, "wrong", 0)).await;
        assert!(!accepted);
        shortest = shortest.min(began.elapsed());
        read = units.read;
    }
    (shortest, read)
}

#[tokio::test]
async fn a_remembered_login_asks_nobody() {
    let (_store, users) = directory().await;
    assert!(accepts(&users, "ada", "secret", 0).await);
    let (accepted, units) = measure(accepts(&users, "ada", "secret", 1)).await;
    assert!(accepted);
    assert!(units.read == 0.0);
}

#[tokio::test]
async fn a_wrong_password_does_not_end_a_remembered_login() {
    let (_store, users) = directory().await;
    assert!(accepts(&users, "ada", "secret", 0).await);
    assert!(!accepts(&users, "ada", "wrong", 1).await);
    let (accepted, units) = measure(accepts(&users, "ada", "secret", 2)).await;
    assert!(accepted && units.read == 0.0);
}

#[tokio::test]
async fn a_changed_password_works_at_once_and_ends_the_old_one_soon() {
    let (store, users) = directory().await;
    assert!(accepts(&users, "ada", "secret", 0).await);
    put(&store, "ada", "new", &[]).await;
    assert!(!accepts(&users, "ada", "secret", REMEMBERED_FOR).await);
    assert!(accepts(&users, "ada", "new", REMEMBERED_FOR).await);
    put(&store, "ada", "newer", &[]).await;
    assert!(accepts(&users, "ada", "newer", REMEMBERED_FOR + 1).await);
    assert!(!accepts(&users, "ada", "new", REMEMBERED_FOR + 1).await, "the new login replaced the old one");
}

#[tokio::test]
async fn a_removed_user_is_locked_out_soon() {
    let (store, users) = directory().await;
    assert!(accepts(&users, "ada", "secret", 0).await);
    let user = store.user("ada").await.unwrap().unwrap();
    let tenant = tenant();
    let mut transaction = store.transaction(&tenant);
    transaction.delete(&user);
    transaction.commit().await.unwrap();
    assert!(!accepts(&users, "ada", "secret", REMEMBERED_FOR).await);
}

#[tokio::test]
async fn concurrent_first_logins_are_checked_once() {
    let (_store, users) = directory().await;
    let logins = (0..40).map(|_| accepts(&users, "ada", "secret", 0));
    let (all, units) = measure(futures::future::join_all(logins)).await;
    assert!(all.into_iter().all(|accepted| accepted));
    assert!(units.read <= 4.0, "{units:?}: no more than are checked at once");
}

#[tokio::test]
async fn basic_can_be_switched_off() {
    let (_store, users) = directory().await;
    let users = users.with_logins(&UserLogins { basic: false, oidc: None });
    assert!(!accepts(&users, "ada", "secret", 0).await);
}
