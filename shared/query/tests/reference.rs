//! The evaluator against a second, naive one that follows the tables of management §3.2 to §3.4 line by line.

mod common;

use common::{Candidate, Sample, bind, part, plain};
use harrier_query::fields::TARGET;
use harrier_query::{Field, Part};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Leaf(Leaf),
}

#[derive(Debug, Clone)]
struct Leaf {
    what: What,
    operator: &'static str,
    values: Vec<String>,
    /// Writes values without quotes where the grammar allows it.
    bare: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Name,
    CreatedAt,
    Attribute,
    Tag,
    Assigned,
}

/// The data behind a row; distribution sets and tags are looked up by id in `Catalogue`.
#[derive(Debug, Clone)]
struct Data {
    name: Option<String>,
    created_at: Option<i64>,
    attributes: Vec<(String, String)>,
    tags: Vec<usize>,
    assigned: Option<usize>,
}

const NAMES: [&str; 5] = ["a", "AB", "b*", "é", "null"];

// ---- the naive evaluator

fn holds(tree: &Tree, data: &Data) -> bool {
    match tree {
        Tree::And(trees) => trees.iter().all(|tree| holds(tree, data)),
        Tree::Or(trees) => trees.iter().any(|tree| holds(tree, data)),
        Tree::Leaf(leaf) => leaf_holds(leaf, data),
    }
}

fn leaf_holds(leaf: &Leaf, data: &Data) -> bool {
    let assigned = data.assigned.map(|index| NAMES[index].to_owned());
    match leaf.what {
        What::Name => scalar_holds(leaf, data.name.as_deref()),
        What::Assigned => scalar_holds(leaf, assigned.as_deref()),
        What::CreatedAt => number_holds(leaf, data.created_at),
        What::Attribute => map_holds(leaf, &data.attributes),
        What::Tag => collection_holds(leaf, &data.tags),
    }
}

fn wants_null(leaf: &Leaf) -> bool {
    leaf.bare && is_bareable(&leaf.values[0]) && leaf.values[0].to_lowercase() == "null"
}

fn scalar_holds(leaf: &Leaf, value: Option<&str>) -> bool {
    match leaf.operator {
        "=is=" | "=eq=" if wants_null(leaf) => value.is_none(),
        "=not=" | "=ne=" if wants_null(leaf) => value.is_some(),
        "==" | "=is=" | "=eq=" => text_equals(value, &leaf.values[0]),
        "!=" | "=not=" | "=ne=" => !text_equals(value, &leaf.values[0]),
        "=in=" => text_in(value, &leaf.values),
        "=out=" => !text_in(value, &leaf.values),
        order => value.is_some_and(|value| ordered(order, &value.to_lowercase(), &leaf.values[0].to_lowercase())),
    }
}

fn text_equals(value: Option<&str>, literal: &str) -> bool {
    if literal.is_empty() {
        return value.is_none_or(str::is_empty);
    }
    value.is_some_and(|value| {
        let literal: Vec<char> = literal.to_lowercase().chars().collect();
        like(&literal, &value.to_lowercase().chars().collect::<Vec<_>>())
    })
}

fn text_in(value: Option<&str>, literals: &[String]) -> bool {
    value.is_some_and(|value| literals.iter().any(|literal| literal.to_lowercase() == value.to_lowercase()))
}

fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['\\', '*', rest @ ..] => text.first() == Some(&'*') && like(rest, &text[1..]),
        ['*', rest @ ..] => (0..=text.len()).any(|skipped| like(rest, &text[skipped..])),
        [one, rest @ ..] => text.first() == Some(one) && like(rest, &text[1..]),
    }
}

fn ordered<T: PartialOrd>(operator: &str, left: &T, right: &T) -> bool {
    match operator {
        "<" | "=lt=" => left < right,
        "<=" | "=le=" => left <= right,
        ">" | "=gt=" => left > right,
        ">=" | "=ge=" => left >= right,
        other => unreachable!("{other}"),
    }
}

fn number_holds(leaf: &Leaf, value: Option<i64>) -> bool {
    if leaf.operator.len() > 3 && leaf.values[0] == "null" {
        return value.is_none() == matches!(leaf.operator, "=is=" | "=eq=");
    }
    let numbers: Vec<Option<i64>> = leaf.values.iter().map(|value| value.parse().ok()).collect();
    let equal = if numbers[0].is_none() { value.is_some() } else { numbers.contains(&value) };
    match leaf.operator {
        "==" | "=is=" | "=eq=" | "=in=" => equal,
        "!=" | "=not=" | "=ne=" | "=out=" => !equal,
        order => value.is_some_and(|value| numbers[0].is_some_and(|number| ordered(order, &value, &number))),
    }
}

fn map_holds(leaf: &Leaf, entries: &[(String, String)]) -> bool {
    let of_key: Vec<&str> =
        entries.iter().filter(|entry| entry.0.to_lowercase() == "k.1").map(|entry| entry.1.as_str()).collect();
    let positive = matches!(leaf.operator, "==" | "=is=" | "=eq=");
    if of_key.is_empty() {
        return positive && (leaf.values[0].is_empty() || (leaf.operator != "==" && wants_null(leaf)));
    }
    of_key.iter().any(|value| scalar_holds(leaf, Some(value)))
}

fn collection_holds(leaf: &Leaf, tags: &[usize]) -> bool {
    let positive = match leaf.operator {
        "!=" => "==",
        "=not=" | "=ne=" => "=is=",
        "=out=" => "=in=",
        other => other,
    };
    let leaf_positive = Leaf { operator: positive, ..leaf.clone() };
    let some = if tags.is_empty() {
        scalar_holds(&leaf_positive, None)
    } else {
        tags.iter().any(|tag| scalar_holds(&leaf_positive, Some(NAMES[*tag])))
    };
    some == (positive == leaf.operator)
}

// ---- writing queries

fn is_bareable(value: &str) -> bool {
    !value.is_empty() && !value.contains([' ', '\'', '"', '('])
}

fn write_value(value: &str, bare: bool) -> String {
    if bare && is_bareable(value) {
        return value.to_owned();
    }
    let escaped: String = value.chars().flat_map(|c| if "\\'".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
    format!("'{escaped}'")
}

fn write(tree: &Tree) -> String {
    match tree {
        Tree::And(trees) => write_joined(trees, [";", " AND "]),
        Tree::Or(trees) => write_joined(trees, [",", " or "]),
        Tree::Leaf(leaf) => write_leaf(leaf),
    }
}

fn write_joined(trees: &[Tree], joins: [&str; 2]) -> String {
    format!("({})", trees.iter().map(write).collect::<Vec<_>>().join(joins[trees.len() % 2]))
}

fn write_leaf(leaf: &Leaf) -> String {
    let name = match leaf.what {
        What::Name => "Name",
        What::CreatedAt => "createdAt",
        What::Attribute => "attribute.K.1",
        What::Tag => "tag",
        What::Assigned => "assignedDS.name",
    };
    let values: Vec<_> = leaf.values.iter().map(|value| write_value(value, leaf.bare)).collect();
    match leaf.operator {
        "=in=" | "=out=" => format!("{name}{}({})", leaf.operator, values.join(",")),
        operator => format!("{name}{operator}{}", values[0]),
    }
}

// ---- making things up

fn arbitrary_leaf() -> impl Strategy<Value = Leaf> {
    let text = prop_oneof![4 => "[aAbBéÉ*\\\\ '%]{0,3}", 1 => Just("null".to_owned()), 1 => "[*]"];
    let what = proptest::sample::select(vec![What::Name, What::Attribute, What::Tag, What::Assigned]);
    let equality = proptest::sample::select(vec!["==", "!=", "=is=", "=eq=", "=not=", "=ne="]);
    let any = proptest::sample::select(vec![
        "==", "!=", "=is=", "=eq=", "=not=", "=ne=", "=in=", "=out=", "<", "<=", ">", ">=", "=lt=", "=le=", "=gt=",
        "=ge=",
    ]);
    let numbers = proptest::collection::vec((0_i64..4).prop_map(|number| number.to_string()), 1..3);
    let special = proptest::sample::select(vec!["*", "null"]).prop_map(|value| vec![value.to_owned()]);
    let texts = (what, any.clone(), proptest::collection::vec(text, 1..3), any_bool())
        .prop_map(|(what, operator, values, bare)| Leaf { what, operator, values, bare });
    let plain_numbers = (any, numbers).prop_map(|(operator, values)| number_leaf(operator, values));
    let special_numbers = (equality, special).prop_map(|(operator, values)| match values[0].as_str() {
        "null" if operator.len() == 2 => number_leaf("=is=", values),
        _ => number_leaf(operator, values),
    });
    prop_oneof![6 => texts, 2 => plain_numbers, 1 => special_numbers]
}

fn any_bool() -> impl Strategy<Value = bool> {
    proptest::sample::select(vec![true, false])
}

fn number_leaf(operator: &'static str, mut values: Vec<String>) -> Leaf {
    if !matches!(operator, "=in=" | "=out=") {
        values.truncate(1);
    }
    Leaf { what: What::CreatedAt, operator, values, bare: true }
}

fn arbitrary_tree() -> impl Strategy<Value = Tree> {
    arbitrary_leaf().prop_map(Tree::Leaf).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Tree::And),
            proptest::collection::vec(inner, 1..4).prop_map(Tree::Or),
        ]
    })
}

fn arbitrary_data() -> impl Strategy<Value = Data> {
    let text = || "[aAbBéÉ*\\\\ '%]{0,3}";
    let key = proptest::sample::select(vec!["k.1", "K.1", "k"]).prop_map(str::to_owned);
    (
        proptest::option::of(text()),
        proptest::option::of(0_i64..4),
        proptest::collection::vec((key, text()), 0..3),
        proptest::collection::vec(0..NAMES.len(), 0..3),
        proptest::option::of(0..NAMES.len()),
    )
        .prop_map(|(name, created_at, attributes, tags, assigned)| Data {
            name,
            created_at,
            attributes,
            tags,
            assigned,
        })
}

fn index_as_id(index: usize) -> i64 {
    i64::try_from(index).expect("few names") + 100
}

fn sample(data: &Data) -> Sample {
    let mut sample = Sample::default();
    sample.texts.extend(data.name.iter().map(|name| (plain(Field::Name), name.clone())));
    sample.numbers.extend(data.created_at.map(|number| (plain(Field::CreatedAt), number)));
    for (key, value) in &data.attributes {
        sample = sample.entry(Field::Attribute, key, value);
    }
    for tag in &data.tags {
        sample = sample.element(part(Field::Tag, Part::Name), NAMES[*tag]).id(Field::Tag, index_as_id(*tag));
    }
    if let Some(set) = data.assigned {
        sample = sample.text(part(Field::AssignedSet, Part::Name), NAMES[set]).id(Field::AssignedSet, index_as_id(set));
    }
    sample
}

fn candidates() -> Vec<Candidate> {
    let make = |(index, name): (usize, &&str)| Candidate {
        id: index_as_id(index),
        name: (*name).to_owned(),
        version: String::new(),
    };
    NAMES.iter().enumerate().map(make).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn agrees_with_the_naive_evaluator(tree in arbitrary_tree(), data in arbitrary_data()) {
        let text = write(&tree);
        let expected = holds(&tree, &data);
        let mut query = bind(&text, &TARGET).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let row = sample(&data);
        prop_assert_eq!(query.matches(&row), expected, "{}", &text);
        query.resolve(Field::Tag, &candidates());
        query.resolve(Field::AssignedSet, &candidates());
        prop_assert_eq!(query.matches(&row), expected, "resolved: {}", &text);
    }
}
