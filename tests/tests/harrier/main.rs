//! The whole installation in one process.
#![forbid(unsafe_code)]

use harrier::{AdministratorOptions, Options, Password, Stack, StackError, Storage};
use harrier_tests::{Api, World};
use serde_json::json;
use tempfile::TempDir;

fn options_in(directory: &TempDir) -> Options {
    Options { storage: Storage::Directory(directory.path().join("state")), ..Options::in_memory() }
}

fn with_password(options: Options, password: &str) -> Options {
    let administrator = AdministratorOptions { password: Some(password.to_owned()), ..AdministratorOptions::default() };
    Options { administrator, ..options }
}

async fn login_status(stack: &Stack, password: &str) -> u16 {
    Api::new(&stack.url()).basic("admin", password).get("/rest/v1/userinfo").await.status
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let world = World::start().await;
    for path in ["/", "/rest", "/rest/v1/nothing", "/DEFAULT/controller/v2/x", "/a/b/c/d/e"] {
        let answer = world.admin.get(path).await.expect(404);
        assert!(answer.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_state_outlives_a_restart() {
    let directory = TempDir::new().unwrap();
    let first = Stack::start(options_in(&directory)).await.unwrap();
    let Password::Generated(password) = first.administrator().password.clone() else { panic!("a new password") };
    let operator = Api::new(&first.url()).basic("admin", &password);
    let path = "/rest/v1/system/configs/pollingTime";
    let _ = operator.put(path, &json!({ "value": "00:01:00" })).await.expect(204);
    first.shutdown().await.unwrap();

    let second = Stack::start(options_in(&directory)).await.unwrap();
    assert_eq!(second.administrator().password, Password::Unchanged);
    let operator = Api::new(&second.url()).basic("admin", &password);
    assert_eq!(operator.get(path).await.expect(200).json()["value"], json!("00:01:00"));
}

#[tokio::test]
async fn a_given_password_is_set_at_each_start() {
    let directory = TempDir::new().unwrap();
    for password in ["first", "second", "second"] {
        let stack = Stack::start(with_password(options_in(&directory), password)).await.unwrap();
        assert_eq!(stack.administrator().password, Password::Given(password.to_owned()));
        assert_eq!(login_status(&stack, password).await, 200);
        assert_eq!(login_status(&stack, "other").await, 401);
        stack.shutdown().await.unwrap();
    }
    let stack = Stack::start(options_in(&directory)).await.unwrap();
    assert_eq!(login_status(&stack, "second").await, 200);
}

#[tokio::test]
async fn a_second_server_on_the_same_state_is_refused() {
    let directory = TempDir::new().unwrap();
    let _first = Stack::start(options_in(&directory)).await.unwrap();
    let second = Stack::start(options_in(&directory)).await;
    assert!(matches!(second, Err(StackError::Embedded(_))), "{second:?}");
}

#[tokio::test]
async fn a_taken_address_is_refused_before_anything_is_made() {
    let first = World::start().await;
    let directory = TempDir::new().unwrap();
    let taken = Options { listen: first.stack.address(), ..options_in(&directory) };
    let second = Stack::start(taken).await;
    assert!(matches!(second, Err(StackError::Listen { .. })), "{second:?}");
    assert!(!directory.path().join("state").exists());
}
