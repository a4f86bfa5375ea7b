//! One assignment to the whole fleet.

use tokio::time::interval;

use super::bars::StageBars;
use super::{Demo, DemoError, Site, TICK};
use crate::fleet::{Fleet, Summary};

/// Assigns the set to all targets, and watches their devices until each has concluded its update.
pub(super) async fn show(demo: &Demo, site: Site) -> Result<(), DemoError> {
    let assigned = site.management.assign(site.set, &site.ids).await?.assigned;
    println!("{assigned} devices have an update of {} KiB to make", demo.artifact_size / 1024);
    let fleet = Fleet::new(site.plan);
    let bars = StageBars::new(demo.devices);
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
    conclude(&summary)
}

fn conclude(summary: &Summary) -> Result<(), DemoError> {
    println!("{summary}");
    match summary.failures().count() {
        0 => Ok(()),
        failures => Err(DemoError::Incomplete(failures)),
    }
}
