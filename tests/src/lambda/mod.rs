//! The functions as on Lambda: their real binaries, fed by a stand-in for the Lambda Runtime API, behind a stand-in for an
//! API Gateway HTTP API.

mod event;
mod gateway;
mod kms;
mod runtime_api;

use harrier::embedded::Durability;
use harrier::embedded::dynamodb::EmbeddedDynamoDb;
use harrier::embedded::loopback::{LocalServer, serve_dynamodb, serve_s3, serve_sqs};
use harrier::embedded::s3::EmbeddedS3;
use harrier::embedded::sqs::EmbeddedSqs;
use harrier::pumps::StepMessages;
use harrier::{AdministratorOptions, Password, prepare};
use harrier_runtime::{App, Settings};

use crate::Client;
pub use event::{answer_of, event_of};
pub use gateway::Gateway;
pub use kms::Kms;
pub use runtime_api::{Function, Refusal};

/// The embedded database and object store, as services that other processes can reach.
pub struct Aws {
    database: LocalServer,
    objects: LocalServer,
    queues: LocalServer,
    /// What the functions store, to be looked at.
    pub app: App,
    /// The database itself, for its stream.
    pub dynamodb: EmbeddedDynamoDb,
    /// The steps the functions sent.
    pub steps: StepMessages,
    store: EmbeddedS3,
    administrator: (String, String),
}

impl Aws {
    /// With the tables, the bucket, tenant `DEFAULT` and its administrator.
    pub async fn start() -> Self {
        let dynamodb = EmbeddedDynamoDb::open(None).expect("a database");
        let store = EmbeddedS3::open(None).expect("an object store");
        let sqs = EmbeddedSqs::open(None, Durability::default()).expect("queues");
        let steps = StepMessages::open(&sqs).await.expect("a queue of steps");
        let app = App::new(dynamodb.client(), store.client(), store.client(), Settings::default()).expect("an app");
        let app = app.with_steps(steps.sender());
        let made = prepare(&app, &dynamodb.client(), &store.client(), AdministratorOptions::default()).await;
        let made = made.expect("a prepared installation");
        let Password::Generated(password) = made.password else { panic!("a new installation has a new password") };
        Self {
            database: serve_dynamodb(&dynamodb).await.expect("a listener"),
            objects: serve_s3(&store).await.expect("a listener"),
            queues: serve_sqs(&sqs).await.expect("a listener"),
            app,
            dynamodb,
            steps,
            store,
            administrator: (made.name, password),
        }
    }

    /// The client of an API, logged in as the administrator.
    #[must_use]
    pub fn login(&self, client: Client) -> Client {
        client.with_login(&self.administrator.0, &self.administrator.1)
    }

    /// What a function finds in its environment.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let credentials = self.store.credentials();
        vec![
            ("AWS_REGION", harrier::embedded::REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.database.endpoint()),
            ("AWS_ENDPOINT_URL_S3", self.objects.endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.queues.endpoint()),
            ("HARRIER_STEP_QUEUE_URL", self.steps.url().to_owned()),
            ("HARRIER_S3_PATH_STYLE", "true".to_owned()),
            ("HARRIER_LOG", "warn".to_owned()),
        ]
    }
}
