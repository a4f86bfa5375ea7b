//! A server with an update for one device, a proxy in front of it, and the judgement afterwards.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use harrier_tests::proxy::{Disturbance, Exchange, Proxy};
use harrier_tests::{Management, Server, files};
use http::{Method, StatusCode};
use jiff::{Timestamp, tz::Offset};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::time::timeout;

pub const CONTROLLER_ID: &str = "device-under-test";
pub const TINY: usize = 200_000;
pub const SMALL: usize = 3_000_000;
pub const LARGE: usize = 60_000_000;

/// The shortest interval there is: clients keep to it.
const POLLING_TIME: &str = "00:00:01";

/// The longest any single step may take.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How the device logs in.
#[derive(Debug, Clone, Copy)]
pub enum Login {
    TargetToken,
    GatewayToken,
}

/// Everything but the device.
pub struct Scenario {
    pub directory: TempDir,
    pub proxy: Proxy,
    pub login: Login,
    /// The token of the login.
    pub token: String,
    pub management: Management,
    /// What is deployed next.
    set: i64,
    /// What was deployed last.
    action: i64,
    _server: Server,
}

const GATEWAY_TOKEN: &str = "the-token-of-the-gateway";

impl Scenario {
    /// Starts a server and assigns the file to the device, forced.
    pub async fn new(file: &Path, login: Login) -> Self {
        let mut scenario = Self::prepared(file, login).await;
        scenario.offer(json!({ "type": "forced" })).await;
        scenario
    }

    /// Starts a server that tells devices to poll each second, with a set that has the file, not assigned yet.
    pub async fn prepared(file: &Path, login: Login) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let options = ["--min-polling-seconds", "1"];
        let server = Server::start_with(&directory.path().join("data"), &options).await;
        let proxy = Proxy::before(server.url()).await;
        let management = server.management();
        management.configure("pollingTime", POLLING_TIME).await.expect("quick polling");
        let token = enable(&management, login).await;
        let set = release(&management, file, "1.0").await;
        Self { directory, proxy, login, token, management, set, action: 0, _server: server }
    }

    /// Makes another set of the same software, to be assigned from now on.
    pub async fn release(&mut self, file: &Path, version: &str) {
        self.set = release(&self.management, file, version).await;
    }

    /// Assigns the set to the device, as `order` says (management §5.1, DsAssignment).
    pub async fn offer(&mut self, mut order: Value) {
        order["id"] = json!(self.set);
        let path = format!("/targets/{CONTROLLER_ID}/assignedDS");
        let outcome = self.management.call(Method::POST, &path, Some(&order)).await.expect("an assignment");
        self.action = outcome["assignedActions"][0]["id"].as_i64().expect("an action");
    }

    /// Asks the device to cancel what was deployed last.
    pub async fn cancel(&self) {
        self.management.cancel(CONTROLLER_ID, self.action).await.expect("a cancellation");
    }

    /// Confirms it in the device's place.
    pub async fn confirm(&self) {
        let path = format!("/targets/{CONTROLLER_ID}/actions/{}/confirmation", self.action);
        let body = json!({ "confirmation": "confirmed" });
        self.management.call(Method::PUT, &path, Some(&body)).await.expect("a confirmation");
    }

    /// Waits for an exchange about what was deployed last.
    pub async fn seen_of_action(&self, what: &str, wanted: impl Fn(&Exchange) -> bool) {
        let (deployment, cancel) = (format!("deploymentBase/{}", self.action), format!("cancelAction/{}", self.action));
        let is_of_action = |exchange: &Exchange| {
            let resource = exchange.resource().trim_end_matches("/feedback");
            resource == deployment || resource == cancel
        };
        self.seen(what, |exchange| is_of_action(exchange) && wanted(exchange)).await;
    }

    /// Waits for a report of this kind about what was deployed last.
    pub async fn reported(&self, execution: &str, finished: &str) {
        let wanted = Some((execution.to_owned(), finished.to_owned()));
        self.seen_of_action(&format!("{execution}/{finished}"), |exchange| exchange.reported() == wanted).await;
    }

    /// The device polls and is told of nothing to do, at least once from now.
    pub async fn sees_nothing_to_do(&self) {
        let before = self.proxy.exchanges().len();
        let is_poll = |exchange: &Exchange| exchange.method == Method::GET && exchange.resource().is_empty();
        let seen = async {
            while !self.proxy.exchanges().iter().skip(before).any(is_poll) {
                self.proxy.changed().await;
            }
        };
        assert!(timeout(PATIENCE, seen).await.is_ok(), "no poll was seen:\n{}", self.traffic());
        let told = |exchange: &Exchange| exchange.tells("deploymentBase") || exchange.tells("cancelAction");
        assert!(!self.proxy.exchanges().iter().skip(before).any(told), "{}", self.traffic());
    }

    /// How the server sees what was deployed last, and the device.
    pub async fn assert_status(&self, action_status: &str, update_status: &str) {
        let action = self.management.action(CONTROLLER_ID, self.action).await.expect("the action");
        assert_eq!(action["status"], action_status, "{action}\n{}", self.traffic());
        let target = self.management.target(CONTROLLER_ID).await.expect("the target");
        assert_eq!(target["updateStatus"], update_status, "{target}\n{}", self.traffic());
    }

    /// Kinds of the history's entries, oldest first.
    pub async fn history(&self) -> Vec<String> {
        let history = self.management.history(CONTROLLER_ID, self.action).await.expect("the history");
        history.into_iter().map(|entry| entry.kind).collect()
    }

    /// Makes the next download stand still after so many bytes until the second of the results is told; the first is
    /// told when it does.
    pub fn pause_download(&self, after: u64) -> (Arc<Notify>, Arc<Notify>) {
        let (reached, resume) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let pause = Disturbance::Pause { after, reached: Arc::clone(&reached), resume: Arc::clone(&resume) };
        self.proxy.disturb(pause);
        (reached, resume)
    }

    /// Makes the next download stand still after so many bytes; the result is told when it does.
    pub fn hold_download(&self, after: u64) -> Arc<Notify> {
        let reached = Arc::new(Notify::new());
        self.proxy.disturb(Disturbance::Hold { after, reached: Arc::clone(&reached) });
        reached
    }

    /// Waits for an exchange, not forever.
    pub async fn seen(&self, what: &str, wanted: impl Fn(&Exchange) -> bool) {
        let seen = timeout(PATIENCE, self.proxy.seen(wanted)).await;
        assert!(seen.is_ok(), "{what} was not seen in time:\n{}", self.traffic());
    }

    /// Every exchange in a line, for failures.
    pub fn traffic(&self) -> String {
        let line = |exchange: &Exchange| {
            let Exchange { method, path, status, passed, .. } = exchange;
            let body = String::from_utf8_lossy(&exchange.request_body);
            format!("{method} {path} -> {status} ({passed} bytes) range={:?} {body:.200}\n", exchange.range_start())
        };
        self.proxy.exchanges().iter().map(line).collect()
    }

    /// Judges the whole: what passed on the wire and what the server made of it.
    pub async fn assert_concluded(&self) {
        self.assert_answers();
        self.assert_status("finished", "in_sync").await;
        let kinds = self.history().await;
        for kind in ["retrieved", "download", "running", "finished"] {
            assert!(kinds.iter().any(|known| known == kind), "no {kind} in {kinds:?}");
        }
        let attributes = self.management.attributes(CONTROLLER_ID).await.expect("the attributes");
        assert!(attributes.get("client").is_some_and(Value::is_string), "{attributes}");
    }

    /// Clients want exactly 200 for what they send, and bytes for what they ask for.
    fn assert_answers(&self) {
        let exchanges = self.proxy.exchanges();
        for exchange in exchanges.iter().filter(|exchange| !exchange.request_body.is_empty()) {
            assert_eq!(exchange.status, StatusCode::OK, "{}", self.traffic());
        }
        for exchange in exchanges.iter().filter(|exchange| exchange.is_download()) {
            let is_part = exchange.range_start().is_some();
            let wanted = if is_part { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
            assert_eq!(exchange.status, wanted, "{}", self.traffic());
        }
        let last = exchanges.iter().rev().find_map(Exchange::reported);
        assert_eq!(last, Some(("closed".to_owned(), "success".to_owned())), "{}", self.traffic());
    }

    /// Asserts that a download was taken up again where it had stopped, and that nothing was sent twice but what was
    /// under way.
    pub fn assert_resumed(&self, size: u64) {
        let exchanges = self.proxy.exchanges();
        let resumed = exchanges.iter().filter(|exchange| exchange.is_download()).find_map(Exchange::range_start);
        let start = resumed.unwrap_or_else(|| panic!("nothing was resumed:\n{}", self.traffic()));
        assert!(start > 0 && start < size, "resumed at {start} of {size}");
        let last = exchanges.iter().rfind(|exchange| exchange.is_download()).expect("a download");
        assert_eq!(last.passed, size - start, "{}", self.traffic());
    }
}

/// Enables the login and creates the device; returns its token.
async fn enable(management: &Management, login: Login) -> String {
    let created = management.create_targets(&[CONTROLLER_ID.to_owned()]).await.expect("a new target");
    match login {
        Login::TargetToken => {
            management.configure("authentication.targettoken.enabled", true).await.expect("target tokens");
            created.into_iter().next().expect("the target").1
        }
        Login::GatewayToken => {
            management.configure("authentication.gatewaytoken.key", GATEWAY_TOKEN).await.expect("a key");
            management.configure("authentication.gatewaytoken.enabled", true).await.expect("gateway tokens");
            GATEWAY_TOKEN.to_owned()
        }
    }
}

/// A new set of one module with the file.
async fn release(management: &Management, file: &Path, version: &str) -> i64 {
    let module = management.create_module("firmware", version, "os").await.expect("a new module");
    let artifact = files::upload(management, module, file).await;
    let bytes = tokio::fs::read(file).await.expect("the file");
    assert_eq!(artifact["hashes"]["sha256"], files::sha256(&bytes));
    management.create_set("firmware", version, "os", &[module]).await.expect("a new set")
}

/// A window of one and a half hours that opens once, so many seconds from now (management §4.3).
pub fn maintenance_window(seconds_from_now: i64) -> Value {
    let opens = Timestamp::now() + jiff::SignedDuration::from_secs(seconds_from_now);
    let at = Offset::UTC.to_datetime(opens);
    let (second, minute, hour) = (at.second(), at.minute(), at.hour());
    let schedule = format!("{second} {minute} {hour} {} {} ? {}", at.day(), at.month(), at.year());
    json!({ "schedule": schedule, "duration": "01:30:00", "timezone": "+00:00" })
}
