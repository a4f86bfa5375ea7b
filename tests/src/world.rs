//! A stack with somebody to manage it and something to deploy.

use harrier::Options;
use harrier_domain::Tenant;
use harrier_identity::{NewTenant, create_tenant};
use serde_json::{Value, json};

use crate::{Client, Installation};

/// The gateway token that [`World::start`] sets.
const GATEWAY_TOKEN: &str = "a-gateway-token-of-the-tests";

/// A stack in memory with all device logins enabled.
pub struct World {
    pub installation: Installation,
    /// The administrator of tenant `DEFAULT`.
    pub admin: Client,
}

/// A set that can be deployed.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub module: i64,
    pub artifact: i64,
    pub set: i64,
    pub content: Vec<u8>,
}

impl World {
    /// # Panics
    /// If the stack does not start.
    pub async fn start() -> Self {
        Self::start_with(Options::in_memory()).await
    }

    /// # Panics
    /// If the stack does not start.
    pub async fn start_with(mut options: Options) -> Self {
        options.settings.expose_request_units = true;
        let installation = Installation::start_with(options).await;
        let world = Self { admin: installation.administrator(), installation };
        world.enable_logins(&world.admin).await;
        world
    }

    async fn enable_logins(&self, admin: &Client) {
        let settings = json!({
            "authentication.targettoken.enabled": true,
            "authentication.gatewaytoken.enabled": true,
            "authentication.gatewaytoken.key": GATEWAY_TOKEN,
        });
        let _ = admin.put("/rest/v1/system/configs", settings).await.expect(204);
    }

    /// Makes another tenant with an administrator of its own.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn tenant(&self, name: &str) -> Client {
        let store = &self.installation.stack().app().store;
        let tenant = Tenant::parse(name).expect("a tenant's name");
        let now = self.installation.stack().app().now();
        create_tenant(store, &NewTenant { tenant: tenant.clone(), now }).await.expect("a new tenant");
        let admin = self.installation.user_of(name, &format!("admin-of-{name}"), &["ROLE_TENANT_ADMIN"]).await;
        self.enable_logins(&admin).await;
        admin
    }

    /// A device that shows the gateway token.
    #[must_use]
    pub fn gateway(&self) -> Client {
        self.installation.anonymous().with_authorization(format!("GatewayToken {GATEWAY_TOKEN}"))
    }

    /// The header with which any device of the tenant logs in.
    #[must_use]
    pub fn gateway_header(&self) -> String {
        format!("Authorization:GatewayToken {GATEWAY_TOKEN}")
    }

    /// Makes a target and returns it as its device, with its token.
    pub async fn device(&self, admin: &Client, controller_id: &str) -> Client {
        let made = admin.post("/rest/v1/targets", json!([{ "controllerId": controller_id }])).await.expect(201);
        let token = made.json()[0]["securityToken"].as_str().unwrap_or_default().to_owned();
        self.installation.anonymous().with_authorization(format!("TargetToken {token}"))
    }

    /// Makes a module with one artifact, and a set of it.
    pub async fn deployment(&self, admin: &Client, name: &str, content: &[u8]) -> Deployment {
        let module = json!([{ "name": name, "version": "1.0", "type": "os" }]);
        let module = id(&admin.post("/rest/v1/softwaremodules", module).await.expect(201).json()[0]);
        let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
        let artifact = id(&admin.upload(&path, &format!("{name}.bin"), content).await.expect(201).json());
        let set = json!([{ "name": name, "version": "1.0", "type": "os", "modules": [{ "id": module }] }]);
        let set = id(&admin.post("/rest/v1/distributionsets", set).await.expect(201).json()[0]);
        Deployment { module, artifact, set, content: content.to_vec() }
    }

    /// Assigns the set to one target and returns the action's id.
    pub async fn assign(&self, admin: &Client, set: i64, controller_id: &str) -> i64 {
        let path = format!("/rest/v1/targets/{controller_id}/assignedDS");
        let outcome = admin.post(&path, json!({ "id": set })).await.expect(200).json();
        id(&outcome["assignedActions"][0])
    }
}

fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}
