//! What must hold for any text whatever. Driven by `cargo test` from the seeds and by the fuzzer (`make fuzz`).

use super::common::{Sample, TIMES, bind, plain};
use harrier_query::fields::{
    ACTION, ACTION_STATUS, AUTO_ASSIGNMENT, DISTRIBUTION_SET, DISTRIBUTION_SET_TAG, DISTRIBUTION_SET_TYPE, ROLLOUT,
    ROLLOUT_GROUP, SOFTWARE_MODULE, SOFTWARE_MODULE_TYPE, TARGET, TARGET_FILTER, TARGET_TAG, TARGET_TYPE,
};
use harrier_query::{Argument, EntityFields, Expression, Field, Operator, Plan, Query, Sort, Term, parse};

static ENTITIES: [&EntityFields; 14] = [
    &ACTION,
    &ACTION_STATUS,
    &AUTO_ASSIGNMENT,
    &DISTRIBUTION_SET,
    &DISTRIBUTION_SET_TAG,
    &DISTRIBUTION_SET_TYPE,
    &ROLLOUT,
    &ROLLOUT_GROUP,
    &SOFTWARE_MODULE,
    &SOFTWARE_MODULE_TYPE,
    &TARGET,
    &TARGET_FILTER,
    &TARGET_TAG,
    &TARGET_TYPE,
];

/// Takes the text as a query and as a sort order of every entity.
///
/// # Panics
/// When something does not hold, or the code under test panics.
pub fn check(text: &str) {
    for fields in ENTITIES {
        let _order_or_refusal = Sort::parse(Some(text), fields);
    }
    let Ok(expression) = parse(text) else { return };
    assert_eq!(parse(&written(&expression)).as_ref(), Ok(&expression), "written anew, it means the same");
    for fields in ENTITIES {
        if let Ok(query) = Query::bind_expression(&expression, fields, &TIMES) {
            check_evaluation(&query, &expression, fields);
        }
    }
}

/// What the query accepts is where its plan looks for it.
fn check_evaluation(query: &Query, expression: &Expression, fields: &EntityFields) {
    assert!(bind(&written(expression), fields).is_ok());
    query.matches(&Sample::default());
    let plan = query.plan();
    for value in values(expression) {
        for key in [value.text.clone(), value.text.to_uppercase(), value.text.replace('*', "1")] {
            let row = row_with(&key);
            assert!(!query.matches(&row) || is_covered(&plan, &key), "{plan:?} leaves out {key}");
        }
    }
}

/// A row in which every property is this value, as far as it can be.
fn row_with(value: &str) -> Sample {
    let mut row = Sample::default().entry(Field::Attribute, value, value).entry(Field::Metadata, value, value);
    for field in [Field::ControllerId, Field::Name, Field::Description, Field::Status] {
        row = row.text(plain(field), value);
    }
    if let Ok(number) = value.parse() {
        row = row.number(plain(Field::Id), number).number(plain(Field::CreatedAt), number);
    }
    row
}

fn is_covered(plan: &Plan, key: &str) -> bool {
    match plan {
        // Nothing has an empty key.
        Plan::ExactKeys(keys) => key.is_empty() || keys.iter().any(|planned| planned == key),
        Plan::ExactIds(ids) => key.parse().map_or(true, |id| ids.contains(&id)),
        Plan::KeyPrefixes(prefixes) => prefixes.iter().any(|prefix| key.starts_with(prefix)),
        Plan::Pass => true,
    }
}

fn values(expression: &Expression) -> Vec<&Argument> {
    match expression {
        Expression::All(operands) | Expression::Any(operands) => operands.iter().flat_map(values).collect(),
        Expression::Term(term) => term.arguments.iter().collect(),
    }
}

/// The expression as text, with as few parentheses as there can be.
fn written(expression: &Expression) -> String {
    match expression {
        Expression::Any(operands) => joined(operands, ",", |operand| matches!(operand, Expression::Any(_))),
        Expression::All(operands) => joined(operands, ";", |operand| !matches!(operand, Expression::Term(_))),
        Expression::Term(term) => written_term(term),
    }
}

fn joined(operands: &[Expression], by: &str, needs_parentheses: fn(&Expression) -> bool) -> String {
    let operand = |operand| {
        let text = written(operand);
        if needs_parentheses(operand) { format!("({text})") } else { text }
    };
    operands.iter().map(operand).collect::<Vec<_>>().join(by)
}

fn written_term(Term { selector, operator, arguments }: &Term) -> String {
    let symbol = match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "=le=",
        Operator::Greater => "=gt=",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "=in=",
        Operator::Out => "=out=",
        Operator::Is => "=is=",
        Operator::IsNot => "=ne=",
    };
    let values = arguments.iter().map(written_value).collect::<Vec<_>>().join(",");
    format!("{selector}{symbol}({values})")
}

fn written_value(argument: &Argument) -> String {
    if argument.quoted {
        return format!("'{}'", argument.text.replace('\\', "\\\\").replace('\'', "\\'"));
    }
    argument.text.clone()
}
