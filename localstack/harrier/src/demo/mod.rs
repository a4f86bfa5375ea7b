//! A virtual fleet updates itself through a stack in memory: what `harrier demo` shows.

mod bars;
mod rollout;
mod update;

use std::time::Duration;

use rand::RngCore;

use crate::fleet::{Behaviour, Credential, FleetError, Identity, Management, Plan};
use crate::{Options, Stack, StackError};

/// How often the bars move.
const TICK: Duration = Duration::from_millis(250);

/// What is to be shown.
#[derive(Debug, Clone)]
pub struct Demo {
    pub story: Story,
    pub devices: usize,
    /// Bytes of the artifact every device downloads.
    pub artifact_size: usize,
    /// Whether devices also send twice, hang up and crash.
    pub hostile: bool,
    /// Of everything the devices draw.
    pub seed: u64,
}

/// How the update gets to the devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Story {
    /// Assigned to all of them at once.
    Update,
    /// In stages: too many devices of one stage fail, which stops the rollout; the fault is mended, the rollout goes on,
    /// and those that failed are tried again.
    Rollout,
}

/// Why the demonstration ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(transparent)]
    Fleet(#[from] FleetError),
    #[error("the administrator of a new stack has no password")]
    NoPassword,
    #[error("{0} devices did not conclude their update")]
    Incomplete(usize),
    #[error("the rollout became {found}, not {expected}")]
    Rollout { expected: &'static str, found: String },
    #[error("the fleet ended before the rollout")]
    Fled,
}

impl Demo {
    /// Starts a stack, updates a fleet through it, prints a summary.
    ///
    /// # Errors
    /// When the stack does not start, refuses a request, or the story does not end as it should.
    pub async fn run(self) -> Result<(), DemoError> {
        let stack = Stack::start(Options::in_memory()).await?;
        println!("A server in memory listens on {}", stack.url());
        let site = self.prepare(&stack).await?;
        match self.story {
            Story::Update => update::show(&self, site).await?,
            Story::Rollout => rollout::show(&self, site).await?,
        }
        Ok(stack.shutdown().await?)
    }

    /// Makes targets and a set with an artifact.
    async fn prepare(&self, stack: &Stack) -> Result<Site, DemoError> {
        let administrator = stack.administrator();
        let password = administrator.password.reveal().ok_or(DemoError::NoPassword)?;
        let management = Management::new(&stack.url(), &administrator.name, password)?;
        management.configure("authentication.targettoken.enabled", true).await?;
        let ids: Vec<_> = (0..self.devices).map(|number| format!("demo-{number:05}")).collect();
        let created = management.create_targets(&ids).await?;

        let mut content = vec![0; self.artifact_size];
        rand::rng().fill_bytes(&mut content);
        let module = management.create_module("demo-os", "1.0", "os").await?;
        management.upload(module, "demo-os.img", content.len() as u64, content).await?;
        let set = management.create_set("demo", "1.0", "os", &[module]).await?;
        let token = |(controller_id, token)| Identity { controller_id, credential: Credential::TargetToken(token) };
        let devices = created.into_iter().map(token).collect();
        Ok(Site { management, ids, set, plan: self.plan(stack, devices) })
    }

    fn plan(&self, stack: &Stack, devices: Vec<Identity>) -> Plan {
        let calm = if self.hostile { Behaviour::hostile() } else { Behaviour::default() };
        let behaviour = Behaviour {
            wake: Duration::ZERO..=Duration::from_secs(2),
            pause: Duration::from_millis(50)..=Duration::from_millis(400),
            progress_reports: 3,
            ..calm
        };
        Plan { behaviour, seed: self.seed, ..Plan::new(&stack.url(), stack.tenant(), devices) }
    }
}

/// What a story starts from.
struct Site {
    management: Management,
    /// Controller ids of the targets, in the order in which they were made.
    ids: Vec<String>,
    /// What is to be installed.
    set: i64,
    plan: Plan,
}
