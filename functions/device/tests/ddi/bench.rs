//! A tenant on the embedded stack, an operator's hands, and a device's requests.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::s3::EmbeddedS3;
use harrier_deployments::{AssignmentOrder, Decision, TargetOrder, assign, decide_on_action};
use harrier_domain::action::{Action, ActionType, StatusEntry};
use harrier_domain::audit::Actor;
use harrier_domain::configuration::{Entry, Key, Value as Setting};
use harrier_domain::target::Target;
use harrier_domain::{Tenant, cancellation};
use harrier_identity::{NewTenant, create_tenant};
use harrier_runtime::{App, ManualClock, Settings};
use harrier_store::{Consistency, HistoryOrder, StoredSetting, schema};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt;

/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;

pub const MINUTE: i64 = 60_000;

/// The credentials of requests that do not bring their own.
pub const GATEWAY: (&str, &str) = ("authorization", "GatewayToken gate");

const PEER: ([u8; 4], u16) = ([127, 0, 0, 1], 40_000);

pub struct Bench {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub tenant: Tenant,
    router: Router,
}

/// An answer, read to its end.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{} {error} {:?}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Read and write units.
    pub fn units(&self) -> (f64, f64) {
        let text = self.header("x-request-units");
        let (read, write) = text.split_once(", ").unwrap();
        let number = |part: &str| part.split_once('=').unwrap().1.parse().unwrap();
        (number(read), number(write))
    }

    /// The relations of the answer, sorted.
    #[track_caller]
    pub fn rels(&self) -> Vec<String> {
        let json = self.json();
        let links = json["_links"].as_object().cloned().unwrap_or_default();
        let mut rels: Vec<String> = links.keys().cloned().collect();
        rels.sort();
        rels
    }

    #[track_caller]
    pub fn href(&self, rel: &str) -> String {
        self.json()["_links"][rel]["href"].as_str().unwrap_or_else(|| panic!("no {rel} in {:?}", self.body)).to_owned()
    }

    pub fn sleep(&self) -> String {
        self.json()["config"]["polling"]["sleep"].as_str().unwrap().to_owned()
    }
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let (database, objects) = (EmbeddedDynamoDb::open(None).unwrap(), EmbeddedS3::open(None).unwrap());
        let mut settings = Settings { expose_request_units: true, ..Settings::default() };
        adjust(&mut settings);
        schema::create_tables(&database.client(), &settings.table_prefix).await.unwrap();
        objects.client().create_bucket().bucket(&settings.bucket).send().await.unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let app = App::new(database.client(), objects.client(), objects.client(), settings).unwrap();
        let app = app.with_clock(Arc::<ManualClock>::clone(&clock));
        let tenant = Tenant::parse("DEFAULT").unwrap();
        create_tenant(&app.store, &NewTenant { tenant: tenant.clone(), now: START }).await.unwrap();
        let bench = Self { router: device::router(app.clone()), app, clock, tenant };
        bench.configure(Key::GatewayTokenAuthentication, Setting::Bool(true)).await;
        bench.configure(Key::GatewayToken, Setting::Text("gate".to_owned())).await;
        bench
    }

    /// Another process of the same function: nothing is remembered.
    pub fn cold(&self) -> Self {
        let (app, clock, tenant) = (self.app.clone(), Arc::clone(&self.clock), self.tenant.clone());
        Self { router: device::router(app.clone()), app, clock, tenant }
    }

    pub async fn configure(&self, key: Key, value: Setting) {
        let entry = Entry {
            value,
            created_by: "ops".to_owned(),
            created_at: START,
            last_modified_by: "ops".to_owned(),
            last_modified_at: START,
        };
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.put(&StoredSetting { key: key.name().to_owned(), entry, revision: 1 });
        transaction.commit().await.unwrap();
        self.app.tenants.forget(&self.tenant);
    }

    // Requests. Paths are below `/DEFAULT/controller/v1/` unless they start with a slash or are whole addresses.

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let path = path.strip_prefix("http://localhost").unwrap_or(path);
        let uri = if path.starts_with('/') { path.to_owned() } else { format!("/DEFAULT/controller/v1/{path}") };
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.extension(ConnectInfo(SocketAddr::from(PEER))).body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[GATEWAY], Body::empty()).await
    }

    pub async fn get_with(&self, path: &str, header: (&str, &str)) -> Reply {
        self.call("GET", path, &[GATEWAY, header], Body::empty()).await
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let headers = [GATEWAY, ("content-type", "application/json")];
        self.call(method, path, &headers, body.to_string()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, body).await
    }

    /// Deployment feedback; returns the status.
    pub async fn report(&self, device: &str, action: i64, execution: &str, finished: &str) -> u16 {
        self.post(&format!("{device}/deploymentBase/{action}/feedback"), &feedback(execution, finished)).await.status
    }

    /// Cancel feedback; returns the status.
    pub async fn report_cancel(&self, device: &str, action: i64, execution: &str, finished: &str) -> u16 {
        self.post(&format!("{device}/cancelAction/{action}/feedback"), &feedback(execution, finished)).await.status
    }

    // The operator.

    /// A target made before its device is heard of.
    pub async fn create_target(&self, id: &str, token: &str) {
        let target = Target::new(id, token.to_owned(), &Actor::User("ops".to_owned()), self.app.now());
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&target).count_target(&self.tenant, id, 1);
        transaction.commit().await.unwrap();
    }

    /// A device that polled once and reported its attributes.
    pub async fn register(&self, id: &str) {
        assert_eq!(self.get(id).await.status, 200);
        assert_eq!(self.put(&format!("{id}/configData"), &json!({"data": {"hw": "1"}})).await.status, 200);
    }

    pub async fn assign(&self, id: &str, set: i64) -> i64 {
        self.assign_as(id, set, |_| ()).await
    }

    pub async fn assign_as(&self, id: &str, set: i64, adjust: impl FnOnce(&mut TargetOrder)) -> i64 {
        let mut order = TargetOrder {
            controller_id: id.to_owned(),
            action_type: ActionType::Forced,
            forced_time: None,
            weight: None,
            window: None,
            confirmation_required: None,
        };
        adjust(&mut order);
        let now = self.app.now();
        let order = AssignmentOrder {
            snapshot: &self.app.tenants.fresh(&self.tenant, now).await.unwrap().unwrap(),
            actor: &Actor::User("ops".to_owned()),
            quotas: &self.app.settings.quotas,
            distribution_set: set,
            targets: vec![order],
            offline: false,
            refuse_unknown: true,
            unless_in_history: false,
            message: None,
            now,
        };
        let outcome = assign(&self.app.store, &order).await.unwrap();
        outcome.assigned[0].action
    }

    /// The operator's request to cancel.
    pub async fn cancel(&self, id: &str, action: i64) {
        self.decide(id, action, |target, action, now| {
            vec![cancellation::request(target, action, &Actor::User("ops".to_owned()), now).unwrap()]
        })
        .await;
    }

    pub async fn decide(
        &self,
        id: &str,
        action: i64,
        decide: impl Fn(&mut Target, &mut Action, i64) -> Vec<StatusEntry>,
    ) {
        let now = self.app.now();
        let decided = decide_on_action(&self.app.store, &self.tenant, id, action, |target, action| {
            Ok(Decision { entries: decide(target, action, now), answer: () })
        });
        decided.await.unwrap();
    }

    // What is stored.

    pub async fn target(&self, id: &str) -> Option<Target> {
        let target = self.app.store.target(&self.tenant, id, Consistency::Strong).await.unwrap();
        target.map(|target| target.into_inner())
    }

    pub async fn action(&self, id: &str, action: i64) -> Action {
        let action = self.app.store.action(&self.tenant, id, action, Consistency::Strong).await.unwrap();
        action.unwrap().into_inner()
    }

    /// Oldest first.
    pub async fn entries(&self, id: &str, action: i64) -> Vec<StatusEntry> {
        let action = self.action(id, action).await;
        let entries = self.app.store.history(&self.tenant, &action, HistoryOrder::OldestFirst, 0, 1000).await.unwrap();
        assert_eq!(entries.len(), action.entries as usize, "the action counts its entries");
        entries
    }

    /// The names of the entries' statuses, oldest first.
    pub async fn history(&self, id: &str, action: i64) -> Vec<&'static str> {
        self.entries(id, action).await.iter().map(|entry| entry.status.name()).collect()
    }
}

pub fn feedback(execution: &str, finished: &str) -> Value {
    json!({"status": {"execution": execution, "result": {"finished": finished}}})
}
