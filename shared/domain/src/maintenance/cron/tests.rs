use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600;

fn millis(instant: &str) -> i64 {
    instant.parse::<Timestamp>().unwrap().as_millisecond()
}

/// The next fires after an instant, as UTC texts.
fn fires(expression: &str, after: &str, count: usize) -> Vec<String> {
    let cron = Cron::parse(expression).unwrap();
    let next = |&last: &i64| cron.next_after(last, 0);
    let instants = std::iter::successors(Some(millis(after)), next).skip(1).take(count);
    instants.map(|instant| Timestamp::from_millisecond(instant).unwrap().to_string()).collect()
}

/// Worked out by hand from a calendar: 1 January 2026 is a Thursday.
#[test]
fn next_fires() {
    let after = "2026-01-01T00:00:00Z";
    let cases: [(&str, &[&str]); 21] = [
        ("0 0 0 * * ?", &["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]),
        ("1 0 0 1 1 ?", &["2026-01-01T00:00:01Z", "2027-01-01T00:00:01Z"]),
        ("0/20 * * * * ?", &["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z", "2026-01-01T00:01:00Z"]),
        ("59 59 23 31 12 ?", &["2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"]),
        ("0 30 22-1 * * ?", &["2026-01-01T00:30:00Z", "2026-01-01T01:30:00Z", "2026-01-01T22:30:00Z"]),
        ("0 0 12 ? * 1", &["2026-01-04T12:00:00Z", "2026-01-11T12:00:00Z"]),
        ("0 0 12 ? * SUN", &["2026-01-04T12:00:00Z"]),
        ("0 0 12 ? * 7", &["2026-01-03T12:00:00Z"]),
        ("0 0 12 ? * L", &["2026-01-03T12:00:00Z", "2026-01-10T12:00:00Z"]),
        ("0 0 12 ? * mon-fri", &["2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z", "2026-01-05T12:00:00Z"]),
        ("0 0 12 ? * 6L", &["2026-01-30T12:00:00Z", "2026-02-27T12:00:00Z"]),
        ("0 0 12 ? * FRIL", &["2026-01-30T12:00:00Z"]),
        ("0 0 12 ? * 6#3", &["2026-01-16T12:00:00Z", "2026-02-20T12:00:00Z"]),
        ("0 0 12 ? * THU#5", &["2026-01-29T12:00:00Z", "2026-04-30T12:00:00Z"]),
        ("0 0 12 L * ?", &["2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"]),
        ("0 0 12 L-3 * ?", &["2026-01-28T12:00:00Z", "2026-02-25T12:00:00Z"]),
        ("0 0 12 LW * ?", &["2026-01-30T12:00:00Z", "2026-02-27T12:00:00Z", "2026-03-31T12:00:00Z"]),
        ("0 0 12 15W * ?", &["2026-01-15T12:00:00Z", "2026-02-16T12:00:00Z"]),
        ("0 0 12 1W * ?", &["2026-01-01T12:00:00Z", "2026-02-02T12:00:00Z"]),
        ("0 0 12 31W * ?", &["2026-01-30T12:00:00Z", "2026-03-31T12:00:00Z", "2026-05-29T12:00:00Z"]),
        ("0 0 0 29 2 ? 2026-2040", &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
    ];
    for (expression, expected) in cases {
        assert_eq!(fires(expression, after, expected.len()), expected, "{expression}");
    }
}

#[test]
fn the_first_of_a_month_on_saturday_moves_forward() {
    assert_eq!(fires("0 0 12 1W 8 ? 2026", "2026-01-01T00:00:00Z", 2), ["2026-08-03T12:00:00Z"]);
}

#[test]
fn a_past_year_or_an_impossible_date_never_fires() {
    let never = ["0 0 0 1 1 ? 2020", "0 0 0 30 2 ?", "0 0 0 31 4,6,9,11 ?", "0 0 0 29 2 ? 2027", "0 0 0 30W 2 ?"];
    for expression in never {
        assert!(fires(expression, "2026-01-01T00:00:00Z", 1).is_empty(), "{expression}");
    }
    let leap = "0 0 0 29 2 ?";
    assert_eq!(fires(leap, "2096-03-01T00:00:00Z", 1), ["2104-02-29T00:00:00Z"]);
}

#[test]
fn instants_beyond_the_calendar_never_fire() {
    let cron = Cron::parse("* * * * * ?").unwrap();
    for after in [i64::MAX, i64::MIN, i64::MAX / 1000, millis("2199-12-31T23:59:59Z")] {
        let next = cron.next_after(after, 18 * HOUR);
        assert!(next.is_none_or(|next| next > after), "{after}");
    }
    assert_eq!(cron.next_after(millis("2199-12-31T23:59:59Z"), 0), None);
}

#[test]
fn fires_are_strictly_later_and_follow_the_offset() {
    let cron = Cron::parse("0 0 2 * * ?").unwrap();
    let two = millis("2026-01-01T02:00:00Z");
    assert_eq!(cron.next_after(two - 1, 0), Some(two));
    assert_eq!(cron.next_after(two, 0), Some(two + 24 * HOUR * 1000));
    assert_eq!(cron.next_after(two, -5 * HOUR), Some(millis("2026-01-01T07:00:00Z")));
    assert_eq!(cron.next_after(two, 5 * HOUR + 1800), Some(millis("2026-01-01T20:30:00Z")));
}

#[test]
fn broken_expressions_are_refused() {
    let broken = [
        "",
        "0 0 0 * *",
        "0 0 0 * * ? * *",
        "0 0 0 * * *",
        "0 0 0 ? * ?",
        "0 0 0 1 * MON",
        "? 0 0 1 * ?",
        "60 0 0 1 * ?",
        "0 0 0 L,15 * ?",
        "0 0 0 15W,16W * ?",
        "0 0 0 L-31 * ?",
        "0 0 0 L3 * ?",
        "0 0 0 32W * ?",
        "0 0 0 W * ?",
        "0 0 0 ? * 6#0",
        "0 0 0 ? * 6#6",
        "0 0 0 ? * 8#1",
        "0 0 0 ? * 1,6L",
        "0 0 0 ? * MONDAY",
        "0 0 0 ? FOO MON",
        "every day",
        "0 0 0 1 1 ? 1900",
    ];
    for expression in broken {
        assert!(Cron::parse(expression).is_err(), "{expression}");
    }
}

/// One field as text and, worked out another way, as the set of its numbers.
fn field(first: u16, last: u16) -> impl Strategy<Value = (String, BTreeSet<u16>)> {
    let one = (first..=last).prop_map(|number| (number.to_string(), BTreeSet::from([number])));
    let all = Just(("*".to_owned(), (first..=last).collect()));
    let list = proptest::collection::btree_set(first..=last, 1..4).prop_map(|numbers| {
        let text = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        (text, numbers)
    });
    let range = (first..=last, first..=last).prop_map(move |(from, to)| {
        let inside =
            |number: &u16| if from <= to { (from..=to).contains(number) } else { *number >= from || *number <= to };
        (format!("{from}-{to}"), (first..=last).filter(inside).collect())
    });
    let step = (first..=last, 1..=last - first).prop_map(move |(from, step)| {
        (format!("{from}/{step}"), (from..=last).filter(|number| (number - from) % step == 0).collect())
    });
    prop_oneof![one, all, list, range, step]
}

type Fields = Vec<(String, BTreeSet<u16>)>;

fn simple_cron() -> impl Strategy<Value = (Fields, bool)> {
    let fields = (field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(1, 7));
    (fields, any::<bool>())
        .prop_map(|((minute, hour, day, month, weekday), by_week)| (vec![minute, hour, day, month, weekday], by_week))
}

/// Whether a minute fires, asked number by number.
fn fires_at(fields: &Fields, by_week: bool, instant: DateTime) -> bool {
    let weekday = u16::from(instant.date().weekday().to_sunday_one_offset().unsigned_abs());
    let has = |index: usize, number: u16| fields[index].1.contains(&number);
    let day = if by_week { has(4, weekday) } else { has(2, unsigned(instant.day())) };
    has(0, unsigned(instant.minute())) && has(1, unsigned(instant.hour())) && day && has(3, unsigned(instant.month()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Stepping minute by minute over twenty days finds the same fire.
    #[test]
    fn agrees_with_stepping(
        (fields, by_week) in simple_cron(),
        second in 0_u16..60,
        start in 1_700_000_000_i64..1_900_000_000,
        offset_minutes in -18_i64 * 60..=18 * 60,
    ) {
        let [minute, hour, day, month, weekday] = [0, 1, 2, 3, 4].map(|index: usize| fields[index].0.as_str());
        let (day, weekday) = if by_week { ("?", weekday) } else { (day, "?") };
        let expression = format!("{second} {minute} {hour} {day} {month} {weekday}");
        let found = Cron::parse(&expression).unwrap().next_after(start * 1000, offset_minutes * 60).map(|fire| fire / 1000);

        let horizon = 20 * 24 * 60;
        let first = start.div_euclid(60) * 60 + i64::from(second);
        let stepped = (0..horizon).map(|step| first + step * 60).filter(|&instant| instant > start).find(|instant| {
            let local = Timestamp::from_second(instant + offset_minutes * 60).unwrap();
            fires_at(&fields, by_week, Offset::UTC.to_datetime(local))
        });
        match stepped {
            Some(stepped) => prop_assert_eq!(found, Some(stepped), "{}", expression),
            None => prop_assert!(found.is_none_or(|found| found >= first + horizon * 60), "{}", expression),
        }
    }

    #[test]
    fn no_text_breaks_the_reader(expression in "[0-9*?/,LW# -]{0,30}|\\PC{0,30}", after in any::<i64>()) {
        if let Ok(cron) = Cron::parse(&expression) {
            prop_assert!(cron.next_after(after, 0).is_none_or(|next| next > after));
        }
    }
}
