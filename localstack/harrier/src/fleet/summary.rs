//! What came of a fleet.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::tally::{Tally, read};
use super::{FleetError, Stage};

/// What came of one device.
#[derive(Debug)]
pub struct DeviceLife {
    pub controller_id: String,
    pub took: Duration,
    /// Deployments and cancellations it concluded.
    pub conclusions: u32,
    /// Why it gave up, if it did.
    pub failure: Option<FleetError>,
}

/// What came of a fleet.
#[derive(Debug)]
pub struct Summary {
    pub took: Duration,
    pub lives: Vec<DeviceLife>,
    pub tally: Arc<Tally>,
}

impl Summary {
    pub(super) fn new(took: Duration, mut lives: Vec<DeviceLife>, tally: Arc<Tally>) -> Self {
        lives.sort_by_key(|life| life.took);
        Self { took, lives, tally }
    }

    /// Devices that gave up.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &FleetError)> {
        self.lives.iter().filter_map(|life| Some((life.controller_id.as_str(), life.failure.as_ref()?)))
    }

    /// The time within which this share (0 to 1) of the devices were done.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.lives.len().saturating_sub(1);
        let index = (last as f64 * share.clamp(0.0, 1.0)).round() as usize;
        self.lives.get(index).map_or(Duration::ZERO, |life| life.took)
    }

    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.took.as_secs_f64().max(f64::EPSILON)
    }
}

const MIB: f64 = 1024.0 * 1024.0;

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.tally;
        let (polls, updates, bytes) = (read(&tally.polls), read(&tally.updates), read(&tally.bytes));
        writeln!(out, "devices    {} of {} done in {:.2?}", tally.at(Stage::Done), self.lives.len(), self.took)?;
        writeln!(out, "per device {:.2?} median, {:.2?} slowest", self.quantile(0.5), self.quantile(1.0))?;
        writeln!(out, "polls      {polls} ({:.0} per second)", self.per_second(polls))?;
        writeln!(out, "updates    {updates} ({:.0} per second)", self.per_second(updates))?;
        writeln!(out, "feedback   {} accepted", read(&tally.feedbacks))?;
        let rate = self.per_second(bytes) / MIB;
        writeln!(out, "downloads  {}, {:.1} MiB ({rate:.1} MiB/s)", read(&tally.downloads), bytes as f64 / MIB)?;
        let failures = self.failures().count();
        write!(out, "failures   {failures} ({} setbacks, {} crashes)", read(&tally.setbacks), read(&tally.crashes))?;
        for (controller_id, failure) in self.failures().take(5) {
            write!(out, "\n           {controller_id}: {failure}")?;
        }
        Ok(())
    }
}
