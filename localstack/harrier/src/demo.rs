//! A virtual fleet updates itself through a stack in memory: what `harrier demo` shows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rand::RngCore;
use tokio::time::interval;

use crate::fleet::{Behaviour, Credential, Fleet, FleetError, Identity, Management, Plan, Stage, Summary, Tally};
use crate::{Options, Stack, StackError};

/// How often the bars move.
const TICK: Duration = Duration::from_millis(100);

/// What is to be shown.
#[derive(Debug, Clone)]
pub struct Demo {
    pub devices: usize,
    /// Bytes of the artifact every device downloads.
    pub artifact_size: usize,
    /// Whether devices also send twice, hang up and crash.
    pub hostile: bool,
    /// Of everything the devices draw.
    pub seed: u64,
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
}

impl Demo {
    /// Starts a stack, updates a fleet through it, prints a summary.
    ///
    /// # Errors
    /// When the stack does not start, refuses a request, or a device did not conclude its update.
    pub async fn run(self) -> Result<(), DemoError> {
        let stack = Stack::start(Options::in_memory()).await?;
        println!("A server in memory listens on {}", stack.url());
        let devices = self.prepare(&stack).await?;
        let fleet = Fleet::new(self.plan(&stack, devices));
        let bars = Bars::new(self.devices);
        let tally = fleet.tally();
        let running = fleet.run();
        tokio::pin!(running);
        let mut ticks = interval(TICK);
        let summary = loop {
            tokio::select! {
                summary = &mut running => break summary?,
                _ = ticks.tick() => bars.show(&tally),
            }
        };
        bars.finish(&tally);
        stack.shutdown().await?;
        conclude(&summary)
    }

    /// Makes targets, a set with an artifact, and assigns it to all of them.
    async fn prepare(&self, stack: &Stack) -> Result<Vec<Identity>, DemoError> {
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
        let assigned = management.assign(set, &ids).await?.assigned;
        println!("{assigned} devices have an update of {} KiB to make", self.artifact_size / 1024);
        let token = |(controller_id, token)| Identity { controller_id, credential: Credential::TargetToken(token) };
        Ok(created.into_iter().map(token).collect())
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

fn conclude(summary: &Summary) -> Result<(), DemoError> {
    println!("{summary}");
    match summary.failures().count() {
        0 => Ok(()),
        failures => Err(DemoError::Incomplete(failures)),
    }
}

/// One bar for each stage of an update.
struct Bars {
    all: Vec<(Stage, ProgressBar)>,
    traffic: ProgressBar,
}

impl Bars {
    fn new(devices: usize) -> Self {
        let group = MultiProgress::new();
        let style = style("{prefix:>12} {bar:40} {pos:>6}");
        let bar = |(stage, name): (Stage, &'static str)| {
            let bar = ProgressBar::new(devices as u64).with_style(style.clone()).with_prefix(name);
            (stage, group.add(bar))
        };
        let stages = [
            (Stage::Waiting, "waiting"),
            (Stage::Downloading, "downloading"),
            (Stage::Installing, "installing"),
            (Stage::Done, "updated"),
        ];
        let all = stages.into_iter().map(bar).collect();
        let traffic = group.add(ProgressBar::new_spinner().with_style(self::style("{prefix:>12} {msg}")));
        traffic.set_prefix("traffic");
        Self { all, traffic }
    }

    fn show(&self, tally: &Tally) {
        for (stage, bar) in &self.all {
            bar.set_position(tally.at(*stage) as u64);
        }
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let (polls, feedbacks, mebibytes) = (read(&tally.polls), read(&tally.feedbacks), read(&tally.bytes) >> 20);
        self.traffic.set_message(format!("{polls} polls, {feedbacks} feedback, {mebibytes} MiB downloaded"));
    }

    fn finish(self, tally: &Tally) {
        self.show(tally);
        for (_, bar) in &self.all {
            bar.abandon();
        }
        self.traffic.abandon();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
