//! What a request handler has at hand.

use harrier_artifacts::Artifacts;
use harrier_artifacts::encryption::ArtifactEncryption;
use harrier_campaigns::{Engine, StepQueue};
use harrier_identity::{TenantDirectory, UserDirectory};
use harrier_rest::RequestFilters;
use harrier_store::{Database, Result, Store};
use std::sync::Arc;

use crate::Metrics;
use crate::clock::{Clock, SystemClock};
use crate::settings::Settings;

/// The one value every router's state is. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub artifacts: Artifacts,
    pub tenants: TenantDirectory,
    pub users: UserDirectory,
    /// Where the work of campaigns goes.
    pub steps: StepQueue,
    /// What happens here, in numbers.
    pub metrics: Metrics,
    pub settings: Arc<Settings>,
    /// What all surfaces of this process let through together.
    pub filters: Arc<RequestFilters>,
    clock: Arc<dyn Clock>,
}

impl App {
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new(
        database: aws_sdk_dynamodb::Client,
        objects: aws_sdk_s3::Client,
        signing: aws_sdk_s3::Client,
        settings: Settings,
    ) -> Result<Self> {
        let store = Store::new(Database::new(database, settings.table_prefix.clone()));
        let artifacts = Artifacts::new(objects, settings.bucket.clone()).with_signing_client(signing);
        Ok(Self {
            tenants: TenantDirectory::new(store.clone(), settings.presets.clone()),
            users: UserDirectory::new(store.clone())?.with_logins(&settings.logins),
            steps: StepQueue::none(),
            metrics: Metrics::default(),
            store,
            artifacts,
            filters: Arc::new(RequestFilters::new(settings.filters.clone())),
            settings: Arc::new(settings),
            clock: Arc::new(SystemClock),
        })
    }

    /// The same with a queue for the work of campaigns.
    #[must_use]
    pub fn with_steps(self, steps: StepQueue) -> Self {
        Self { steps, ..self }
    }

    /// The same with encryption of artifacts.
    #[must_use]
    pub fn with_encryption(mut self, encryption: Arc<dyn ArtifactEncryption>) -> Self {
        self.artifacts = self.artifacts.with_encryption(encryption);
        self
    }

    /// What a unit of work of a campaign has at hand, at this moment.
    #[must_use]
    pub fn engine(&self) -> Engine {
        Engine {
            store: self.store.clone(),
            tenants: self.tenants.clone(),
            steps: self.steps.clone(),
            quotas: self.settings.quotas,
            polling_limits: self.settings.polling_limits,
            now: self.now(),
        }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Epoch milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
