use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000;

fn parse(expression: &str) -> Polling {
    Polling::parse(expression, Limits::default()).unwrap()
}

/// DDI §4.2, test vector.
#[test]
fn the_first_matching_override_wins() {
    let polling = parse("00:02:00, controllerid == 4711 -> 00:01:00, group == 'Europe' -> 00:05:05");
    let told = |matching: &'static str| render(polling.interval_for(|filter| Some(filter == matching)).length);
    assert_eq!(told("controllerid == 4711"), "00:01:00");
    assert_eq!(told("group == 'Europe'"), "00:05:05");
    assert_eq!(told("nothing"), "00:02:00");
    assert_eq!(render(polling.interval_for(|_| Some(true)).length), "00:01:00");
}

#[test]
fn an_override_that_fails_is_skipped() {
    let polling = parse("00:02:00, broken -> 00:01:00, group == a -> 00:03:00");
    let interval = polling.interval_for(|filter| if filter == "broken" { None } else { Some(true) });
    assert_eq!(interval.length, 3 * MINUTE);
}

#[test]
fn expressions_are_read() {
    assert_eq!(parse(" 00:05:00 ").default, Interval::plain(5 * MINUTE));
    assert_eq!(parse("PT10M~10%").default, Interval { length: 10 * MINUTE, deviation_percent: 10 });
    assert_eq!(parse("45~5%").default, Interval { length: 45_000, deviation_percent: 5 });
    let polling = parse("00:01:00,name=in=(a,b)->00:02:00~7%,attribute.hw == rev2 -> 03:00");
    let expected = [
        Override { filter: "name=in=(a,b)".into(), interval: Interval { length: 2 * MINUTE, deviation_percent: 7 } },
        Override { filter: "attribute.hw == rev2".into(), interval: Interval::plain(3 * MINUTE) },
    ];
    assert_eq!(polling.overrides, expected);
}

#[test]
fn broken_expressions_are_refused() {
    let broken = [
        "",
        "xyz",
        "00:00:05",
        "00:00:29",
        "PT24H",
        "P2D",
        "00:05:00~",
        "00:05:00~10",
        "00:05:00~%",
        "00:05:00~100%",
        "00:05:00~-1%",
        "00:05:00~+1%",
        "00:05:00,",
        "00:05:00, ",
        "00:05:00, name==a",
        "00:05:00, -> 00:01:00",
        "00:05:00, name==a -> ",
        "00:05:00, name==a -> 00:00:01",
        "00:05:00, name==a -> 00:01:00,",
        "name==a -> 00:01:00",
    ];
    for expression in broken {
        assert!(Polling::parse(expression, Limits::default()).is_err(), "{expression}");
    }
    assert!(Polling::parse("00:00:30", Limits::default()).is_ok());
    assert!(Polling::parse("23:59:59", Limits::default()).is_ok());
    assert!(Polling::parse("00:00:05", Limits { min: 1000, max: 10_000 }).is_ok());
}

/// DDI §4.3, test vectors with an interval of 5 minutes and 3 polls.
#[test]
fn devices_poll_more_often_before_a_window() {
    let polling = Polling::default();
    let sleep = |start: i64, poll_count: i32| {
        let window = BeforeWindow { start, poll_count, now: 0 };
        render(polling.sleep(polling.default, 0.0, Some(window)))
    };
    assert_eq!(sleep(16 * MINUTE, 3), "00:05:00");
    assert_eq!(sleep(15 * MINUTE, 3), "00:05:00");
    assert_eq!(sleep(10 * MINUTE, 3), "00:03:20");
    assert_eq!(sleep(5 * MINUTE, 3), "00:01:40");
    assert_eq!(sleep(MINUTE, 3), "00:00:30");
    assert_eq!(sleep(1, 3), "00:00:30");
    assert_eq!(sleep(0, 3), "00:05:00");
    assert_eq!(sleep(-MINUTE, 3), "00:05:00");
    assert_eq!(sleep(5 * MINUTE, 0), "00:05:00");
    assert_eq!(sleep(5 * MINUTE, -1), "00:05:00");
    assert_eq!(sleep(i64::MAX, 1), "00:05:00");
    assert_eq!(render(polling.sleep(polling.default, 0.0, None)), "00:05:00");
}

#[test]
fn chance_moves_the_interval_within_its_deviation() {
    let polling = parse("00:10:00~10%");
    let sleep = |chance: f64| render(polling.sleep(polling.default, chance, None));
    assert_eq!(sleep(0.0), "00:10:00");
    assert_eq!(sleep(1.0), "00:11:00");
    assert_eq!(sleep(-1.0), "00:09:00");
    assert_eq!(sleep(-0.5), "00:09:30");
    assert_eq!(sleep(f64::NAN), "00:10:00");
    assert_eq!(parse("00:00:30~50%").default.deviated(Limits::default(), -1.0), 30_000);
    assert_eq!(parse("23:59:59~50%").default.deviated(Limits::default(), 1.0), 86_399_000);
}

/// Management §7 item 26, domain §4.6.
#[test]
fn a_target_is_overdue_after_interval_deviation_and_grace() {
    let interval = parse("00:10:00~10%").default;
    let grace = 5 * MINUTE;
    let status = |now| PollStatus::new(1000, interval, grace, now);
    assert_eq!(status(0).next, 1000 + 11 * MINUTE);
    assert!(!status(1000 + 16 * MINUTE).overdue);
    assert!(status(1001 + 16 * MINUTE).overdue);
}

#[test]
fn the_overdue_timestamp_ignores_overrides() {
    let polling = parse("00:10:00~10%, name==a -> 00:01:00");
    assert_eq!(polling.overdue_timestamp(5 * MINUTE, 100 * MINUTE), 84 * MINUTE);
}

proptest! {
    #[test]
    fn a_sleep_is_always_within_the_limits(
        length in 30_i64..86_400, deviation in 0_u8..100, chance in -1.0..1.0,
        window in proptest::option::of((-100_000_000_i64..100_000_000, -1_i32..10)),
    ) {
        let polling = Polling::default();
        let interval = Interval { length: length * 1000, deviation_percent: deviation };
        let window = window.map(|(start, poll_count)| BeforeWindow { start, poll_count, now: 0 });
        let sleep = polling.sleep(interval, chance, window);
        prop_assert!((polling.limits.min..=polling.limits.max).contains(&sleep));
        prop_assert_eq!(render(sleep).len(), 8);
    }

    #[test]
    fn the_timestamp_and_the_status_agree_without_overrides(last in 0_i64..1_000_000_000, now in 0_i64..1_000_000_000) {
        let polling = parse("00:10:00~10%");
        let status = PollStatus::new(last, polling.default, 5 * MINUTE, now);
        prop_assert_eq!(status.overdue, last < polling.overdue_timestamp(5 * MINUTE, now));
    }

    #[test]
    fn no_text_breaks_the_reader(expression in "[0-9:PTM~%,> -]{0,40}|\\PC{0,30}") {
        let _ = Polling::parse(&expression, Limits::default());
    }
}
