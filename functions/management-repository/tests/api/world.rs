//! A tenant with an administrator, and requests to the function's router.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use harrier::embedded::Durability;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::s3::EmbeddedS3;
use harrier::embedded::sqs::EmbeddedSqs;
use harrier::pumps::{Pumps, StepMessages};
use harrier_artifacts::encryption::{ChunkedAesGcm, LocalKeys};
use harrier_domain::Tenant;
use harrier_domain::audit::Actor;
use harrier_domain::software::DistributionSet;
use harrier_domain::target::Target;
use harrier_identity::{NewTenant, create_tenant, hash_password, put_user};
use harrier_runtime::{App, ManualClock, Settings};
use harrier_store::{Loaded, Sequence, UserRecord, schema};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

pub const NOW: i64 = 1_700_000_000_000;

/// All passwords of these tests. Hashing is slow on purpose, so it is done once.
const PASSWORD: &str = "secret";

fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash_password(PASSWORD).unwrap()).clone()
}

pub struct World {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub tenant: Tenant,
    pub objects: EmbeddedS3,
    router: Router,
    pumps: Pumps,
    _database: EmbeddedDynamoDb,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{}: no JSON: {:?}", self.status, String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// The last part of the error code.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Value {
        let body = self.expect(status).json();
        assert_eq!(body["errorCode"], format!("hawkbit.server.error.{code}"), "{body}");
        assert!(body.get("parameters").is_none());
        body
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let database = EmbeddedDynamoDb::open(None).unwrap();
        let objects = EmbeddedS3::open(None).unwrap();
        schema::create_tables(&database.client(), &settings.table_prefix).await.unwrap();
        objects.client().create_bucket().bucket(&settings.bucket).send().await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let app = App::new(database.client(), objects.client(), objects.client(), settings).unwrap();
        let messages = StepMessages::open(&EmbeddedSqs::open(None, Durability::default()).unwrap()).await.unwrap();
        let app = app.with_clock(clock.clone()).with_steps(messages.sender());
        let pumps = Pumps::new(app.clone(), messages, Some(database.clone()));
        let tenant = Tenant::parse("default").unwrap();
        create_tenant(&app.store, &NewTenant { tenant: tenant.clone(), now: NOW }).await.unwrap();
        let router = management_repository::router(app.clone());
        let world = Self { app, clock, tenant, objects, router, pumps, _database: database };
        world.user("admin", &["ROLE_TENANT_ADMIN"]).await;
        world
    }

    /// Lets campaigns do what is to be done now.
    pub async fn settle(&self) {
        self.pumps.settle().await.unwrap();
    }

    /// The same with encryption of artifacts.
    pub fn with_encryption(mut self) -> Self {
        self.app = self.app.with_encryption(encryption());
        self.router = management_repository::router(self.app.clone());
        self
    }

    /// The same after somebody has taken the key away.
    pub fn without_encryption(mut self) -> Self {
        let (database, objects) = (self._database.client(), self.objects.client());
        let app = App::new(database, objects.clone(), objects, (*self.app.settings).clone()).unwrap();
        self.app = app.with_clock(self.clock.clone());
        self.router = management_repository::router(self.app.clone());
        self
    }

    pub fn database(&self) -> &EmbeddedDynamoDb {
        &self._database
    }

    pub async fn user(&self, name: &str, authorities: &[&str]) {
        let user = UserRecord {
            name: name.to_owned(),
            tenant: self.tenant.clone(),
            password_hash: password_hash(),
            authorities: authorities.iter().map(ToString::to_string).collect(),
            revision: 1,
        };
        put_user(&self.app.store, user).await.unwrap();
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub fn request(&self, user: &str, method: &str, path: &str) -> http::request::Builder {
        let login = STANDARD.encode(format!("{user}:{PASSWORD}"));
        Request::builder()
            .method(method)
            .uri(format!("/rest/v1/{path}"))
            .header(header::HOST, "harrier.test")
            .header(header::AUTHORIZATION, format!("Basic {login}"))
    }

    pub async fn as_user(&self, user: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(user, method, path);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(serde_json::to_vec(body).unwrap())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.as_user("admin", "GET", path, None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.as_user("admin", "DELETE", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.as_user("admin", "POST", path, Some(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.as_user("admin", "PUT", path, Some(&body)).await
    }

    /// Makes one entity; returns its id.
    pub async fn create(&self, path: &str, body: Value) -> i64 {
        let answer = self.post(path, json!([body])).await.expect(201).json();
        answer[0]["id"].as_i64().unwrap()
    }

    pub async fn module(&self, name: &str, type_key: &str) -> i64 {
        self.create("softwaremodules", json!({"name": name, "version": "1", "type": type_key})).await
    }

    /// A set of the type `os` that is complete.
    pub async fn complete_set(&self, name: &str) -> i64 {
        let module = self.module(&format!("os of {name}"), "os").await;
        let body = json!({"name": name, "version": "1", "type": "os", "modules": [{"id": module}]});
        self.create("distributionsets", body).await
    }

    /// A target that was just made.
    pub async fn target(&self, controller_id: &str) {
        let actor = Actor::User("admin".to_owned());
        let mut target = Target::new(controller_id, "token".to_owned(), &actor, NOW);
        target.number = self.app.store.next_id(&self.tenant, Sequence::Target).await.unwrap();
        let mut transaction = self.app.store.transaction(&self.tenant);
        transaction.create(&target).count_target(&self.tenant, controller_id, 1);
        transaction.commit().await.unwrap();
    }

    /// Uses the set as an assignment does.
    pub async fn use_set(&self, id: i64) {
        let snapshot = self.app.tenants.snapshot(&self.tenant, NOW).await.unwrap().unwrap();
        let set: Loaded<DistributionSet> = self.app.store.get(&self.tenant, id).await.unwrap();
        let actor = Actor::User("admin".to_owned());
        harrier_deployments::lock_for_use(&self.app.store, &snapshot, set, &actor, NOW).await.unwrap();
    }

    /// The keys of all stored objects.
    pub async fn stored(&self) -> Vec<String> {
        let listed = self.objects.client().list_objects_v2().bucket(&self.app.settings.bucket).send().await.unwrap();
        listed.contents().iter().filter_map(|object| object.key().map(ToOwned::to_owned)).collect()
    }

    /// The names of a listing, in its order.
    pub async fn names(&self, path: &str) -> Vec<String> {
        let page = self.get(path).await.expect(200).json();
        let content = page["content"].as_array().unwrap();
        content.iter().map(|element| element["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// Encryption with a key that is the same in all tests.
pub fn encryption() -> Arc<ChunkedAesGcm> {
    let keys = LocalKeys::parse("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff").unwrap();
    Arc::new(ChunkedAesGcm::new(Arc::new(keys)))
}

/// The relations of an object's links.
pub fn links(body: &Value) -> Vec<&str> {
    let mut relations: Vec<&str> = body["_links"].as_object().unwrap().keys().map(String::as_str).collect();
    relations.sort_unstable();
    relations
}
