//! How many actions of a group are in which state (`domain-behaviour.md` §11.14).

use crate::action::{Action, ActionStatus, ActionType};

/// What an action of a rollout counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tally {
    Scheduled,
    Running,
    /// Still running for those who look at it, but on its way out.
    Canceling,
    /// The end of download-only actions.
    Downloaded,
    Finished,
    Error,
    Canceled,
}

impl Tally {
    pub const ALL: [Self; 7] = [
        Self::Scheduled,
        Self::Running,
        Self::Canceling,
        Self::Downloaded,
        Self::Finished,
        Self::Error,
        Self::Canceled,
    ];

    /// What the action counts as.
    #[must_use]
    pub fn of(action: &Action) -> Self {
        match action.status {
            ActionStatus::Scheduled => Self::Scheduled,
            ActionStatus::Canceling => Self::Canceling,
            ActionStatus::Downloaded if action.action_type == ActionType::DownloadOnly => Self::Downloaded,
            ActionStatus::Finished => Self::Finished,
            ActionStatus::Error => Self::Error,
            ActionStatus::Canceled => Self::Canceled,
            _ => Self::Running,
        }
    }
}

/// The actions of a group, or of a whole rollout, by what they count as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub scheduled: u64,
    pub running: u64,
    pub canceling: u64,
    pub downloaded: u64,
    pub finished: u64,
    pub error: u64,
    pub canceled: u64,
}

impl Counts {
    /// All actions: as many as targets that have one.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.scheduled + self.open() + self.downloaded + self.finished + self.error + self.canceled
    }

    /// Actions that devices still have to deal with.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.running + self.canceling
    }

    /// No action is left that could still change the group's success (`domain-behaviour.md` §11.8 step d).
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.scheduled + self.open() == 0
    }

    /// Some action got beyond being scheduled: the rollout leaves traces (`domain-behaviour.md` §11.12).
    #[must_use]
    pub fn was_started(&self) -> bool {
        self.total() > self.scheduled
    }

    /// One of the counts, to change it.
    pub fn of_mut(&mut self, tally: Tally) -> &mut u64 {
        match tally {
            Tally::Scheduled => &mut self.scheduled,
            Tally::Running => &mut self.running,
            Tally::Canceling => &mut self.canceling,
            Tally::Downloaded => &mut self.downloaded,
            Tally::Finished => &mut self.finished,
            Tally::Error => &mut self.error,
            Tally::Canceled => &mut self.canceled,
        }
    }

    /// One of the counts.
    #[must_use]
    pub fn of(mut self, tally: Tally) -> u64 {
        *self.of_mut(tally)
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        for tally in Tally::ALL {
            *self.of_mut(tally) += other.of(tally);
        }
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}
