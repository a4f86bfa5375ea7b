//! Key reads planned from queries never lose a row.

mod common;

use common::{Sample, bind, plain};
use harrier_query::fields::{ACTION, TARGET};
use harrier_query::{Field, Plan};
use proptest::prelude::*;

fn keys(keys: &[&str]) -> Plan {
    Plan::ExactKeys(keys.iter().map(|key| (*key).to_owned()).collect())
}

#[test]
fn plans_of_targets() {
    let table = [
        ("controllerid==123", keys(&["123"])),
        ("id=in=(2,1,'2');name==x", keys(&["1", "2"])),
        ("id==1,id==2", keys(&["1", "2"])),
        ("(id==1;name==x),id==2", keys(&["1", "2"])),
        ("id==1,name==x", Plan::Pass),
        ("id==12*", Plan::KeyPrefix("12".into())),
        ("id==12a", Plan::KeyPrefix("12".into())),
        ("id==12-A*;id==1*", Plan::KeyPrefix("12-".into())),
        ("id==a12", Plan::Pass),
        ("id=in=(1,a)", Plan::Pass),
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
        Plan::KeyPrefix(prefix) => key.starts_with(prefix),
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
