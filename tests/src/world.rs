//! A stack with somebody to manage it and something to deploy.

use harrier::{Options, Stack};
use harrier_domain::Tenant;
use harrier_identity::{NewTenant, create_tenant, hash_password, put_user};
use harrier_store::UserRecord;
use serde_json::{Value, json};

use crate::Api;

/// The gateway token that [`World::start`] sets.
const GATEWAY_TOKEN: &str = "a-gateway-token-of-the-tests";

/// A stack in memory with all device logins enabled.
pub struct World {
    pub stack: Stack,
    /// The administrator of tenant `DEFAULT`.
    pub admin: Api,
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
        options.administrator.password = Some("admin-password".to_owned());
        let stack = Stack::start(options).await.expect("a running stack");
        let admin = Api::new(&stack.url()).basic("admin", "admin-password");
        let world = Self { stack, admin };
        world.enable_logins(&world.admin).await;
        world
    }

    async fn enable_logins(&self, admin: &Api) {
        let settings = json!({
            "authentication.targettoken.enabled": true,
            "authentication.gatewaytoken.enabled": true,
            "authentication.gatewaytoken.key": GATEWAY_TOKEN,
        });
        let _ = admin.put("/rest/v1/system/configs", &settings).await.expect(204);
    }

    /// Makes another tenant with an administrator of its own.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn tenant(&self, name: &str) -> Api {
        let store = &self.stack.app().store;
        let tenant = Tenant::parse(name).expect("a tenant's name");
        let now = self.stack.app().now();
        create_tenant(store, &NewTenant { tenant: tenant.clone(), now }).await.expect("a new tenant");
        let user = UserRecord {
            name: format!("admin-of-{name}"),
            tenant,
            password_hash: hash_password("their-password").expect("a hash"),
            authorities: vec!["ROLE_TENANT_ADMIN".to_owned()],
            revision: 1,
        };
        put_user(store, user).await.expect("a new user");
        let admin = Api::new(&self.stack.url()).basic(&format!("admin-of-{name}"), "their-password");
        self.enable_logins(&admin).await;
        admin
    }

    /// A device that shows the gateway token.
    #[must_use]
    pub fn gateway(&self) -> Api {
        Api::new(&self.stack.url()).authorized(&format!("GatewayToken {GATEWAY_TOKEN}"))
    }

    /// Makes a target and returns it as its device, with its token.
    pub async fn device(&self, admin: &Api, controller_id: &str) -> Api {
        let made = admin.post("/rest/v1/targets", &json!([{ "controllerId": controller_id }])).await.expect(201);
        let token = made.json()[0]["securityToken"].as_str().unwrap_or_default().to_owned();
        Api::new(&self.stack.url()).authorized(&format!("TargetToken {token}"))
    }

    /// Makes a module with one artifact, and a set of it.
    pub async fn deployment(&self, admin: &Api, name: &str, content: &[u8]) -> Deployment {
        let module = json!([{ "name": name, "version": "1.0", "type": "os" }]);
        let module = id(&admin.post("/rest/v1/softwaremodules", &module).await.expect(201).json()[0]);
        let path = format!("/rest/v1/softwaremodules/{module}/artifacts");
        let artifact = id(&admin.upload(&path, &format!("{name}.bin"), content).await.expect(201).json());
        let set = json!([{ "name": name, "version": "1.0", "type": "os", "modules": [{ "id": module }] }]);
        let set = id(&admin.post("/rest/v1/distributionsets", &set).await.expect(201).json()[0]);
        Deployment { module, artifact, set, content: content.to_vec() }
    }

    /// Assigns the set to one target and returns the action's id.
    pub async fn assign(&self, admin: &Api, set: i64, controller_id: &str) -> i64 {
        let path = format!("/rest/v1/targets/{controller_id}/assignedDS");
        let outcome = admin.post(&path, &json!({ "id": set })).await.expect(200).json();
        id(&outcome["assignedActions"][0])
    }
}

fn id(entity: &Value) -> i64 {
    entity["id"].as_i64().unwrap_or_else(|| panic!("no id in {entity}"))
}
