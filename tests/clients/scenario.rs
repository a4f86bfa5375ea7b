//! A server with an update for one device, a proxy in front of it, and the judgement afterwards.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use harrier_tests::proxy::{Disturbance, Exchange, Proxy};
use harrier_tests::{Management, Server, files};
use http::StatusCode;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::time::timeout;

pub const CONTROLLER_ID: &str = "device-under-test";
pub const SMALL: usize = 3_000_000;
pub const LARGE: usize = 60_000_000;

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
    management: Management,
    action: i64,
    _server: Server,
}

const GATEWAY_TOKEN: &str = "the-token-of-the-gateway";

impl Scenario {
    /// Starts a server and assigns the file to the device.
    pub async fn new(file: &Path, login: Login) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let server = Server::start(&directory.path().join("data")).await;
        let proxy = Proxy::before(server.url()).await;
        let management = server.management();
        let token = enable(&management, login).await;
        let action = deploy(&management, file).await;
        Self { directory, proxy, login, token, management, action, _server: server }
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
        let action = self.management.action(CONTROLLER_ID, self.action).await.expect("the action");
        assert_eq!(action["status"], "finished", "{action}\n{}", self.traffic());
        assert_eq!(action["active"], false, "{action}");
        let target = self.management.target(CONTROLLER_ID).await.expect("the target");
        assert_eq!(target["updateStatus"], "in_sync", "{target}");
        let history = self.management.history(CONTROLLER_ID, self.action).await.expect("the history");
        let kinds: Vec<_> = history.iter().map(|entry| entry.kind.as_str()).collect();
        for kind in ["retrieved", "download", "running", "finished"] {
            assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
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

async fn deploy(management: &Management, file: &Path) -> i64 {
    let module = management.create_module("firmware", "1.0", "os").await.expect("a new module");
    let artifact = files::upload(management, module, file).await;
    let bytes = tokio::fs::read(file).await.expect("the file");
    assert_eq!(artifact["hashes"]["sha256"], files::sha256(&bytes));
    let set = management.create_set("firmware", "1.0", "os", &[module]).await.expect("a new set");
    let assigned = management.assign(set, &[CONTROLLER_ID.to_owned()]).await.expect("an assignment");
    assigned.assigned_actions.first().expect("an action").id
}
