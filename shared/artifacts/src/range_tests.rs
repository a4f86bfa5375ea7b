use super::*;
use proptest::prelude::*;

fn ranges(header: &str, size: u64) -> Option<Vec<(u64, u64)>> {
    let parsed = parse_ranges(header, size).ok()?;
    Some(parsed.into_iter().map(|range| (range.first, range.last)).collect())
}

/// The rows of DDI §10, on a file of 100 bytes.
#[test]
fn satisfiable() {
    let table: &[(&str, &[(u64, u64)])] = &[
        ("bytes=0-0", &[(0, 0)]),
        ("bytes=1-10", &[(1, 10)]),
        ("bytes=90-100", &[(90, 99)]),
        ("bytes=0-99999999999999999999999", &[(0, 99)]),
        ("bytes=7-", &[(7, 99)]),
        ("bytes=99-", &[(99, 99)]),
        ("bytes=-1", &[(99, 99)]),
        ("bytes=-100", &[(0, 99)]),
        ("bytes=-101", &[(0, 99)]),
        ("bytes=-99999999999999999999999", &[(0, 99)]),
        ("bytes=0-4,5-9", &[(0, 4), (5, 9)]),
        ("bytes=50-59,0-9,-5", &[(0, 9), (50, 59), (95, 99)]),
        ("bytes=0-4, 6-9,\t20-", &[(0, 4), (6, 9), (20, 99)]),
    ];
    for (header, expected) in table {
        assert_eq!(ranges(header, 100).as_deref(), Some(*expected), "{header}");
    }
}

#[test]
fn not_satisfiable() {
    let table = [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=-0",
        "bytes=100-10",
        "bytes=100-",
        "bytes=100-200",
        "bytes=99999999999999999999999-",
        "bytes=1-10,zz",
        "bytes=1-10,",
        "bytes=,1-10",
        "bytes=1-10,100-",
        "bytes=1--10",
        "bytes=+1-10",
        "bytes=1-1a",
        "bytes= 1-10",
        "bytes=1 -10",
        "bytes=1- 10",
        "bytes=1-10 ,20-30",
        "bytes =1-10",
        "Bytes=1-10",
        "BYTES=1-10",
        "lines=1-10",
        "1-10",
        "bytes=0-9,5-14",
        "bytes=0-9,9-14",
        "bytes=0-9,0-9",
        "bytes=90-,-20",
    ];
    for header in table {
        assert_eq!(ranges(header, 100), None, "{header}");
    }
}

#[test]
fn an_empty_file_has_no_ranges() {
    for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        assert_eq!(ranges(header, 0), None, "{header}");
    }
}

#[test]
fn wire_forms() {
    let range = ByteRange { first: 0, last: 499 };
    assert_eq!(range.len(), 500);
    assert_eq!(range.request_header(), "bytes=0-499");
    assert_eq!(range.content_range(73_400_320), "bytes 0-499/73400320");
}

/// An element of a list as its two optional numbers.
type Element = (Option<u64>, Option<u64>);

fn header_of(elements: &[Element]) -> String {
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let list = elements.iter().map(|(from, to)| format!("{}-{}", number(*from), number(*to)));
    format!("bytes={}", list.collect::<Vec<_>>().join(","))
}

/// The naive model: which of the file's positions an element asks for, one by one.
fn positions(element: Element, size: u64) -> Vec<u64> {
    (0..size)
        .filter(|position| match element {
            (Some(first), Some(last)) => first <= *position && *position <= last,
            (Some(first), None) => first <= *position,
            (None, Some(length)) => size - position <= length,
            (None, None) => false,
        })
        .collect()
}

fn model(elements: &[Element], size: u64) -> Option<Vec<u64>> {
    let asked = elements.iter().map(|element| positions(*element, size)).collect::<Vec<_>>();
    if asked.iter().any(Vec::is_empty) {
        return None;
    }
    let mut all = asked.concat();
    all.sort_unstable();
    let duplicates = all.windows(2).any(|pair| pair[0] == pair[1]);
    (!duplicates).then_some(all)
}

proptest! {
    #[test]
    fn agrees_with_the_naive_model(
        size in 0_u64..40,
        elements in prop::collection::vec((prop::option::of(0_u64..45), prop::option::of(0_u64..45)), 1..5),
    ) {
        let parsed = parse_ranges(&header_of(&elements), size).ok();
        let bytes = parsed.as_ref().map(|ranges| ranges.iter().flat_map(|range| range.first..=range.last).collect());
        prop_assert_eq!(bytes, model(&elements, size));
        prop_assert_eq!(parsed.map(|ranges| ranges.len()).unwrap_or(elements.len()), elements.len());
    }

    #[test]
    fn never_panics_and_never_leaves_the_file(header in "(bytes=)?[0-9,\\- b]{0,60}", size in any::<u64>()) {
        for range in parse_ranges(&header, size).unwrap_or_default() {
            prop_assert!(range.first <= range.last && range.last < size);
        }
    }
}
