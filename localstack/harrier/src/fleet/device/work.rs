//! What a poll may ask of a device.

use serde_json::json;

use super::{Device, Outcome};
use crate::fleet::ddi::{DeploymentBase, Links, Report};
use crate::fleet::download::Downloader;
use crate::fleet::tally::count;
use crate::fleet::{FleetError, Stage};

impl Device {
    /// One poll and everything it asks for.
    pub(super) async fn wake_up(&mut self) -> Result<Outcome, FleetError> {
        self.survive()?;
        let links = self.api.poll().await?;
        count(&self.tally.polls);
        self.tell_attributes(&links).await?;
        if links.offers() > 1 {
            return Err(FleetError::unexpected(&self.controller_id, "a poll offers more than one action"));
        }
        match links {
            Links { cancel_action: Some(link), .. } => self.cancel(&link.href).await,
            Links { confirmation_base: Some(link), .. } => self.confirm(&link.href).await,
            Links { deployment_base: Some(link), .. } => self.deploy(&link.href).await,
            _ => Ok(Outcome::NothingToDo),
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

    async fn cancel(&mut self, href: &str) -> Result<Outcome, FleetError> {
        self.pause().await;
        self.survive()?;
        self.api.cancel_action(href).await?;
        if self.dice.happens(self.plan.behaviour.rejecting) {
            self.tell(href, Report::new("rejected", "none", "Going on")).await?;
            return Ok(Outcome::NothingToDo);
        }
        self.tell_for_good(href, Report::new("closed", "success", "Stopped")).await?;
        self.kept = None;
        count(&self.tally.cancellations);
        Ok(Outcome::Concluded)
    }

    /// Asks the user, as it were. An answer leads to another poll; a no, to being asked again.
    async fn confirm(&mut self, href: &str) -> Result<Outcome, FleetError> {
        self.pause().await;
        self.survive()?;
        let Some(waiting) = self.api.waiting_action(href).await? else {
            return Ok(Outcome::NothingToDo);
        };
        let denies = self.dice.happens(self.plan.behaviour.denying);
        self.api.answer_confirmation(&waiting.href, if denies { "denied" } else { "confirmed" }).await?;
        count(&self.tally.confirmations);
        Ok(Outcome::NothingToDo)
    }

    async fn deploy(&mut self, href: &str) -> Result<Outcome, FleetError> {
        self.enter(Stage::Downloading);
        self.pause().await;
        self.survive()?;
        let base = self.api.deployment(href).await?;
        self.tell(href, Report::new("download", "none", "Downloading")).await?;
        self.download(&base).await?;
        let downloaded = Report::new("downloaded", "none", "Downloaded");
        match (base.deployment.update.as_str(), &base.deployment.maintenance_window) {
            // The window is closed: the files are here, and the rest has time.
            ("skip", Some(_)) => {
                self.tell(href, downloaded).await?;
                return Ok(Outcome::NothingToDo);
            }
            ("skip", None) => self.tell_for_good(href, downloaded).await?,
            _ => {
                self.tell(href, downloaded).await?;
                self.install(href).await?;
            }
        }
        count(&self.tally.updates);
        Ok(Outcome::Concluded)
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
            self.tell(href, Report::new("proceeding", "none", "Installing")).await?;
        }
        let fails = self.dice.happens(self.plan.behaviour.failing) || self.plan.flaw.hits(self.number);
        let finished = if fails { "failure" } else { "success" };
        self.tell_for_good(href, Report::new("closed", finished, "Installed")).await
    }
}
