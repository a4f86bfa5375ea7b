//! The function on an embedded stack in memory, called without a network.

use axum::Router;
use axum::body::Body;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::s3::EmbeddedS3;
use harrier_domain::Tenant;
use harrier_domain::audit::{Actor, Audit};
use harrier_domain::configuration::{Entry, Value as Setting};
use harrier_domain::software::{Artifact, DistributionSet, DistributionSetType, SoftwareModule, SoftwareModuleType};
use harrier_identity::{NewTenant, create_tenant, hash_password, put_user};
use harrier_runtime::{App, Clock, ManualClock, Settings};
use harrier_store::{Loaded, Sequence, StoredSetting, UserRecord};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

/// When the tests begin, epoch milliseconds.
pub const START: i64 = 1_750_000_000_000;

const PASSWORD: &str = "open sesame";

pub struct World {
    pub app: App,
    pub clock: Arc<ManualClock>,
    router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// `Null` for an empty body.
    pub body: Value,
    pub is_empty: bool,
}

impl Answer {
    /// The body, if the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.body);
        self.body
    }

    /// A refusal with this status and error code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["errorCode"], format!("hawkbit.server.error.{code}"), "{body}");
        body
    }

    /// An answer with this status and no body.
    #[track_caller]
    pub fn expect_empty(self, status: u16) {
        assert!(self.is_empty, "{:?}", self.body);
        self.expect(status);
    }
}

impl World {
    pub async fn start() -> Self {
        let database = EmbeddedDynamoDb::open(None).unwrap().client();
        let objects = EmbeddedS3::open(None).unwrap().client();
        let settings = Settings::default();
        harrier_store::schema::create_tables(&database, &settings.table_prefix).await.unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let app = App::new(database, objects.clone(), objects, settings).unwrap();
        let app = app.with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
        create_tenant(&app.store, &NewTenant { tenant: tenant(), now: START }).await.unwrap();
        let world = Self { router: harrier::routes(&app), app, clock };
        world.user("admin", &["ROLE_TENANT_ADMIN"]).await;
        world
    }

    /// Makes a user with these authorities; all have the same password.
    pub async fn user(&self, name: &str, authorities: &[&str]) {
        static HASH: OnceLock<String> = OnceLock::new();
        let user = UserRecord {
            name: name.to_owned(),
            tenant: tenant(),
            password_hash: HASH.get_or_init(|| hash_password(PASSWORD).unwrap()).clone(),
            authorities: authorities.iter().map(|name| (*name).to_owned()).collect(),
            revision: 1,
        };
        put_user(&self.app.store, user).await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("admin", Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("admin", Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("admin", Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("admin", Method::DELETE, path, None).await
    }

    /// A request of this user; `path` is relative to `/rest/v1`.
    pub async fn call(&self, user: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = request(user, method, path);
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body, is_empty: bytes.is_empty() }
    }

    /// Makes targets with these controller ids.
    pub async fn targets(&self, ids: &[&str]) {
        let targets = ids.iter().map(|id| json!({"controllerId": id})).collect();
        self.post("/targets", targets).await.expect(201);
    }

    pub async fn set_config(&self, key: &str, value: Setting) {
        let entry = Entry {
            value,
            created_by: "admin".to_owned(),
            created_at: START,
            last_modified_by: "admin".to_owned(),
            last_modified_at: START,
        };
        let tenant = tenant();
        let mut transaction = self.app.store.transaction(&tenant);
        transaction.put(&StoredSetting { key: key.to_owned(), entry, revision: 1 });
        transaction.commit().await.unwrap();
        self.app.tenants.forget(&tenant);
    }

    /// A complete set of type `os` with one module, and its id.
    pub async fn distribution_set(&self, name: &str) -> i64 {
        self.store_set(name, true, |_| {}).await
    }

    /// A set with or without a module, changed before it is stored.
    pub async fn store_set(&self, name: &str, complete: bool, change: impl FnOnce(&mut DistributionSet)) -> i64 {
        let store = &self.app.store;
        let tenant = tenant();
        let set_types: Vec<Loaded<DistributionSetType>> = store.all(&tenant).await.unwrap();
        let module_types: Vec<Loaded<SoftwareModuleType>> = store.all(&tenant).await.unwrap();
        let set_type = set_types.iter().find(|found| found.key == "os").unwrap();
        let module_type = module_types.iter().find(|found| found.key == "os").unwrap();
        let mut ids = store.next_ids(&tenant, Sequence::Catalogue, 3).await.unwrap();
        let module = module(ids.next().unwrap(), ids.next().unwrap(), name, module_type.id);
        let mut set = DistributionSet {
            id: ids.next().unwrap(),
            type_id: set_type.id,
            name: name.to_owned(),
            version: "1.0".to_owned(),
            description: None,
            modules: if complete { [module.id].into() } else { [].into() },
            required_migration_step: false,
            locked: false,
            valid: true,
            deleted: false,
            used: false,
            tags: [].into(),
            audit: audit(),
            revision: 1,
        };
        change(&mut set);
        let mut transaction = store.transaction(&tenant);
        transaction.create(&module).create(&set);
        transaction.commit().await.unwrap();
        set.id
    }

    /// Assigns the set and returns the new action's id.
    pub async fn assign(&self, target: &str, set: i64) -> i64 {
        let body = self.post(&format!("/targets/{target}/assignedDS"), json!({"id": set})).await.expect(200);
        body["assignedActions"][0]["id"].as_i64().unwrap_or_else(|| panic!("nothing assigned: {body}"))
    }
}

pub fn request(user: &str, method: Method, path: &str) -> http::request::Builder {
    use base64::Engine;
    let login = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{PASSWORD}"));
    Request::builder()
        .method(method)
        .uri(format!("http://localhost/rest/v1{path}"))
        .header(AUTHORIZATION, format!("Basic {login}"))
        .header(ACCEPT, "*/*")
}

pub fn tenant() -> Tenant {
    Tenant::parse(Tenant::DEFAULT).unwrap()
}

fn audit() -> Audit {
    Audit::created(&Actor::User("admin".to_owned()), START)
}

fn module(id: i64, artifact: i64, name: &str, type_id: i64) -> SoftwareModule {
    let artifact = Artifact {
        id: artifact,
        filename: "image.bin".to_owned(),
        size: 1,
        sha1: "0".repeat(40),
        md5: "0".repeat(32),
        sha256: "0".repeat(64),
        sealed: None,
        audit: audit(),
    };
    SoftwareModule {
        id,
        type_id,
        name: name.to_owned(),
        version: "1.0".to_owned(),
        description: None,
        vendor: None,
        encrypted: false,
        locked: false,
        deleted: false,
        artifacts: vec![artifact],
        has_visible_metadata: false,
        audit: audit(),
        revision: 1,
    }
}

/// The member `field` of every element.
pub fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a Value> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(|element| &element[field]).collect()
}

/// The names of an object's links, sorted.
pub fn rels(entity: &Value) -> Vec<&str> {
    let mut rels: Vec<&str> = entity["_links"].as_object().into_iter().flatten().map(|(rel, _)| rel.as_str()).collect();
    rels.sort_unstable();
    rels
}
