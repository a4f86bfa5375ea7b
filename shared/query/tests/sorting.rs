//! The `sort` parameter: management §1.7, §7 no. 3 and 122, §8.3 no. 5.

mod common;

use common::{Sample, plain};
use harrier_query::fields::{
    ACTION, ACTION_STATUS, AUTO_ASSIGNMENT, DISTRIBUTION_SET, DISTRIBUTION_SET_TAG, ROLLOUT, ROLLOUT_GROUP,
    SOFTWARE_MODULE, TARGET,
};
use harrier_query::{Direction, EntityFields, Error, Field, Sort};
use proptest::prelude::*;

fn outcome(result: Result<Sort, Error>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(Error::SortSyntax(_)) => "syntax",
        Err(Error::SortField(_)) => "field",
        Err(Error::SortDirection(_)) => "direction",
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn no_3_parameter() {
    let table = [
        ("name", "syntax"),
        ("name:asc:x", "syntax"),
        ("name:asc,", "syntax"),
        (",", "syntax"),
        ("foo:asc", "field"),
        (":asc", "field"),
        ("name:up", "direction"),
        ("name:", "direction"),
        ("NAME:asc,ID:desc", "ok"),
        (" name : AsC , id:DESC ", "ok"),
        ("", "ok"),
        ("  ", "ok"),
        ("assignedds.name:asc", "field"),
        ("metadata:asc", "field"),
        ("attribute:asc", "field"),
        ("tag:asc", "field"),
        ("type:asc", "field"),
        ("autoconfirm:asc", "field"),
    ];
    for (text, expected) in table {
        assert_eq!(outcome(Sort::parse(Some(text), &TARGET)), expected, "{text}");
    }
    for text in ["timestamp:asc", "reportedat:asc", "createdat:desc", "createdby:asc", "id:asc"] {
        assert_eq!(outcome(Sort::parse(Some(text), &ACTION_STATUS)), "ok", "{text}");
    }
}

#[test]
fn defaults() {
    let table: [(&EntityFields, Field, Direction); 5] = [
        (&TARGET, Field::ControllerId, Direction::Ascending),
        (&ACTION, Field::Id, Direction::Descending),
        (&ACTION_STATUS, Field::Id, Direction::Descending),
        (&DISTRIBUTION_SET, Field::Id, Direction::Ascending),
        (&ROLLOUT, Field::Id, Direction::Ascending),
    ];
    for (fields, field, direction) in table {
        let sort = Sort::parse(None, fields).expect("the default is valid");
        assert_eq!((sort.terms()[0].field, sort.terms()[0].direction), (field, direction));
    }
    assert!(Sort::parse(Some(""), &TARGET).expect("empty is valid").terms().is_empty());
}

#[test]
fn no_122_sub_listings_sort_by_names_of_the_parent() {
    let table: [(&str, &EntityFields, &EntityFields, &str); 10] = [
        ("id:asc", &DISTRIBUTION_SET, &TARGET, "ok"),
        ("name:asc", &DISTRIBUTION_SET, &TARGET, "ok"),
        ("version:asc", &DISTRIBUTION_SET, &TARGET, "field"),
        ("version:asc", &DISTRIBUTION_SET, &SOFTWARE_MODULE, "ok"),
        ("controllerid:asc", &DISTRIBUTION_SET, &TARGET, "field"),
        ("colour:asc", &DISTRIBUTION_SET_TAG, &DISTRIBUTION_SET, "field"),
        ("createdat:desc", &DISTRIBUTION_SET_TAG, &DISTRIBUTION_SET, "ok"),
        ("description:asc", &DISTRIBUTION_SET, &AUTO_ASSIGNMENT, "ok"),
        ("status:asc", &ROLLOUT, &ROLLOUT_GROUP, "ok"),
        ("status:asc", &ROLLOUT, &TARGET, "field"),
    ];
    for (text, parent, listed, expected) in table {
        assert_eq!(outcome(Sort::parse_listing(Some(text), parent, listed)), expected, "{text}");
    }
    let default = Sort::parse_listing(None, &DISTRIBUTION_SET, &TARGET).expect("the default is valid");
    assert_eq!(default.terms()[0].field, Field::Id);
}

fn row(name: Option<&str>, created: Option<i64>) -> Sample {
    let row = name.map_or_else(Sample::default, |name| Sample::default().text(plain(Field::Name), name));
    created.map_or_else(|| row.clone(), |created| row.clone().number(plain(Field::CreatedAt), created))
}

#[test]
fn numbers_by_value_and_nulls_first() {
    let sort = Sort::parse(Some("createdat:asc,name:desc"), &TARGET).expect("valid");
    let mut rows = [
        row(Some("c"), Some(10)),
        row(Some("a"), Some(9)),
        row(Some("b"), Some(9)),
        row(Some("d"), None),
        row(None, Some(9)),
    ];
    rows.sort_by(|left, right| sort.compare(left, right));
    let names: Vec<_> = rows.iter().map(|row| row.texts.first().map_or("-", |text| text.1.as_str())).collect();
    assert_eq!(names, ["d", "b", "a", "-", "c"]);
}

proptest! {
    #[test]
    fn keys_order_as_rows_do(
        rows in proptest::collection::vec((proptest::option::of("[ab]{0,2}"), proptest::option::of(0_i64..3)), 2..8),
        text in proptest::sample::select(vec!["", "name:asc", "name:desc,createdat:asc", "createdat:desc,name:asc"]),
    ) {
        let sort = Sort::parse(Some(text), &TARGET).expect("valid");
        let rows: Vec<_> = rows.iter().map(|(name, created)| row(name.as_deref(), *created)).collect();
        for (left, right) in rows.iter().zip(rows.iter().skip(1)) {
            prop_assert_eq!(sort.compare(left, right), sort.key(left).cmp(&sort.key(right)));
            prop_assert_eq!(sort.compare(left, right), sort.compare(right, left).reverse());
        }
    }
}
