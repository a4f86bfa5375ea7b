//! The program as a person runs it.
#![forbid(unsafe_code)]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

fn harrier(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harrier"));
    for variable in ["HARRIER_ADMIN_PASSWORD", "HARRIER_DATA", "HARRIER_LISTEN", "HARRIER_PUBLIC_URL"] {
        command.env_remove(variable);
    }
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn admin(state: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = harrier(&[&["admin"], arguments].concat());
    let mut child = command.arg("--data").arg(state).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A running `harrier serve`, killed when dropped.
struct Serving {
    child: Child,
    announcement: Vec<String>,
}

impl Serving {
    fn start(state: &Path) -> Self {
        let mut command = harrier(&["serve", "--listen", "127.0.0.1:0", "--storage-listen", "127.0.0.1:0", "--data"]);
        let mut child = command.arg(state).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut announcement = Vec::new();
        for line in lines {
            let last = line.contains("password");
            announcement.push(line);
            if last {
                break;
            }
        }
        Self { child, announcement }
    }

    fn url(&self) -> &str {
        self.announcement[0].rsplit(' ').next().unwrap()
    }

    fn password(&self) -> &str {
        self.announcement.last().unwrap().split_whitespace().nth(1).unwrap()
    }

    /// Sends a signal and waits; whether the program ended well.
    fn end(&mut self, signal: &str) -> bool {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

async fn login_status(url: &str, name: &str, password: &str) -> u16 {
    let request = reqwest::Client::new().get(format!("{url}/rest/v1/userinfo")).basic_auth(name, Some(password));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_generated_password_is_shown_once_and_signals_end_the_program_well() {
    let directory = TempDir::new().unwrap();
    let state = directory.path().join("state");
    let mut first = Serving::start(&state);
    let password = first.password().to_owned();
    assert_eq!(password.len(), 32);
    assert_eq!(login_status(first.url(), "admin", &password).await, 200);
    assert!(first.end("-TERM"));

    let mut second = Serving::start(&state);
    assert_eq!(second.password(), "unchanged");
    assert_eq!(login_status(second.url(), "admin", &password).await, 200);
    assert!(second.end("-INT"));
}

#[tokio::test]
async fn tenants_and_users_are_made_while_the_server_is_down() {
    let directory = TempDir::new().unwrap();
    let state = directory.path().join("state");
    let made = admin(&state, &["create-tenant", "acme"], "");
    assert_eq!(text(&made.stdout), "Tenant ACME is made.\n");
    assert_eq!(text(&admin(&state, &["create-tenant", "Acme"], "").stdout), "Tenant ACME exists already.\n");
    let user = ["create-user", "anna", "--tenant", "acme", "--authority", "READ_TARGET", "--password-stdin"];
    assert!(admin(&state, &user, "secret\n").status.success());
    for refused in [["create-user", "x", "--tenant", "nobody"], ["create-user", "anna", "--tenant", "a b"]] {
        assert!(!admin(&state, &refused, "").status.success(), "{refused:?}");
    }
    assert!(!admin(&state, &["set-password", "nobody"], "").status.success());

    let serving = Serving::start(&state);
    assert_eq!(login_status(serving.url(), "anna", "secret").await, 200);
    let busy = admin(&state, &["set-password", "anna"], "");
    assert!(text(&busy.stderr).contains("in use"), "{busy:?}");
    drop(serving);

    assert!(admin(&state, &["set-password", "anna", "--password-stdin"], "changed\n").status.success());
    assert!(!admin(&state, &["set-password", "anna", "--password-stdin"], "\n").status.success());
    let serving = Serving::start(&state);
    assert_eq!(login_status(serving.url(), "anna", "secret").await, 401);
    assert_eq!(login_status(serving.url(), "anna", "changed").await, 200);
}

#[tokio::test]
async fn what_was_stored_survives_a_kill() {
    let directory = TempDir::new().unwrap();
    let state = directory.path().join("state");
    let mut first = Serving::start(&state);
    let password = first.password().to_owned();
    let path = "rest/v1/system/configs/pollingTime";
    let request = reqwest::Client::new().put(format!("{}/{path}", first.url())).basic_auth("admin", Some(&password));
    let stored = request.json(&serde_json::json!({ "value": "00:01:00" })).send().await.unwrap();
    assert_eq!(stored.status().as_u16(), 204);
    first.end("-KILL");

    let second = Serving::start(&state);
    let request = reqwest::Client::new().get(format!("{}/{path}", second.url())).basic_auth("admin", Some(&password));
    let value: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(value["value"], "00:01:00");
}
