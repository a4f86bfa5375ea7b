//! Progress as bars.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::rollout::Group;
use crate::fleet::{Stage, Tally};

/// One bar for each stage of an update.
pub(super) struct StageBars {
    all: Vec<(Stage, ProgressBar)>,
    traffic: Traffic,
}

impl StageBars {
    pub(super) fn new(devices: usize) -> Self {
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
        Self { all, traffic: Traffic::below(&group) }
    }

    pub(super) fn show(&self, tally: &Tally) {
        for (stage, bar) in &self.all {
            bar.set_position(tally.at(*stage) as u64);
        }
        self.traffic.show(tally);
    }

    pub(super) fn finish(self, tally: &Tally) {
        self.show(tally);
        for (_, bar) in &self.all {
            bar.abandon();
        }
        self.traffic.finish();
    }
}

/// One bar for each group of a rollout: devices that are done, whichever way.
pub(super) struct GroupBars {
    all: Vec<ProgressBar>,
    traffic: Traffic,
}

impl GroupBars {
    pub(super) fn new(groups: &[Group]) -> Self {
        let screen = MultiProgress::new();
        let style = style("{prefix:>12} {bar:40} {pos:>6} of {len} {msg}");
        let bar = |group: &Group| {
            let bar = ProgressBar::new(group.total_targets).with_style(style.clone());
            screen.add(bar.with_prefix(group.name.clone()))
        };
        Self { all: groups.iter().map(bar).collect(), traffic: Traffic::below(&screen) }
    }

    pub(super) fn show(&self, groups: &[Group], tally: &Tally) {
        for (bar, group) in self.all.iter().zip(groups) {
            let counts = &group.total_targets_per_status;
            bar.set_position(counts.finished + counts.error + counts.cancelled);
            let errors = if counts.error > 0 { format!(", {} failed", counts.error) } else { String::new() };
            bar.set_message(format!("{}{errors}", group.status));
        }
        self.traffic.show(tally);
    }

    pub(super) fn finish(self) {
        for bar in &self.all {
            bar.abandon();
        }
        self.traffic.finish();
    }
}

/// What the devices do altogether.
struct Traffic(ProgressBar);

impl Traffic {
    fn below(screen: &MultiProgress) -> Self {
        let line = screen.add(ProgressBar::new_spinner().with_style(style("{prefix:>12} {msg}")));
        line.set_prefix("traffic");
        Self(line)
    }

    fn show(&self, tally: &Tally) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (polls, feedbacks, mebibytes) = (read(&tally.polls), read(&tally.feedbacks), read(&tally.bytes) >> 20);
        self.0.set_message(format!("{polls} polls, {feedbacks} feedback, {mebibytes} MiB downloaded"));
    }

    fn finish(self) {
        self.0.abandon();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
