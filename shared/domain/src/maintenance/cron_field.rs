//! The fields of a Quartz cron expression: lists, ranges and steps over a span of numbers, with or without names.

/// A field without the special signs of days.
#[derive(Debug)]
pub(super) struct Field {
    pub label: &'static str,
    pub first: u16,
    pub last: u16,
    /// Names of the numbers, starting at `first`.
    pub names: &'static [&'static str],
    /// Whether `20-4` runs over the end and starts again; years do not.
    pub wraps: bool,
}

const MONTH_NAMES: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAY_NAMES: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn field(label: &'static str, first: u16, last: u16) -> Field {
    Field { label, first, last, names: &[], wraps: true }
}

pub(super) const SECONDS: Field = field("seconds", 0, 59);
pub(super) const MINUTES: Field = field("minutes", 0, 59);
pub(super) const HOURS: Field = field("hours", 0, 23);
pub(super) const DAYS_OF_MONTH: Field = field("day of month", 1, 31);
pub(super) const MONTHS: Field = Field { names: MONTH_NAMES, ..field("month", 1, 12) };
/// Quartz counts from 1 = Sunday to 7 = Saturday.
pub(super) const DAYS_OF_WEEK: Field = Field { names: DAY_NAMES, ..field("day of week", 1, 7) };
pub(super) const YEARS: Field = Field { wraps: false, ..field("year", 1970, 2199) };

impl Field {
    /// The numbers a text such as `1,5-10,20/5` names, ascending.
    pub fn numbers(&self, text: &str) -> Result<Vec<u16>, String> {
        let mut numbers = Vec::new();
        for part in text.split(',') {
            numbers.extend(self.part(part).ok_or_else(|| self.broken(part))?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// One number or name.
    pub fn number(&self, text: &str) -> Option<u16> {
        if let Some(index) = self.names.iter().position(|name| *name == text) {
            return Some(self.first + u16::try_from(index).ok()?);
        }
        parse_number(text).filter(|number| (self.first..=self.last).contains(number))
    }

    pub fn broken(&self, part: &str) -> String {
        format!("The cron expression has an invalid {}: '{part}'.", self.label)
    }

    fn part(&self, part: &str) -> Option<Vec<u16>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (part, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) | ("", _) if range == "*" || step.is_some() => (self.first, self.last),
            (_, Some((from, to))) => (self.number(from)?, self.number(to)?),
            // `5/10` runs from 5 to the end.
            (_, None) => (self.number(range)?, if step.is_some() { self.last } else { self.number(range)? }),
        };
        self.steps(from, to, step.unwrap_or(1))
    }

    /// A step of at least 1 that is not longer than the field.
    fn step(&self, text: &str) -> Option<u16> {
        parse_number(text).filter(|step| (1..=self.last - self.first + 1).contains(step))
    }

    fn steps(&self, from: u16, to: u16, step: u16) -> Option<Vec<u16>> {
        let size = self.last - self.first + 1;
        let end = match to {
            to if to >= from => to,
            to if self.wraps => to + size,
            _ => return None,
        };
        let back_in_field = |number: u16| if number > self.last { number - size } else { number };
        Some((from..=end).step_by(usize::from(step)).map(back_in_field).collect())
    }
}

/// Digits only: no sign, no blank.
pub(super) fn parse_number(text: &str) -> Option<u16> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ranges_lists_and_steps() {
        let cases: [(&Field, &str, Vec<u16>); 14] = [
            (&HOURS, "5", vec![5]),
            (&HOURS, "05", vec![5]),
            (&HOURS, "1,3,2,3", vec![1, 2, 3]),
            (&HOURS, "8-11", vec![8, 9, 10, 11]),
            (&HOURS, "22-2", vec![0, 1, 2, 22, 23]),
            (&HOURS, "20-4/3", vec![2, 20, 23]),
            (&HOURS, "*/6", vec![0, 6, 12, 18]),
            (&HOURS, "/6", vec![0, 6, 12, 18]),
            (&HOURS, "5/10", vec![5, 15]),
            (&MONTHS, "NOV-FEB", vec![1, 2, 11, 12]),
            (&MONTHS, "JAN,6", vec![1, 6]),
            (&DAYS_OF_WEEK, "MON-FRI/2", vec![2, 4, 6]),
            (&DAYS_OF_WEEK, "FRI-MON", vec![1, 2, 6, 7]),
            (&YEARS, "2026-2028,2031", vec![2026, 2027, 2028, 2031]),
        ];
        for (field, text, expected) in cases {
            assert_eq!(field.numbers(text), Ok(expected), "{text}");
        }
        assert_eq!(MINUTES.numbers("*").map(|numbers| numbers.len()), Ok(60));
    }

    #[test]
    fn what_lies_outside_is_refused() {
        let cases: [(&Field, &str); 17] = [
            (&SECONDS, "60"),
            (&HOURS, "24"),
            (&DAYS_OF_MONTH, "0"),
            (&DAYS_OF_MONTH, "32"),
            (&MONTHS, "13"),
            (&MONTHS, "MON"),
            (&DAYS_OF_WEEK, "0"),
            (&DAYS_OF_WEEK, "8"),
            (&YEARS, "1969"),
            (&YEARS, "2030-2020"),
            (&HOURS, ""),
            (&HOURS, "1,"),
            (&HOURS, "1-"),
            (&HOURS, "*/0"),
            (&HOURS, "*/25"),
            (&HOURS, "+1"),
            (&HOURS, "1/2/3"),
        ];
        for (field, text) in cases {
            assert!(field.numbers(text).is_err(), "{text}");
        }
    }
}
