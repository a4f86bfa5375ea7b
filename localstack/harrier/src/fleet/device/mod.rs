//! The life of one virtual device.

mod reporting;
mod work;

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::ddi::DeviceApi;
use super::download::PartialFile;
use super::seed::Dice;
use super::tally::{Tally, count};
use super::{DeviceLife, FleetError, Plan, Stage};

pub(super) struct Device {
    /// Its place in the plan.
    number: usize,
    controller_id: String,
    api: DeviceApi,
    plan: Arc<Plan>,
    tally: Arc<Tally>,
    /// Lets so many devices be awake.
    awake: Arc<Semaphore>,
    dice: Dice,
    stage: Stage,
    /// Survives crashes.
    kept: Option<PartialFile>,
    /// The deployment that the server closed last, by its own word.
    closed: Option<String>,
    conclusions: u32,
}

/// What a wake-up came to.
enum Outcome {
    Concluded,
    NothingToDo,
}

impl Device {
    pub(super) fn new(
        number: usize,
        controller_id: String,
        api: DeviceApi,
        plan: Arc<Plan>,
        tally: Arc<Tally>,
        awake: Arc<Semaphore>,
    ) -> Self {
        let dice = Dice::new(plan.seed, number);
        Self {
            number,
            controller_id,
            api,
            plan,
            tally,
            awake,
            dice,
            stage: Stage::Waiting,
            kept: None,
            closed: None,
            conclusions: 0,
        }
    }

    pub(super) async fn live(mut self) -> DeviceLife {
        let wake = self.plan.behaviour.wake.clone();
        sleep(self.dice.within(&wake)).await;
        let started = Instant::now();
        let failure = self.until_done(started).await.err();
        self.enter(if failure.is_some() { Stage::Lost } else { Stage::Done });
        let Self { controller_id, conclusions, .. } = self;
        DeviceLife { controller_id, took: started.elapsed(), conclusions, failure }
    }

    async fn until_done(&mut self, started: Instant) -> Result<(), FleetError> {
        let mut last = "nothing to do".to_owned();
        while self.conclusions < self.plan.conclusions && !self.plan.recall.is_called() {
            if started.elapsed() > self.plan.patience {
                return Err(FleetError::OutOfPatience { last });
            }
            let awake = Arc::clone(&self.awake);
            let woken = match awake.acquire().await {
                Ok(_permit) => self.wake_up().await,
                Err(closed) => return Err(FleetError::unexpected(&self.controller_id, closed)),
            };
            match woken {
                Ok(Outcome::Concluded) => self.conclusions += 1,
                Ok(Outcome::NothingToDo) => self.idle().await,
                Err(error) if error.is_passing() => {
                    last = error.to_string();
                    self.fall_back(&error).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A device that is called home breaks off as if it crashed.
    fn survive(&mut self) -> Result<(), FleetError> {
        let ends = self.plan.recall.is_called() || self.dice.happens(self.plan.behaviour.crash);
        if ends { Err(FleetError::Crashed) } else { Ok(()) }
    }

    /// A server that is not there will not be back at once.
    async fn fall_back(&mut self, error: &FleetError) {
        count(if matches!(error, FleetError::Crashed) { &self.tally.crashes } else { &self.tally.setbacks });
        tracing::debug!(device = self.controller_id, %error, "starts again with a poll");
        match error {
            FleetError::Network { .. } => self.idle().await,
            _ => {
                self.enter(Stage::Waiting);
                self.pause().await;
            }
        }
    }

    async fn pause(&mut self) {
        let pause = self.plan.behaviour.pause.clone();
        sleep(self.dice.within(&pause)).await;
    }

    async fn idle(&mut self) {
        self.enter(Stage::Waiting);
        let idle = self.plan.behaviour.idle.clone();
        sleep(self.dice.within(&idle)).await;
    }

    fn enter(&mut self, stage: Stage) {
        self.tally.moved(self.stage, stage);
        self.stage = stage;
    }
}
