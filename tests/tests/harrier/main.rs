//! The whole installation in one process.
#![forbid(unsafe_code)]

mod uploads;

use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::loopback::serve_dynamodb;
use harrier::{AdministratorOptions, Options, Password, Stack, StackError, Storage};
use harrier_tests::{Client, Installation, update};
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
    Client::new(stack.url()).with_login("admin", password).get("/rest/v1/userinfo").await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_update_in_one_process() {
    let server = Installation::start().await;
    let file: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    update::update(&server.administrator(), &server.anonymous(), "device-1", &file).await;
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let server = Installation::start().await;
    for path in ["/", "/rest", "/rest/v1/nothing", "/DEFAULT/controller/v2/x", "/a/b/c/d/e"] {
        let answer = server.administrator().get(path).await.expect(404);
        assert!(answer.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_state_outlives_a_restart() {
    let directory = TempDir::new().unwrap();
    let first = Stack::start(options_in(&directory)).await.unwrap();
    let Password::Generated(password) = first.administrator().password.clone() else { panic!("a new password") };
    let operator = Client::new(first.url()).with_login("admin", &password);
    let path = "/rest/v1/system/configs/pollingTime";
    let _ = operator.put(path, json!({ "value": "00:01:00" })).await.expect(204);
    first.shutdown().await.unwrap();

    let second = Stack::start(options_in(&directory)).await.unwrap();
    assert_eq!(second.administrator().password, Password::Unchanged);
    let operator = Client::new(second.url()).with_login("admin", &password);
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
    let first = Installation::start().await;
    let directory = TempDir::new().unwrap();
    let taken = Options { listen: first.stack().address(), ..options_in(&directory) };
    let second = Stack::start(taken).await;
    assert!(matches!(second, Err(StackError::Listen { .. })), "{second:?}");
    assert!(!directory.path().join("state").exists());
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let server = Installation::start().await;
    let tenant = harrier_domain::Tenant::parse("other").unwrap();
    let new = harrier_identity::NewTenant { tenant, now: 1 };
    assert!(harrier_identity::create_tenant(&server.stack().app().store, &new).await.unwrap());
    let other = server.user_of("OTHER", "olga", &["ROLE_TENANT_ADMIN"]).await;
    let path = "/rest/v1/system/configs/pollingTime";
    let _ = other.put(path, json!({ "value": "00:01:00" })).await.expect(204);
    let ours = server.administrator().get(path).await.expect(200).json();
    assert_eq!(ours["value"], json!("00:05:00"));
}

#[tokio::test]
async fn the_database_may_be_another_program() {
    let database = EmbeddedDynamoDb::open(None).unwrap();
    let elsewhere = serve_dynamodb(&database).await.unwrap();
    let storage = Storage::DynamoDb(elsewhere.endpoint(), None);
    let stack = Stack::start(with_password(Options { storage, ..Options::in_memory() }, "secret")).await.unwrap();
    assert_eq!(login_status(&stack, "secret").await, 200);
    stack.shutdown().await.unwrap();
    let tables = database.client().list_tables().send().await.unwrap();
    assert_eq!(tables.table_names().len(), 4);
}
