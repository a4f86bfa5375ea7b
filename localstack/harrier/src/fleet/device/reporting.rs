//! Feedback, and all that may go wrong with it.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::timeout;

use super::Device;
use crate::fleet::FleetError;
use crate::fleet::ddi::Report;
use crate::fleet::tally::count;

/// How long a device that will hang up waits for its answer: about as long as an answer takes.
const HANG_UP: std::ops::RangeInclusive<Duration> = Duration::ZERO..=Duration::from_millis(10);

/// Executions that end nothing, in no order.
const ANY_ORDER: [&str; 7] = ["downloaded", "download", "scheduled", "resumed", "rejected", "canceled", "proceeding"];

impl Device {
    /// Sends a feedback, and once more when that is drawn.
    pub(super) async fn tell(&mut self, href: &str, report: Report) -> Result<(), FleetError> {
        self.before_telling(href).await?;
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
    pub(super) async fn tell_for_good(&mut self, href: &str, report: Report) -> Result<(), FleetError> {
        self.before_telling(href).await?;
        let hangs_up = self.dice.happens(self.plan.behaviour.lost_answer);
        if hangs_up {
            self.tell_and_hang_up(href, report).await;
        }
        match self.api.report(href, report).await {
            Err(error) if hangs_up && has_ended(&error) => {}
            sent => {
                sent?;
                self.closed = Some(deployment_of(href));
            }
        }
        count(&self.tally.feedbacks);
        if !self.dice.happens(self.plan.behaviour.duplicate) {
            return Ok(());
        }
        match is_cancellation(href) {
            // On a cancellation that is done the server takes notes, and nothing more (`domain-behaviour.md` §5.4, E1).
            true => {
                self.api.report(href, report).await.or_else(|error| if has_ended(&error) { Ok(()) } else { Err(error) })
            }
            false => self.wants_refusal(href, report).await,
        }
    }

    async fn before_telling(&mut self, href: &str) -> Result<(), FleetError> {
        self.pause().await;
        self.survive()?;
        if !self.dice.happens(self.plan.behaviour.disorder) {
            return Ok(());
        }
        count(&self.tally.disorders);
        match self.closed.clone().filter(|_| self.dice.happens(0.5)) {
            Some(closed) => self.wants_refusal(&closed, Report::new("proceeding", "none", "Late")).await,
            None => {
                let code = self.dice.below(3);
                let execution = ANY_ORDER[self.dice.below(ANY_ORDER.len())];
                let report = Report::new(execution, "none", "Out of order").with_code(i32::try_from(code).ok());
                self.api.report(href, report).await
            }
        }
    }

    /// Closed stays closed: a report on something that ended changes nothing, and the device hears so.
    async fn wants_refusal(&mut self, href: &str, report: Report) -> Result<(), FleetError> {
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
}

fn is_cancellation(href: &str) -> bool {
    href.contains("/cancelAction/")
}

/// The deployment that a link of a poll is about: a cancellation is of the deployment with the same id.
fn deployment_of(href: &str) -> String {
    href.replace("/cancelAction/", "/deploymentBase/")
}

/// Whether the server says that the action is over: 410 for deployments, 404 and 405 for cancellations.
fn has_ended(error: &FleetError) -> bool {
    let over = [StatusCode::GONE, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
    matches!(error, FleetError::Refused { status, .. } if over.contains(status))
}
