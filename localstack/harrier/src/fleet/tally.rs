//! What a fleet did so far: counted by the devices, read by whoever watches.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Where a device is in its update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Waiting,
    Downloading,
    Installing,
    /// It concluded what it was there for.
    Done,
    /// It gave up.
    Lost,
}

const STAGES: usize = 5;

/// Counters of a fleet. Each is exact once the fleet is done.
#[derive(Debug, Default)]
pub struct Tally {
    pub polls: AtomicU64,
    pub attributes: AtomicU64,
    pub downloads: AtomicU64,
    /// Of artifacts.
    pub bytes: AtomicU64,
    pub feedbacks: AtomicU64,
    /// Deployments concluded, whichever way.
    pub updates: AtomicU64,
    pub cancellations: AtomicU64,
    /// Answers to the question whether an update may begin, yes or no.
    pub confirmations: AtomicU64,
    /// Feedback that had no business where it was sent.
    pub disorders: AtomicU64,
    /// Requests that ended with a passing failure and were repeated by a later poll.
    pub setbacks: AtomicU64,
    pub crashes: AtomicU64,
    stages: [AtomicUsize; STAGES],
}

impl Tally {
    pub(super) fn new(devices: usize) -> Self {
        let tally = Self::default();
        tally.stages[Stage::Waiting as usize].store(devices, Ordering::Relaxed);
        tally
    }

    /// Devices in a stage now.
    #[must_use]
    pub fn at(&self, stage: Stage) -> usize {
        self.stages[stage as usize].load(Ordering::Relaxed)
    }

    pub(super) fn moved(&self, from: Stage, to: Stage) {
        self.stages[from as usize].fetch_sub(1, Ordering::Relaxed);
        self.stages[to as usize].fetch_add(1, Ordering::Relaxed);
    }
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// A counter's value.
pub(super) fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
