//! The two day fields of a Quartz cron expression, of which exactly one says which days fire.

use jiff::civil::Date;

use super::cron_field::{DAYS_OF_MONTH, DAYS_OF_WEEK, parse_number};

/// Which days of a month fire. Days of the week count from 1 = Sunday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    OfMonth(Vec<u16>),
    /// `L`, `L-3`: so many days before the last one.
    BeforeLast(u16),
    /// `LW`, `L-3W`: the working day nearest to it.
    WorkingDayBeforeLast(u16),
    /// `15W`: the working day nearest to that day, without leaving the month.
    WorkingDayNear(u16),
    OfWeek(Vec<u16>),
    /// `6L`: the last Friday.
    LastOfWeek(u16),
    /// `6#3`: the third Friday.
    NthOfWeek(u16, u16),
}

const SUNDAY: u16 = 1;
const SATURDAY: u16 = 7;

/// The shape of one month.
#[derive(Clone, Copy)]
struct Month {
    length: u16,
    /// Day of the week of its first day.
    begins_on: u16,
}

impl Month {
    fn of(date: Date) -> Self {
        let zero_based = date.first_of_month().weekday().to_sunday_zero_offset();
        let length = u16::from(date.days_in_month().unsigned_abs());
        Self { length, begins_on: u16::from(zero_based.unsigned_abs()) + 1 }
    }

    fn weekday(self, day: u16) -> u16 {
        (self.begins_on - 1 + day - 1) % 7 + 1
    }

    fn nearest_working_day(self, day: u16) -> u16 {
        match self.weekday(day) {
            SATURDAY if day == 1 => day + 2,
            SATURDAY => day - 1,
            SUNDAY if day == self.length => day - 2,
            SUNDAY => day + 1,
            _ => day,
        }
    }

    fn has(self, day: u16) -> bool {
        (1..=self.length).contains(&day)
    }

    fn before_last(self, days: u16) -> Option<u16> {
        self.length.checked_sub(days).filter(|&day| self.has(day))
    }
}

impl Days {
    /// Reads both fields; exactly one of them must be `?`.
    pub fn parse(of_month: &str, of_week: &str) -> Result<Self, String> {
        match (of_month, of_week) {
            ("?", "?") => Err("The cron expression must name days of the month or of the week.".to_owned()),
            ("?", of_week) => parse_days_of_week(of_week).ok_or_else(|| DAYS_OF_WEEK.broken(of_week)),
            (of_month, "?") => parse_days_of_month(of_month).ok_or_else(|| DAYS_OF_MONTH.broken(of_month)),
            _ => Err("The cron expression must have '?' as day of month or as day of week.".to_owned()),
        }
    }

    /// The firing dates of the month that begins with `first_day`, ascending.
    pub fn in_month(&self, first_day: Date) -> Vec<Date> {
        let month = Month::of(first_day);
        let date = |day: u16| Date::new(first_day.year(), first_day.month(), i8::try_from(day).ok()?).ok();
        self.numbers_in(month).into_iter().filter_map(date).collect()
    }

    fn numbers_in(&self, month: Month) -> Vec<u16> {
        let all = 1..=month.length;
        match *self {
            Self::OfMonth(ref days) => days.iter().copied().filter(|&day| month.has(day)).collect(),
            Self::BeforeLast(days) => month.before_last(days).into_iter().collect(),
            Self::WorkingDayBeforeLast(days) => {
                month.before_last(days).map(|day| month.nearest_working_day(day)).into_iter().collect()
            }
            Self::WorkingDayNear(day) if month.has(day) => vec![month.nearest_working_day(day)],
            Self::WorkingDayNear(_) => Vec::new(),
            Self::OfWeek(ref days) => all.filter(|&day| days.contains(&month.weekday(day))).collect(),
            Self::LastOfWeek(weekday) => {
                all.filter(|&day| month.weekday(day) == weekday && day + 7 > month.length).collect()
            }
            Self::NthOfWeek(weekday, nth) => {
                all.filter(|&day| month.weekday(day) == weekday && (day - 1) / 7 + 1 == nth).collect()
            }
        }
    }
}

fn parse_days_of_month(text: &str) -> Option<Days> {
    if let Some(rest) = text.strip_prefix('L') {
        let (offset, is_working_day) = rest.strip_suffix('W').map_or((rest, false), |offset| (offset, true));
        let days = if offset.is_empty() { 0 } else { parse_number(offset.strip_prefix('-')?)? };
        let kind = if is_working_day { Days::WorkingDayBeforeLast } else { Days::BeforeLast };
        return (days <= 30).then(|| kind(days));
    }
    if let Some(day) = text.strip_suffix('W') {
        return DAYS_OF_MONTH.number(day).map(Days::WorkingDayNear);
    }
    DAYS_OF_MONTH.numbers(text).ok().map(Days::OfMonth)
}

fn parse_days_of_week(text: &str) -> Option<Days> {
    if text == "L" {
        return Some(Days::OfWeek(vec![SATURDAY]));
    }
    if let Some(weekday) = text.strip_suffix('L') {
        return DAYS_OF_WEEK.number(weekday).map(Days::LastOfWeek);
    }
    if let Some((weekday, nth)) = text.split_once('#') {
        let nth = parse_number(nth).filter(|nth| (1..=5).contains(nth))?;
        return Some(Days::NthOfWeek(DAYS_OF_WEEK.number(weekday)?, nth));
    }
    DAYS_OF_WEEK.numbers(text).ok().map(Days::OfWeek)
}
