//! Where an action stands with its maintenance schedule (DDI §4.4).

use harrier_domain::maintenance::{Schedule, ScheduleText, Window};

/// What a schedule says at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintenance {
    /// There is no schedule: installing is always allowed.
    Unscheduled,
    Open,
    /// The next window.
    Ahead(Window),
    /// No window is open or to come.
    Lapsed,
}

impl Maintenance {
    /// A stored schedule that no longer parses has no window left (`domain-behaviour.md` §8).
    pub fn at(schedule: Option<&ScheduleText>, now: i64) -> Self {
        let Some(text) = schedule else {
            return Self::Unscheduled;
        };
        match Schedule::parse(text.clone()).ok().and_then(|schedule| schedule.window(now)) {
            Some(window) if window.is_open(now) => Self::Open,
            Some(window) => Self::Ahead(window),
            None => Self::Lapsed,
        }
    }

    /// `None` without a schedule.
    pub fn is_open(self) -> Option<bool> {
        match self {
            Self::Unscheduled => None,
            Self::Open => Some(true),
            Self::Ahead(_) | Self::Lapsed => Some(false),
        }
    }
}
