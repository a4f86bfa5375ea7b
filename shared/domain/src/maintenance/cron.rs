//! Quartz cron expressions: reading them, and finding the next instant they name.
//!
//! The dialect is Quartz's own: exactly one `?`, days of the week counted from 1 = Sunday, ranges that wrap, `L-3`,
//! `LW`, `15W`, `6L`, `6#3`, years. Calendar arithmetic comes from `jiff`.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::Offset};

use super::cron_days::Days;
use super::cron_field::{HOURS, MINUTES, MONTHS, SECONDS, YEARS};

/// A parsed expression. Each list ascends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    seconds: Vec<u16>,
    minutes: Vec<u16>,
    hours: Vec<u16>,
    days: Days,
    months: Vec<u16>,
    years: Vec<u16>,
}

/// Hour, minute, second.
type Time = (u16, u16, u16);

impl Cron {
    /// Reads six fields (second, minute, hour, day of month, month, day of week) and perhaps a seventh (year).
    ///
    /// # Errors
    /// What is wrong with the expression, in words.
    pub fn parse(expression: &str) -> Result<Self, String> {
        let upper = expression.to_ascii_uppercase();
        let fields: Vec<&str> = upper.split_whitespace().collect();
        let (second, minute, hour, day, month, weekday, year) = match fields[..] {
            [second, minute, hour, day, month, weekday] => (second, minute, hour, day, month, weekday, "*"),
            [second, minute, hour, day, month, weekday, year] => (second, minute, hour, day, month, weekday, year),
            _ => return Err("A cron expression has six or seven fields.".to_owned()),
        };
        Ok(Self {
            seconds: SECONDS.numbers(second)?,
            minutes: MINUTES.numbers(minute)?,
            hours: HOURS.numbers(hour)?,
            days: Days::parse(day, weekday)?,
            months: MONTHS.numbers(month)?,
            years: YEARS.numbers(year)?,
        })
    }

    /// The first instant strictly after `after` (epoch milliseconds) on the clock of a fixed offset from UTC.
    ///
    /// The search ends with the year 2199, so that an impossible date costs a bounded number of steps.
    #[must_use]
    pub fn next_after(&self, after: i64, offset_seconds: i64) -> Option<i64> {
        let first = after.div_euclid(1000).checked_add(1)?.checked_add(offset_seconds)?;
        let from = Offset::UTC.to_datetime(Timestamp::from_second(first).ok()?);
        let fire = Offset::UTC.to_timestamp(self.next_from(from)?).ok()?;
        (fire.as_second() - offset_seconds).checked_mul(1000)
    }

    /// The first instant at or after `from`, both without a zone.
    fn next_from(&self, from: DateTime) -> Option<DateTime> {
        let time = (unsigned(from.hour()), unsigned(from.minute()), unsigned(from.second()));
        let today = from.date();
        let in_month = |first_day: Date| {
            self.days.in_month(first_day).into_iter().filter(|&date| date >= today).find_map(|date| {
                let earliest = if date == today { time } else { (0, 0, 0) };
                at(date, self.next_in_day(earliest)?)
            })
        };
        self.months_from(today).find_map(in_month)
    }

    /// The first days of the months that may fire, beginning with the month of `from`.
    fn months_from(&self, from: Date) -> impl Iterator<Item = Date> {
        let first_of_all = from.first_of_month();
        let years = self.years.iter().copied().filter(move |&year| i32::from(year) >= i32::from(from.year()));
        let months = years.flat_map(|year| self.months.iter().map(move |&month| (year, month)));
        months.filter_map(|(year, month)| first_of(year, month)).filter(move |&first_day| first_day >= first_of_all)
    }

    fn next_in_day(&self, (hour, minute, second): Time) -> Option<Time> {
        if self.hours.contains(&hour)
            && let Some((minute, second)) = self.next_in_hour(minute, second)
        {
            return Some((hour, minute, second));
        }
        let (minute, second) = self.next_in_hour(0, 0)?;
        Some((at_least(&self.hours, hour + 1)?, minute, second))
    }

    fn next_in_hour(&self, minute: u16, second: u16) -> Option<(u16, u16)> {
        if self.minutes.contains(&minute)
            && let Some(second) = at_least(&self.seconds, second)
        {
            return Some((minute, second));
        }
        Some((at_least(&self.minutes, minute + 1)?, at_least(&self.seconds, 0)?))
    }
}

fn at_least(ascending: &[u16], bound: u16) -> Option<u16> {
    ascending.iter().copied().find(|&number| number >= bound)
}

fn unsigned(number: i8) -> u16 {
    u16::from(number.unsigned_abs())
}

fn first_of(year: u16, month: u16) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
}

fn at(date: Date, (hour, minute, second): Time) -> Option<DateTime> {
    let part = |number: u16| i8::try_from(number).ok();
    Some(date.at(part(hour)?, part(minute)?, part(second)?, 0))
}

#[cfg(test)]
mod tests;
