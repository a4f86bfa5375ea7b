//! The life of one virtual device.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::ddi::{DeploymentBase, DeviceApi, Links, Report};
use super::download::{Downloader, PartialFile};
use super::seed::Dice;
use super::tally::{Tally, count};
use super::{DeviceLife, FleetError, Plan, Stage};

/// How long a device that will hang up waits for its answer: about as long as an answer takes.
const HANG_UP: std::ops::RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(10);

pub(super) struct Device {
    controller_id: String,
    api: DeviceApi,
    plan: Arc<Plan>,
    tally: Arc<Tally>,
    dice: Dice,
    stage: Stage,
    /// Survives crashes.
    kept: Option<PartialFile>,
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
    ) -> Self {
        let dice = Dice::new(plan.seed, number);
        Self { controller_id, api, plan, tally, dice, stage: Stage::Waiting, kept: None, conclusions: 0 }
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
        while self.conclusions < self.plan.conclusions {
            if started.elapsed() > self.plan.patience {
                return Err(FleetError::OutOfPatience { last });
            }
            match self.wake_up().await {
                Ok(Outcome::Concluded) => self.conclusions += 1,
                Ok(Outcome::NothingToDo) => self.idle().await,
                Err(error) if error.is_passing() => {
                    last = error.to_string();
                    self.fall_back(&error);
                    self.pause().await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One poll and everything it asks for.
    async fn wake_up(&mut self) -> Result<Outcome, FleetError> {
        self.survive()?;
        let links = self.api.poll().await?;
        count(&self.tally.polls);
        self.tell_attributes(&links).await?;
        if let Some(link) = links.cancel_action {
            self.cancel(&link.href).await?;
            return Ok(Outcome::Concluded);
        }
        match links.deployment_base {
            Some(link) => self.deploy(&link.href).await.map(|()| Outcome::Concluded),
            None => Ok(Outcome::NothingToDo),
        }
    }

    async fn tell_attributes(&mut self, links: &Links) -> Result<(), FleetError> {
        let Some(link) = &links.config_data else {
            return Ok(());
        };
        self.pause().await;
        self.survive()?;
        let attributes = json!({ "client": "harrier-fleet", "device": self.controller_id });
        self.api.send_attributes(&link.href, &attributes).await?;
        count(&self.tally.attributes);
        Ok(())
    }

    async fn cancel(&mut self, href: &str) -> Result<(), FleetError> {
        self.pause().await;
        self.survive()?;
        self.api.cancel_action(href).await?;
        let done = Report { execution: "closed", finished: "success", detail: "Stopped" };
        self.tell_for_good(href, done).await?;
        self.kept = None;
        count(&self.tally.cancellations);
        Ok(())
    }

    async fn deploy(&mut self, href: &str) -> Result<(), FleetError> {
        self.enter(Stage::Downloading);
        self.pause().await;
        self.survive()?;
        let base = self.api.deployment(href).await?;
        self.tell(href, Report { execution: "download", finished: "none", detail: "Downloading" }).await?;
        self.download(&base).await?;
        self.tell(href, Report { execution: "downloaded", finished: "none", detail: "Downloaded" }).await?;
        if base.deployment.update != "skip" {
            self.install(href).await?;
        }
        count(&self.tally.updates);
        Ok(())
    }

    async fn download(&mut self, base: &DeploymentBase) -> Result<(), FleetError> {
        let Self { api, plan, tally, dice, kept, .. } = self;
        let mut downloader = Downloader { api, behaviour: &plan.behaviour, tally, dice };
        for artifact in base.deployment.chunks.iter().flat_map(|chunk| &chunk.artifacts) {
            downloader.take(artifact, kept).await.inspect_err(|error| {
                tracing::debug!(action = base.id, file = artifact.filename, %error, "download not finished");
            })?;
        }
        Ok(())
    }

    async fn install(&mut self, href: &str) -> Result<(), FleetError> {
        self.enter(Stage::Installing);
        for _ in 0..self.plan.behaviour.progress_reports {
            self.tell(href, Report { execution: "proceeding", finished: "none", detail: "Installing" }).await?;
        }
        let fails = self.dice.happens(self.plan.behaviour.failing);
        let finished = if fails { "failure" } else { "success" };
        self.tell_for_good(href, Report { execution: "closed", finished, detail: "Installed" }).await
    }

    /// Sends a feedback, and once more when that is drawn.
    async fn tell(&mut self, href: &str, report: Report) -> Result<(), FleetError> {
        self.pause().await;
        self.survive()?;
        if self.dice.happens(self.plan.behaviour.lost_answer) {
            self.tell_and_hang_up(href, report).await;
        }
        self.api.report(href, report).await?;
        count(&self.tally.feedbacks);
        if self.dice.happens(self.plan.behaviour.duplicate) {
            self.api.report(href, report).await?;
        }
        Ok(())
    }

    /// Sends the feedback that ends the action. Once it was sent, "ended already" means that it had arrived.
    async fn tell_for_good(&mut self, href: &str, report: Report) -> Result<(), FleetError> {
        self.pause().await;
        self.survive()?;
        let hangs_up = self.dice.happens(self.plan.behaviour.lost_answer);
        if hangs_up {
            self.tell_and_hang_up(href, report).await;
        }
        match self.api.report(href, report).await {
            Err(error) if hangs_up && has_ended(&error) => {}
            sent => sent?,
        }
        count(&self.tally.feedbacks);
        if !self.dice.happens(self.plan.behaviour.duplicate) {
            return Ok(());
        }
        match self.api.report(href, report).await {
            Err(error) if has_ended(&error) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Err(FleetError::unexpected(href, "an ended action took another feedback")),
        }
    }

    async fn tell_and_hang_up(&mut self, href: &str, report: Report) {
        let patience = self.dice.within(&HANG_UP);
        // Whether it arrived is what the device cannot know.
        let _ = timeout(patience, self.api.report(href, report)).await;
    }

    fn survive(&mut self) -> Result<(), FleetError> {
        if self.dice.happens(self.plan.behaviour.crash) { Err(FleetError::Crashed) } else { Ok(()) }
    }

    fn fall_back(&mut self, error: &FleetError) {
        count(if matches!(error, FleetError::Crashed) { &self.tally.crashes } else { &self.tally.setbacks });
        tracing::debug!(device = self.controller_id, %error, "starts again with a poll");
        self.enter(Stage::Waiting);
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

/// Whether the server says that the action is over: 410 for deployments, 404 and 405 for cancellations.
fn has_ended(error: &FleetError) -> bool {
    let over = [StatusCode::GONE, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
    matches!(error, FleetError::Refused { status, .. } if over.contains(status))
}
