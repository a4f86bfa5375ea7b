//! Maintenance windows: when an assigned update may be installed (domain §8, DDI §4.4, management §4.3).

mod cron;
mod cron_days;
mod cron_field;

use serde::{Deserialize, Serialize};

pub use cron::Cron;

use crate::text::Violations;
use crate::{Error, Result};

/// The three texts of a schedule, as they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleText {
    /// Quartz cron expression of six or seven fields.
    pub schedule: String,
    /// Length of a window: `HH:MM` or `HH:MM:SS`.
    pub duration: String,
    /// Offset from UTC: `+hh:mm`, `-hh:mm` or `Z`.
    pub timezone: String,
}

/// A schedule that parses. Serialized as its three texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ScheduleText", into = "ScheduleText")]
pub struct Schedule {
    text: ScheduleText,
    cron: Cron,
    duration: i64,
    offset_seconds: i64,
}

/// One window; both ends in epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: i64,
    pub end: i64,
}

impl Window {
    /// Whether the window is open: both ends are outside (domain §8).
    #[must_use]
    pub fn is_open(&self, now: i64) -> bool {
        self.start < now && now < self.end
    }
}

impl Schedule {
    /// The schedule of a request: all three texts or none; an empty text is an absent one.
    ///
    /// # Errors
    /// [`Error::ConstraintViolation`] for texts that are too long, [`Error::InvalidMaintenanceSchedule`] when some are
    /// missing, one does not parse, or no window is open or to come at `now` (epoch milliseconds).
    pub fn requested(
        schedule: Option<&str>,
        duration: Option<&str>,
        timezone: Option<&str>,
        now: i64,
    ) -> Result<Option<Self>> {
        let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let text = match (given(schedule), given(duration), given(timezone)) {
            (None, None, None) => return Ok(None),
            (Some(schedule), Some(duration), Some(timezone)) => ScheduleText { schedule, duration, timezone },
            _ => return Err(invalid("schedule, duration and timezone must be given together")),
        };
        check_lengths(&text)?;
        let schedule = Self::parse(text)?;
        if schedule.is_lapsed(now) {
            return Err(invalid("no window is open or to come"));
        }
        Ok(Some(schedule))
    }

    /// Reads a schedule, without asking whether it has lapsed: what was stored may have.
    ///
    /// # Errors
    /// [`Error::InvalidMaintenanceSchedule`] when a text does not parse.
    pub fn parse(text: ScheduleText) -> Result<Self> {
        let cron = Cron::parse(&text.schedule).map_err(Error::InvalidMaintenanceSchedule)?;
        let duration = time_of_day(&text.duration).ok_or_else(|| invalid("the duration must be HH:mm or HH:mm:ss"))?;
        let offset_seconds =
            zone_offset(&text.timezone).ok_or_else(|| invalid("the timezone must be +hh:mm, -hh:mm or Z"))?;
        Ok(Self { text, cron, duration, offset_seconds })
    }

    /// The texts the schedule was read from.
    #[must_use]
    pub fn text(&self) -> &ScheduleText {
        &self.text
    }

    /// The current or next window: its start is the first fire after `now` − duration, so it may lie in the past.
    /// `None` when the schedule has lapsed.
    #[must_use]
    pub fn window(&self, now: i64) -> Option<Window> {
        let after = now.checked_sub(self.duration)?;
        let start = self.cron.next_after(after, self.offset_seconds)?;
        Some(Window { start, end: start.checked_add(self.duration)? })
    }

    /// Whether an update may be installed now.
    #[must_use]
    pub fn is_available(&self, now: i64) -> bool {
        self.window(now).is_some_and(|window| window.is_open(now))
    }

    /// Whether no window is open or to come.
    #[must_use]
    pub fn is_lapsed(&self, now: i64) -> bool {
        self.window(now).is_none()
    }
}

impl TryFrom<ScheduleText> for Schedule {
    type Error = Error;

    fn try_from(text: ScheduleText) -> Result<Self> {
        Self::parse(text)
    }
}

impl From<Schedule> for ScheduleText {
    fn from(schedule: Schedule) -> Self {
        schedule.text
    }
}

fn invalid(reason: &str) -> Error {
    Error::InvalidMaintenanceSchedule(format!("The maintenance schedule is invalid: {reason}."))
}

/// Management §1.10.
fn check_lengths(text: &ScheduleText) -> Result<()> {
    let mut violations = Violations::default();
    for (field, value, max) in
        [("schedule", &text.schedule, 128), ("duration", &text.duration, 16), ("timezone", &text.timezone, 8)]
    {
        if value.chars().count() > max {
            violations.add(field, &format!("size must be between 0 and {max}"));
        }
    }
    violations.finish()
}

/// A time of day as a length in milliseconds: `24:00` is none, `00:00` is a window that never opens (domain §21.30).
fn time_of_day(text: &str) -> Option<i64> {
    let groups = text.split(':').map(two_digits).collect::<Option<Vec<i64>>>()?;
    let (hours, minutes, seconds) = match groups[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (hours < 24 && minutes < 60 && seconds < 60).then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// Seconds east of UTC, at most 18 hours either way.
fn zone_offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let seconds = hours * 3600 + minutes * 60;
    (minutes < 60 && seconds <= 18 * 3600).then_some(sign * seconds)
}

fn two_digits(group: &str) -> Option<i64> {
    let is_number = group.len() == 2 && group.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { group.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
