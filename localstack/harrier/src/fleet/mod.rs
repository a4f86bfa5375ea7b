//! A virtual fleet: many devices in one process, each a task that speaks the device API over HTTP like a real one.
//!
//! A [`Plan`] says who the devices are, how they behave and when they are done. Behaviour is drawn from a seed, so a run
//! that found something can be run again.

mod behaviour;
mod ddi;
mod device;
mod download;
mod error;
mod flaw;
mod management;
mod recall;
mod seed;
mod summary;
mod tally;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use behaviour::{ArtifactUse, Behaviour};
pub use error::FleetError;
pub use flaw::Flaw;
pub use management::{ActionStatus, Assignment, Management};
pub use recall::Recall;
pub use summary::{DeviceLife, Summary};
pub use tally::{Stage, Tally};

use ddi::DeviceApi;
use device::Device;

/// How a device proves who it is (DDI §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    TargetToken(String),
    GatewayToken(String),
    Anonymous,
}

/// One device of a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub controller_id: String,
    pub credential: Credential,
}

/// What a fleet is and does.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Scheme, host and port of the server, without a trailing slash.
    pub base_url: String,
    pub tenant: String,
    pub devices: Vec<Identity>,
    pub behaviour: Behaviour,
    /// A fault of some of them.
    pub flaw: Flaw,
    /// A device leaves after it concluded this many deployments or cancellations, or when it is called home.
    pub conclusions: u32,
    pub recall: Recall,
    /// A device gives up after this time.
    pub patience: Duration,
    /// Requests of all devices together under way at one time.
    pub concurrency: usize,
    /// Devices awake at one time: from a poll to all that comes of it.
    pub awake: usize,
    /// The seed of everything drawn.
    pub seed: u64,
}

impl Plan {
    /// A plan for devices that conclude one deployment and behave well.
    #[must_use]
    pub fn new(base_url: &str, tenant: &str, devices: Vec<Identity>) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            tenant: tenant.to_owned(),
            devices,
            behaviour: Behaviour::default(),
            flaw: Flaw::default(),
            conclusions: 1,
            recall: Recall::default(),
            patience: Duration::from_secs(120),
            concurrency: 256,
            awake: Semaphore::MAX_PERMITS,
            seed: 1,
        }
    }
}

/// A fleet about to live.
#[derive(Debug)]
pub struct Fleet {
    plan: Arc<Plan>,
    tally: Arc<Tally>,
}

impl Fleet {
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let tally = Arc::new(Tally::new(plan.devices.len()));
        Self { plan: Arc::new(plan), tally }
    }

    /// What the devices did so far, to be watched while [`Fleet::run`] runs.
    #[must_use]
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Lets all devices live until each reached its goal or lost its patience.
    ///
    /// # Errors
    /// [`FleetError::Network`] when no HTTP client can be made. What single devices met stands in the summary.
    pub async fn run(self) -> Result<Summary, FleetError> {
        let http = ddi::http_client()?;
        let gate = Arc::new(Semaphore::new(self.plan.concurrency));
        let awake = Arc::new(Semaphore::new(self.plan.awake));
        let started = Instant::now();
        let mut lives = JoinSet::new();
        for (number, identity) in self.plan.devices.iter().enumerate() {
            let api = DeviceApi::new(http.clone(), Arc::clone(&gate), &self.plan, identity);
            let plan = Arc::clone(&self.plan);
            let device =
                Device::new(number, identity.controller_id.clone(), api, plan, self.tally(), Arc::clone(&awake));
            lives.spawn(device.live());
        }
        let lives = lives.join_all().await;
        Ok(Summary::new(started.elapsed(), lives, self.tally))
    }
}
