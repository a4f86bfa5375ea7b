//! How often devices poll, and when one is overdue (DDI §4, domain §4.6, §4.7, §13.3).
//!
//! All spans are milliseconds. Chance and the matching of filters are handed in.

mod duration;

pub use duration::{parse_duration, render};

/// The bounds every polling interval lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub min: i64,
    pub max: i64,
}

impl Default for Limits {
    /// 30 s to 23:59:59.
    fn default() -> Self {
        Self { min: 30_000, max: duration::LONGEST_RENDERED }
    }
}

/// One interval of the expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Milliseconds between two polls.
    pub length: i64,
    /// `~N%`: how far the told interval may lie off, 0 to 99.
    pub deviation_percent: u8,
}

impl Interval {
    const fn plain(length: i64) -> Self {
        Self { length, deviation_percent: 0 }
    }

    /// The length with the deviation on top: when the next poll is due at the latest.
    #[must_use]
    pub fn longest(&self) -> i64 {
        self.length + self.length * i64::from(self.deviation_percent) / 100
    }

    /// The length told to a device. `chance` lies in −1 … 1, uniformly drawn; only a deviation that is not 0 is
    /// clamped to the limits (domain §4.7).
    #[must_use]
    pub fn deviated(&self, limits: Limits, chance: f64) -> i64 {
        let share = chance.clamp(-1.0, 1.0) * f64::from(self.deviation_percent) / 100.0;
        let deviation = (self.length as f64 * share) as i64;
        if deviation == 0 {
            return self.length;
        }
        (self.length + deviation).clamp(limits.min, limits.max)
    }
}

/// An interval for the targets that match a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// A query over targets.
    pub filter: String,
    pub interval: Interval,
}

/// The parsed value of the configuration key `pollingTime`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polling {
    pub default: Interval,
    pub overrides: Vec<Override>,
    pub limits: Limits,
}

impl Default for Polling {
    /// Five minutes, no overrides.
    fn default() -> Self {
        Self { default: Interval::plain(300_000), overrides: Vec::new(), limits: Limits::default() }
    }
}

impl Polling {
    /// Reads an expression such as `00:02:00~10%, group == 'Europe' -> 00:05:05`. Filters are not parsed here.
    ///
    /// # Errors
    /// What is wrong with the expression, in words.
    pub fn parse(expression: &str, limits: Limits) -> Result<Self, String> {
        let (first, mut rest) = split_at_comma(expression);
        let default = parse_interval(first, limits)?;
        let mut overrides = Vec::new();
        while let Some(text) = rest {
            let (filter, tail) = text.split_once("->").ok_or("an override needs a filter, '->' and an interval")?;
            if filter.trim().is_empty() {
                return Err("the filter of an override is empty".to_owned());
            }
            let (interval, remainder) = split_at_comma(tail);
            let interval = parse_interval(interval, limits)?;
            overrides.push(Override { filter: filter.trim().to_owned(), interval });
            rest = remainder;
        }
        Ok(Self { default, overrides, limits })
    }

    /// The interval of one target: the first override that `matches`, else the default. `None` from `matches` says
    /// that the filter could not be evaluated; such an override is skipped (DDI §4.2).
    pub fn interval_for(&self, mut matches: impl FnMut(&str) -> Option<bool>) -> Interval {
        let first = self.overrides.iter().find(|candidate| matches(&candidate.filter) == Some(true));
        first.map_or(self.default, |chosen| chosen.interval)
    }

    /// The sleep told to a device, in milliseconds (DDI §4.3).
    #[must_use]
    pub fn sleep(&self, interval: Interval, chance: f64, window: Option<BeforeWindow>) -> i64 {
        let normal = interval.deviated(self.limits, chance);
        window.map_or(normal, |window| window.shortened(normal, self.limits))
    }

    /// The value of `${OVERDUE_TS}`: who polled last before it is overdue. Overrides are not considered (domain §4.6).
    #[must_use]
    pub fn overdue_timestamp(&self, overdue_time: i64, now: i64) -> i64 {
        now.saturating_sub(self.default.longest()).saturating_sub(overdue_time)
    }
}

/// The maintenance window the current action waits for. An action without schedule, or with a lapsed one, has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeWindow {
    /// Start of the next window, epoch milliseconds.
    pub start: i64,
    /// Polls wanted until then: `maintenanceWindowPollCount`.
    pub poll_count: i32,
    pub now: i64,
}

impl BeforeWindow {
    fn shortened(&self, normal: i64, limits: Limits) -> i64 {
        // A count of 0 or less asks for nothing: the reference divides by zero here.
        if self.start <= self.now || self.poll_count <= 0 {
            return normal;
        }
        let share = self.start.saturating_sub(self.now) / 1000 / i64::from(self.poll_count) * 1000;
        if share > normal { normal } else { share.max(limits.min) }
    }
}

/// When a target polled, when it is expected again, and whether it is late (domain §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollStatus {
    pub last: i64,
    pub next: i64,
    pub overdue: bool,
}

impl PollStatus {
    /// The status of a target that polled at `last` and has `interval`. A target that never polled has no status.
    #[must_use]
    pub fn new(last: i64, interval: Interval, overdue_time: i64, now: i64) -> Self {
        let next = last.saturating_add(interval.longest());
        Self { last, next, overdue: now > next.saturating_add(overdue_time) }
    }
}

fn split_at_comma(text: &str) -> (&str, Option<&str>) {
    text.split_once(',').map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn parse_interval(text: &str, limits: Limits) -> Result<Interval, String> {
    let (length, deviation_percent) = match text.split_once('~') {
        Some((length, deviation)) => (length, parse_deviation(deviation.trim())?),
        None => (text, 0),
    };
    let length = parse_duration(length.trim())?;
    if !(limits.min..=limits.max).contains(&length) {
        return Err(format!("an interval must lie between {} and {}", render(limits.min), render(limits.max)));
    }
    Ok(Interval { length, deviation_percent })
}

fn parse_deviation(text: &str) -> Result<u8, String> {
    let digits = text.strip_suffix('%').filter(|digits| matches!(digits.len(), 1 | 2));
    let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| format!("'{text}' is no deviation of one or two digits and '%'"))
}

#[cfg(test)]
mod tests;
