//! Key reads planned from queries never lose a row.

mod common;

use common::{Sample, bind, plain};
use harrier_query::fields::{ACTION, TARGET};
use harrier_query::{Field, Plan};
use proptest::prelude::*;

fn keys(keys: &[&str]) -> Plan {
    Plan::ExactKeys(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn prefixes(prefixes: &[&str]) -> Plan {
    Plan::KeyPrefixes(prefixes.iter().map(|prefix| (*prefix).to_owned()).collect())
}

#[test]
fn plans_of_targets() {
    let table = [
        ("controllerid==123", keys(&["123"])),
        ("id=in=(2,1,'2');name==x", keys(&["1", "2"])),
        ("id==1,id==2", keys(&["1", "2"])),
        ("(id==1;name==x),id==2", keys(&["1", "2"])),
        ("id==1,name==x", Plan::Pass),
        ("id==12*", prefixes(&["12"])),
        ("id==12a", keys(&["12A", "12a"])),
        ("id==12-A*;id==1*", prefixes(&["12-A", "12-a"])),
        ("id==a12", keys(&["A12", "a12"])),
        ("id=in=(1,a)", keys(&["1", "A", "a"])),
        ("id==12é", prefixes(&["12"])),
        ("id==é12", Plan::Pass),
        ("id=in=(1,é)", Plan::Pass),
        ("id==1-abcdefg*", prefixes(&["1-"])),
        ("id==abcdefg*", Plan::Pass),
        ("id==1-abcdefghijl", prefixes(&["1-"])),
        ("id=in=(abcdefghij,z)", Plan::Pass),
        ("id==*", Plan::Pass),
        ("id==''", Plan::Pass),
        ("id!=1", Plan::Pass),
        ("id=out=(1)", Plan::Pass),
        ("id=gt=1", Plan::Pass),
        ("name==1", Plan::Pass),
        ("id=='1\\\\*'", keys(&["1*"])),
    ];
    for (text, expected) in table {
        assert_eq!(bind(text, &TARGET).expect(text).plan(), expected, "{text}");
    }
}

#[test]
fn a_plan_stays_small_whatever_is_named() {
    let alternatives: Vec<String> = (0..40).map(|number| format!("id==abcdefghij{number}")).collect();
    assert_eq!(bind(&alternatives.join(","), &TARGET).expect("a query").plan(), Plan::Pass);
    let Plan::ExactKeys(few) = bind(&alternatives[..4].join(","), &TARGET).expect("a query").plan() else {
        panic!("four alternatives are keys");
    };
    assert_eq!(few.len(), 4 * 1024);
}

#[test]
fn plans_of_numbered_entities() {
    let table = [
        ("id==5", Plan::ExactIds(vec![5])),
        ("id=in=(7,5);status==running", Plan::ExactIds(vec![5, 7])),
        ("id=ge=5", Plan::Pass),
        ("id==*", Plan::Pass),
        ("target.controllerid==5", Plan::Pass),
        ("rollout.id==5", Plan::Pass),
    ];
    for (text, expected) in table {
        assert_eq!(bind(text, &ACTION).expect(text).plan(), expected, "{text}");
    }
}

fn admits(plan: &Plan, key: &str) -> bool {
    match plan {
        Plan::ExactKeys(keys) => keys.iter().any(|exact| exact == key),
        Plan::KeyPrefixes(prefixes) => prefixes.iter().any(|prefix| key.starts_with(prefix)),
        Plan::ExactIds(_) => false,
        Plan::Pass => true,
    }
}

proptest! {
    #[test]
    fn a_matching_row_is_within_the_plan(
        values in proptest::collection::vec("[1aA漢É-]{0,2}[*]?[1aK]{0,1}", 1..4),
        operators in proptest::collection::vec(proptest::sample::select(vec!["==", "!=", "=in=", "=ge="]), 3),
        joins in proptest::collection::vec(proptest::sample::select(vec![";", ","]), 3),
        id in "[1aA漢é-]{1,3}[1ak\u{212A}]{0,1}",
    ) {
        let mut text = String::new();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                text.push_str(joins[index - 1]);
            }
            text.push_str(&format!("id{}'{value}'", operators[index % operators.len()]));
        }
        let query = bind(&text, &TARGET).expect("generated queries are valid");
        let row = Sample::default().text(plain(Field::ControllerId), &id);
        prop_assert!(!query.matches(&row) || admits(&query.plan(), &id), "{} on {}", text, id);
    }
}
