use super::*;

const MINUTE: i64 = 60_000;

fn millis(instant: &str) -> i64 {
    instant.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn text(schedule: &str, duration: &str, timezone: &str) -> ScheduleText {
    ScheduleText { schedule: schedule.into(), duration: duration.into(), timezone: timezone.into() }
}

/// Every day at 02:00 in a zone two hours east, for one hour.
fn nightly() -> Schedule {
    Schedule::parse(text("0 0 2 * * ?", "01:00:00", "+02:00")).unwrap()
}

#[test]
fn a_window_that_began_less_than_its_duration_ago_is_the_current_one() {
    let start = millis("2026-01-01T00:00:00Z");
    let day = 24 * 60 * MINUTE;
    let current = Some(Window { start, end: start + 60 * MINUTE });
    let next = Some(Window { start: start + day, end: start + day + 60 * MINUTE });
    assert_eq!(nightly().window(start - MINUTE), current);
    assert_eq!(nightly().window(start), current);
    assert_eq!(nightly().window(start + 59 * MINUTE), current);
    assert_eq!(nightly().window(start + 60 * MINUTE), next);
}

#[test]
fn a_window_is_open_strictly_between_its_ends() {
    let start = millis("2026-01-01T00:00:00Z");
    let available = |offset: i64| nightly().is_available(start + offset);
    assert!(!available(-1));
    assert!(!available(0));
    assert!(available(1));
    assert!(available(60 * MINUTE - 1));
    assert!(!available(60 * MINUTE));
}

#[test]
fn a_schedule_lapses_with_the_end_of_its_last_window() {
    let once = Schedule::parse(text("0 0 2 1 1 ? 2026", "00:30", "Z")).unwrap();
    let start = millis("2026-01-01T02:00:00Z");
    assert!(!once.is_lapsed(start - MINUTE));
    assert!(!once.is_lapsed(start + 30 * MINUTE - 1));
    assert!(once.is_lapsed(start + 30 * MINUTE));
    assert!(!once.is_available(start + 30 * MINUTE));
}

#[test]
fn an_empty_duration_never_opens() {
    let schedule = Schedule::parse(text("* * * * * ?", "00:00", "Z")).unwrap();
    let now = millis("2026-01-01T02:00:00Z");
    assert!((0..3000).all(|offset| !schedule.is_available(now + offset)));
    assert!(!schedule.is_lapsed(now));
}

#[test]
fn all_three_or_none_are_given() {
    let now = millis("2026-01-01T00:00:00Z");
    let ask = |schedule, duration, timezone| Schedule::requested(schedule, duration, timezone, now);
    assert_eq!(ask(None, None, None), Ok(None));
    assert_eq!(ask(Some(""), Some(" "), None), Ok(None));
    assert!(ask(Some("0 0 2 * * ?"), Some("01:00:00"), Some("+02:00")).unwrap().is_some());
    let partial = [
        (Some("0 0 2 * * ?"), None, None),
        (Some("0 0 2 * * ?"), Some("01:00:00"), Some("")),
        (None, Some("01:00:00"), Some("Z")),
    ];
    for (schedule, duration, timezone) in partial {
        assert!(matches!(ask(schedule, duration, timezone), Err(Error::InvalidMaintenanceSchedule(_))));
    }
}

#[test]
fn requests_that_do_not_parse_or_lie_in_the_past_are_refused() {
    let now = millis("2026-01-01T00:00:00Z");
    let refused = [
        ("0 0 2 * * *", "01:00:00", "Z"),
        ("0 0 2 1 1 ? 2020", "01:00:00", "Z"),
        ("0 0 2 30 2 ?", "01:00:00", "Z"),
        ("0 0 2 * * ?", "24:00:00", "Z"),
        ("0 0 2 * * ?", "1:00", "Z"),
        ("0 0 2 * * ?", "01", "Z"),
        ("0 0 2 * * ?", "PT1H", "Z"),
        ("0 0 2 * * ?", "01:00:00", "UTC"),
        ("0 0 2 * * ?", "01:00:00", "02:00"),
        ("0 0 2 * * ?", "01:00:00", "+2:00"),
        ("0 0 2 * * ?", "01:00:00", "+18:01"),
        ("0 0 2 * * ?", "01:00:00", "+02:60"),
        ("0 0 2 * * ?", "01:00:00", "é"),
    ];
    for (schedule, duration, timezone) in refused {
        let result = Schedule::requested(Some(schedule), Some(duration), Some(timezone), now);
        assert!(matches!(result, Err(Error::InvalidMaintenanceSchedule(_))), "{schedule} {duration} {timezone}");
    }
}

#[test]
fn too_long_texts_break_a_constraint() {
    let long = format!("0 0 2 * * ? {}", "2026,".repeat(30));
    let result = Schedule::requested(Some(&long), Some("01:00:00"), Some("Z"), 0);
    assert_eq!(result, Err(Error::violation("schedule", "size must be between 0 and 128")));
}

#[test]
fn a_schedule_is_stored_as_its_texts() {
    let json = serde_json::to_string(&nightly()).unwrap();
    assert_eq!(json, r#"{"schedule":"0 0 2 * * ?","duration":"01:00:00","timezone":"+02:00"}"#);
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), nightly());
    assert!(serde_json::from_str::<Schedule>(&json.replace("0 0 2", "0 0 99")).is_err());
}
