//! No text makes the parser, the binder or the evaluator panic or run away.

#[path = "../common/mod.rs"]
mod common;
mod property;

use common::{Sample, bind, outcome};
use harrier_query::fields::{DISTRIBUTION_SET, TARGET};
use harrier_query::{MAX_DEPTH, parse};
use proptest::prelude::*;

fn nested(depth: usize) -> String {
    format!("{}name==a{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn nesting_is_limited() {
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(outcome(&nested(MAX_DEPTH + 1), &TARGET), "syntax");
    assert_eq!(outcome(&"(".repeat(1_000_000), &TARGET), "syntax");
    let alternating = format!("{}name==a{}", "name==b,(name==c;(".repeat(64), "))".repeat(64));
    assert!(!bind(&alternating, &TARGET).expect("within the limit").matches(&Sample::default()));
}

#[test]
fn nesting_counts_depth_and_not_groups() {
    let groups = vec!["(name==a)"; 2 * MAX_DEPTH].join(",");
    assert_eq!(outcome(&groups, &TARGET), "ok");
}

#[test]
fn long_texts_are_handled() {
    let wild = format!("name=={}", "*a".repeat(500));
    let query = bind(&wild, &TARGET).expect("valid");
    let row = Sample::default().text(common::plain(harrier_query::Field::Name), &"a".repeat(10_000));
    assert!(query.matches(&row));
    for text in ["name==a;".repeat(128), "name=in=(".to_owned() + &"a,".repeat(500), "=".repeat(1024), "'".repeat(1024)]
    {
        assert_eq!(outcome(&text, &TARGET), "syntax");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
        let _ = bind(&text, &TARGET).map(|query| query.matches(&Sample::default()));
    }

    #[test]
    fn text_of_query_pieces_never_panics(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "name", "id", "tag", "complete", "metadata.k", "type", "==", "!=", "=in=", "=is=", "=ge=", "<", "=", "null",
            "(", ")", ";", ",", " and ", " or ", " ", "'", "\"", "\\", "*", "a", "1", "é", "${now_ts}", "$", "true", "~",
        ]), 0..24),
    ) {
        let text = pieces.concat();
        for fields in [&TARGET, &DISTRIBUTION_SET] {
            if let Ok(query) = bind(&text, fields) {
                query.matches(&Sample::default());
                let _ = query.plan();
            }
        }
    }
}

/// What the fuzzer starts from, one text a line.
const SEEDS: &str = include_str!("../../../../fuzz/seeds/rsql.txt");

#[test]
fn the_seeds_of_the_fuzzer_hold() {
    SEEDS.lines().for_each(property::check);
}

/// A piece of one seed in the middle of another.
fn crossed() -> impl Strategy<Value = String> {
    let seeds: Vec<Vec<char>> = SEEDS.lines().map(|line| line.chars().collect()).collect();
    let seed = proptest::sample::select(seeds);
    let place = any::<proptest::sample::Index>;
    (seed.clone(), seed, place(), place(), place()).prop_map(|(into, from, at, start, end)| {
        let [at, start, end] =
            [(at, &into), (start, &from), (end, &from)].map(|(index, text)| index.index(text.len() + 1));
        let piece = &from[start.min(end)..start.max(end)];
        [&into[..at], piece, &into[at..]].concat().iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn crossings_of_the_seeds_hold(text in crossed()) {
        property::check(&text);
    }
}
