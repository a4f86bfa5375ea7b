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

/// Most bytes that `harrier serve` may hold more than before while a large file goes through it.
const MEMORY: u64 = 64 * 1024 * 1024;

/// The most memory the process has had so far, bytes.
fn peak_memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn a_large_file_is_uploaded_in_parts_and_never_sits_in_memory() {
    const SIZE: u64 = 160 * 1024 * 1024;
    let directory = TempDir::new().unwrap();
    let serving = Serving::start(&directory.path().join("state"));
    let (url, password) = (serving.url().to_owned(), serving.password().to_owned());
    let http = reqwest::Client::new();
    let modules = format!("{url}/rest/v1/softwaremodules");
    let body = serde_json::json!([{"name": "m", "version": "1", "type": "os"}]);
    let made = http.post(&modules).basic_auth("admin", Some(&password)).json(&body).send().await.unwrap();
    let module = made.json::<serde_json::Value>().await.unwrap()[0]["id"].clone();
    let file = directory.path().join("large.img");
    std::fs::File::create(&file).unwrap().set_len(SIZE).unwrap();

    let before = peak_memory(&serving.child);
    let mut command = harrier(&["upload", file.to_str().unwrap(), "--module", &module.to_string(), "--url", &url]);
    let uploaded = command.env("HARRIER_PASSWORD", &password).output().unwrap();
    assert!(uploaded.status.success(), "{}", text(&uploaded.stderr));
    let grown = peak_memory(&serving.child) - before;
    assert!(grown < MEMORY, "{} MiB for a file of {} MiB", grown >> 20, SIZE >> 20);
    assert!(!text(&uploaded.stdout).contains(&password) && !text(&uploaded.stderr).contains(&password));

    let artifact = text(&uploaded.stdout).split_whitespace().nth(1).unwrap().to_owned();
    let shown = http.get(format!("{modules}/{module}/artifacts/{artifact}")).basic_auth("admin", Some(&password));
    let shown = shown.send().await.unwrap().json::<serde_json::Value>().await.unwrap();
    assert_eq!((&shown["size"], &shown["providedFilename"]), (&SIZE.into(), &"large.img".into()));
    let mut command = harrier(&["upload", file.to_str().unwrap(), "--module", &module.to_string(), "--url", &url]);
    let again = command.env("HARRIER_PASSWORD", &password).output().unwrap();
    assert!(!again.status.success() && text(&again.stderr).contains("409"), "{}", text(&again.stderr));
    let mut command = harrier(&["upload", file.to_str().unwrap(), "--module", "1", "--url", &url]);
    let nobody = command.env_remove("HARRIER_PASSWORD").stdin(Stdio::null()).output().unwrap();
    assert!(text(&nobody.stderr).contains("HARRIER_PASSWORD"), "{}", text(&nobody.stderr));
}

#[test]
fn a_key_file_is_made_once_and_for_its_owner_alone() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("key");
    let make = || harrier(&["admin", "create-key", file.to_str().unwrap()]).output().unwrap();
    let made = make();
    assert!(made.status.success(), "{}", text(&made.stderr));
    let key = std::fs::read_to_string(&file).unwrap();
    assert_eq!(key.trim().len(), 64);
    assert!(!text(&made.stdout).contains(key.trim()));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777,
        0o600
    );
    assert!(!make().status.success(), "an existing key is never replaced");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), key);
}

#[test]
fn the_demonstration_ends_as_it_should() {
    for (options, expected) in [
        (&["--devices", "40"][..], &["the rollout has stopped", "tried again", "failures   0"][..]),
        (&["--plain", "--devices", "10"][..], &["10 of 10 done", "failures   0"][..]),
    ] {
        let shown = harrier(&[&["demo", "--artifact-kib", "8"], options].concat()).output().unwrap();
        assert!(shown.status.success(), "{}{}", text(&shown.stdout), text(&shown.stderr));
        for part in expected {
            assert!(text(&shown.stdout).contains(part), "{part}: {}", text(&shown.stdout));
        }
    }
}

#[test]
fn what_is_stored_is_checked() {
    let directory = TempDir::new().unwrap();
    let state = directory.path().join("state");
    assert!(admin(&state, &["create-tenant", "acme"], "").status.success());
    let checked = admin(&state, &["check", "acme"], "");
    assert_eq!(text(&checked.stdout), "Tenant ACME: 0 targets, 0 actions, 0 history entries, 0 artifacts.\n");
    assert!(!admin(&state, &["check", "nobody"], "").status.success());
}
