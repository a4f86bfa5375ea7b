//! Spans of time as people write them: `SS`, `MM:SS`, `HH:MM:SS` or ISO 8601 (DDI §4.2).

use jiff::Span;

/// 23:59:59, the longest sleep a device is told: all known clients need three groups of two digits.
pub(super) const LONGEST_RENDERED: i64 = 86_399_000;

/// Reads a span of time in milliseconds; never negative.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let length = if text.starts_with('P') { iso_duration(text) } else { clock_duration(text) };
    length.filter(|&length| length >= 0).ok_or_else(|| format!("'{text}' is no duration such as 00:05:00 or PT5M"))
}

fn iso_duration(text: &str) -> Option<i64> {
    let span: Span = text.parse().ok()?;
    // Years, months and weeks have no fixed length, or none that the grammar knows.
    if span.get_years() != 0 || span.get_months() != 0 || span.get_weeks() != 0 {
        return None;
    }
    let hours = i64::from(span.get_days()) * 24 + i64::from(span.get_hours());
    let minutes = hours.checked_mul(60)?.checked_add(span.get_minutes())?;
    let seconds = minutes.checked_mul(60)?.checked_add(span.get_seconds())?;
    seconds.checked_mul(1000)?.checked_add(span.get_milliseconds())
}

fn clock_duration(text: &str) -> Option<i64> {
    let groups = text.split(':').map(two_digits).collect::<Option<Vec<i64>>>()?;
    let (hours, minutes, seconds) = match groups[..] {
        [seconds] => (0, 0, seconds),
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    (hours < 24 && minutes < 60 && seconds < 60).then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

fn two_digits(group: &str) -> Option<i64> {
    let is_number = group.len() == 2 && group.bytes().all(|digit| digit.is_ascii_digit());
    if is_number { group.parse().ok() } else { None }
}

/// Writes a span of time as `HH:MM:SS`, cut to 00:00:00 … 23:59:59 (DDI §4.2: never 24 hours or more).
#[must_use]
pub fn render(length: i64) -> String {
    let seconds = length.clamp(0, LONGEST_RENDERED) / 1000;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_read() {
        let spellings = [
            ("45", 45),
            ("01:30", 90),
            ("00:05:00", 300),
            ("23:59:59", 86_399),
            ("00:00:00", 0),
            ("PT5M", 300),
            ("PT24H", 86_400),
            ("P1D", 86_400),
            ("P1DT1H1M1S", 90_061),
            ("PT90S", 90),
        ];
        for (text, seconds) in spellings {
            assert_eq!(parse_duration(text), Ok(seconds * 1000), "{text}");
        }
        assert_eq!(parse_duration("PT1.5S"), Ok(1500));
    }

    #[test]
    fn everything_else_is_refused() {
        let broken = [
            "",
            "5",
            "5:00",
            "0:05:00",
            "24:00:00",
            "00:60:00",
            "00:00:60",
            "60",
            "00:00:00:00",
            "-1",
            "+1:00",
            "xyz",
            "P",
            "PT",
            "P1M",
            "P1Y",
            "P1W",
            "-PT5M",
            "PT-5M",
            "PTxM",
            "00:05:00 ",
            "٠٥:00",
            "PT9223372036854775807H",
        ];
        for text in broken {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rendering_stays_below_a_day() {
        assert_eq!(render(0), "00:00:00");
        assert_eq!(render(-5), "00:00:00");
        assert_eq!(render(300_999), "00:05:00");
        assert_eq!(render(86_399_000), "23:59:59");
        assert_eq!(render(86_400_000), "23:59:59");
        assert_eq!(render(i64::MAX), "23:59:59");
    }

    proptest::proptest! {
        #[test]
        fn what_is_rendered_is_read_again(seconds in 0_i64..86_400) {
            proptest::prop_assert_eq!(parse_duration(&render(seconds * 1000)), Ok(seconds * 1000));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,20}|P[0-9DTHMS.-]{0,20}|[0-9:]{0,10}") {
            if let Ok(length) = parse_duration(&text) {
                proptest::prop_assert!(length >= 0);
            }
        }
    }
}
