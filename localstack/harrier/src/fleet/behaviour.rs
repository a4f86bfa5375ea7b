//! How devices behave, from exemplary to hostile.

use std::ops::RangeInclusive;
use std::time::Duration;

/// What a device does with the artifacts of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtifactUse {
    /// Downloads each in one request and compares its sha256 with the one announced.
    Download,
    /// The same in ranges of this many bytes.
    DownloadInRanges(u64),
    /// Asks for the headers only and compares the size.
    Head,
    /// Leaves them alone.
    Skip,
}

/// The knobs. Probabilities are between 0 and 1, each drawn anew where it applies.
#[derive(Debug, Clone)]
pub struct Behaviour {
    pub artifacts: ArtifactUse,
    /// Before the first poll, so that not all devices wake at once.
    pub wake: RangeInclusive<Duration>,
    /// Between two requests of a device that has something to do.
    pub pause: RangeInclusive<Duration>,
    /// Between two polls that found nothing or nobody, instead of the interval the server names.
    pub idle: RangeInclusive<Duration>,
    /// Intermediate feedback between download and conclusion.
    pub progress_reports: u32,
    /// Probability that an update fails on the device.
    pub failing: f64,
    /// Probability that a device answers no when it is asked for a confirmation.
    pub denying: f64,
    /// Probability that a device goes on with an update when it is told to cancel it.
    pub rejecting: f64,
    /// Probability that a feedback is sent a second time though it was answered.
    pub duplicate: f64,
    /// Probability, before each feedback, of another one that has no business there: on an update that is over, or out
    /// of order.
    pub disorder: f64,
    /// Probability that a device hangs up before it has the answer of a request, and asks again.
    pub lost_answer: f64,
    /// Probability, before each request and in each piece of a download, that a device forgets everything but the bytes
    /// it has, and starts with a poll.
    pub crash: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            artifacts: ArtifactUse::Download,
            wake: Duration::ZERO..=Duration::from_millis(500),
            pause: Duration::from_millis(5)..=Duration::from_millis(50),
            idle: Duration::from_millis(500)..=Duration::from_millis(1500),
            progress_reports: 2,
            failing: 0.0,
            denying: 0.0,
            rejecting: 0.0,
            duplicate: 0.0,
            disorder: 0.0,
            lost_answer: 0.0,
            crash: 0.0,
        }
    }
}

impl Behaviour {
    /// Devices in bad places: everything arrives twice, or not, or after a crash.
    #[must_use]
    pub fn hostile() -> Self {
        Self { duplicate: 0.2, lost_answer: 0.1, crash: 0.05, ..Self::default() }
    }

    /// The same, and the devices are no better: they fail, refuse, and report what makes no sense.
    #[must_use]
    pub fn unruly() -> Self {
        Self { failing: 0.2, denying: 0.3, rejecting: 0.3, disorder: 0.2, ..Self::hostile() }
    }
}
