//! Many reports at once, on a database that refuses many of the transactions: nothing is lost, nobody hears of it.

use std::net::SocketAddr;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use futures::future::join_all;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::faults::{Fault, FaultPlan, FaultyHttpClient};
use harrier::embedded::s3::EmbeddedS3;
use harrier::{AdministratorOptions, prepare, routes};
use harrier_domain::Tenant;
use harrier_runtime::{App, Settings};
use harrier_store::MAX_ATTEMPTS;
use harrier_tests::{Answer, Client};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const TRANSACTION: &str = "TransactWriteItems";
const PASSWORD: &str = "only-for-tests";

struct Site {
    app: App,
    faults: FaultyHttpClient,
    admin: Client,
    device: Client,
}

impl Site {
    async fn start() -> Self {
        let database = EmbeddedDynamoDb::open(None).expect("an embedded database");
        let faults = FaultyHttpClient::new(database.http_client(), FaultPlan::new());
        // The SDK's own repetitions would hide what the store's do.
        let configuration = database.config_builder().http_client(faults.clone());
        let configuration = configuration.retry_config(RetryConfig::disabled()).build();
        let client = aws_sdk_dynamodb::Client::from_conf(configuration);
        let objects = EmbeddedS3::open(None).expect("embedded objects").client();
        let app = App::new(client.clone(), objects.clone(), objects.clone(), Settings::default()).expect("an app");
        let administrator = AdministratorOptions { password: Some(PASSWORD.to_owned()), ..Default::default() };
        prepare(&app, &client, &objects, administrator).await.expect("a prepared installation");
        let anybody = Client::new(serve(&app).await);
        let admin = anybody.clone().with_login("admin", PASSWORD);
        let logins = json!({"authentication.gatewaytoken.enabled": true, "authentication.gatewaytoken.key": "gateway"});
        let _ = admin.put("/rest/v1/system/configs", logins).await.expect(204);
        let device = anybody.with_authorization("GatewayToken gateway".to_owned());
        Self { app, faults, admin, device }
    }

    /// Makes targets with an update each; gives back the ids of the actions.
    async fn deploy(&self, controller_ids: &[String]) -> Vec<i64> {
        let targets: Vec<Value> = controller_ids.iter().map(|id| json!({ "controllerId": id })).collect();
        let _ = self.admin.post("/rest/v1/targets", json!(targets)).await.expect(201);
        let module = json!([{ "name": "m", "version": "1", "type": "os" }]);
        let module = self.admin.post("/rest/v1/softwaremodules", module).await.expect(201).json()[0]["id"].clone();
        let set = json!([{ "name": "s", "version": "1", "type": "os", "modules": [{ "id": module }] }]);
        let set = self.admin.post("/rest/v1/distributionsets", set).await.expect(201).json()[0]["id"].clone();
        let orders: Vec<Value> = controller_ids.iter().map(|id| json!({ "id": id })).collect();
        let path = format!("/rest/v1/distributionsets/{set}/assignedTargets");
        let outcome = self.admin.post(&path, json!(orders)).await.expect(200).json();
        let actions = outcome["assignedActions"].as_array().into_iter().flatten();
        actions.filter_map(|action| action["id"].as_i64()).collect()
    }

    /// From now on three of ten transactions are refused, for both reasons there are.
    fn refuse(&self, seed: u64) {
        let plan = FaultPlan::new().with_chance(TRANSACTION, Fault::TransactionConflict, 0.2).with_chance(
            TRANSACTION,
            Fault::ConditionFailed,
            0.1,
        );
        self.faults.follow(plan.seeded(seed));
    }

    async fn report(&self, controller_id: &str, action: i64, status: Value) -> Answer {
        let path = format!("/DEFAULT/controller/v1/{controller_id}/deploymentBase/{action}/feedback");
        self.device.post(&path, json!({ "status": status })).await
    }

    /// Transactions there were for each of `decisions`; the test has met refusals.
    fn transactions_per(&self, decisions: usize) -> f64 {
        let calls = self.faults.calls(TRANSACTION);
        assert!(self.faults.injected().len() * 10 > decisions, "only {:?}", self.faults.injected());
        calls as f64 / decisions as f64
    }

    /// Everything fits together, to the last counter.
    async fn check(&self) {
        self.faults.follow(FaultPlan::new());
        let tenant = Tenant::parse("DEFAULT").expect("a tenant");
        let report = self.app.store.check(&tenant).await.expect("a check");
        assert_eq!(report.findings, []);
    }
}

async fn serve(app: &App) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let service = routes(app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}

fn proceeding(detail: &str, code: Option<usize>) -> Value {
    json!({ "execution": "proceeding", "result": { "finished": "none" }, "details": [detail], "code": code })
}

/// Reports at once on one action; each is in the history once. Returns how many transactions each took.
async fn reports_on_one_action(count: usize, code: impl Fn(usize) -> Option<usize>) -> f64 {
    let site = Site::start().await;
    let action = site.deploy(&["one".to_owned()]).await[0];
    site.refuse(64);
    let report = |number: usize| {
        let status = proceeding(&format!("report {number}."), code(number));
        let site = &site;
        async move { site.report("one", action, status).await.expect(200) }
    };
    join_all((0..count).map(report)).await;
    let transactions = site.transactions_per(count);
    site.check().await;
    let history = format!("/rest/v1/targets/one/actions/{action}/status?limit=500");
    let history = site.admin.get(&history).await.expect(200).text();
    for number in 0..count {
        assert_eq!(history.matches(&format!("report {number}.")).count(), 1, "report {number}");
    }
    transactions
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_on_one_action_at_once_are_all_kept() {
    let transactions = reports_on_one_action(64, |_| None).await;
    assert!(transactions < 3.0, "reports that only add to the history get in each other's way: {transactions}");
}

/// Each changes what the device's next poll tells, so each changes the target.
#[tokio::test(flavor = "multi_thread")]
async fn reports_with_codes_on_one_action_at_once_are_all_kept() {
    let transactions = reports_on_one_action(64, Some).await;
    assert!(transactions < f64::from(MAX_ATTEMPTS) / 2.0, "{transactions} transactions for each report");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_on_the_targets_of_a_tenant_at_once_are_all_kept() {
    let site = Site::start().await;
    let ids: Vec<String> = (0..256).map(|number| format!("device-{number:03}")).collect();
    let actions = site.deploy(&ids).await;
    assert_eq!(actions.len(), ids.len());
    site.refuse(256);
    let devices = ids.iter().zip(&actions).map(|(id, action)| {
        let site = &site;
        async move {
            let closed = json!({ "execution": "closed", "result": { "finished": "success" } });
            let (proceeding, closed) = (proceeding("at it", None), closed);
            let _ = site.report(id, *action, proceeding).await.expect(200);
            let _ = site.report(id, *action, closed).await.expect(200);
        }
    });
    join_all(devices).await;
    let transactions = site.transactions_per(2 * ids.len());
    assert!(transactions < 3.0, "devices get in each other's way: {transactions}");
    site.check().await;
    let done = site.admin.get("/rest/v1/targets?limit=1&q=updatestatus==in_sync").await.expect(200).json();
    assert_eq!(done["total"], ids.len());
}
