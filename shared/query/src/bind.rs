//! From text to typed comparisons: fields, operators and values of management §3.2 to §3.7.

use crate::comparison::{Comparison, Source};
use crate::error::{Error, Result};
use crate::expression::{Operator, Term};
use crate::fields::{EntityFields, FieldSpec, Kind, PartSpec, Scalar, Shape};
use crate::placeholders::Placeholders;
use crate::predicate::{Predicate, Relation};
use crate::row::Path;
use crate::text::{Literal, fold};
use std::borrow::Cow;

/// Binds one term to the fields of an entity.
pub(crate) fn bind_term(term: &Term, fields: &EntityFields, placeholders: &Placeholders) -> Result<Comparison> {
    let selected = select(term, fields)?;
    let predicate = predicate(term, selected.scalar, placeholders)?;
    Ok(Comparison::new(selected.path, selected.source, predicate, term.operator.is_negative()))
}

/// The boolean literal of `true` or `false` in any letter case.
pub(crate) fn boolean(selector: &str, text: &str) -> Result<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(bad_value(selector, text)),
    }
}

struct Selected {
    path: Path,
    source: Source,
    scalar: Scalar,
}

fn select(term: &Term, fields: &EntityFields) -> Result<Selected> {
    let (name, rest) = match term.selector.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (term.selector.as_str(), None),
    };
    let spec = fields.find(name).ok_or_else(|| unknown_field(term, fields))?;
    match (spec.shape, rest) {
        (Shape::Plain(scalar), None) => {
            Ok(Selected { path: Path { field: spec.field, part: None }, source: Source::Single, scalar })
        }
        (Shape::Map, Some(key)) if !key.is_empty() => Ok(Selected {
            path: Path { field: spec.field, part: None },
            source: Source::Map(fold(key)),
            scalar: Scalar::Value(Kind::Text),
        }),
        (Shape::Reference(parts), _) => select_part(term, spec, parts, rest, Source::Single),
        (Shape::Collection(parts), _) => select_part(term, spec, parts, rest, Source::Collection),
        (Shape::Plain(_) | Shape::Map, _) => Err(bad_part(term)),
    }
}

fn select_part(
    term: &Term,
    spec: &FieldSpec,
    parts: &'static [PartSpec],
    name: Option<&str>,
    source: Source,
) -> Result<Selected> {
    let part = match name {
        Some(name) => parts.iter().find(|part| part.name.eq_ignore_ascii_case(name)),
        // A null test asks whether anything is referred to, which any part answers.
        None if term.is_null_test() => parts.first(),
        None => parts.iter().find(|part| part.is_default),
    };
    let part = part.ok_or_else(|| bad_part(term))?;
    let path = Path { field: spec.field, part: Some(part.part) };
    Ok(Selected { path, source, scalar: Scalar::Value(part.kind) })
}

fn predicate(term: &Term, scalar: Scalar, placeholders: &Placeholders) -> Result<Predicate> {
    let Scalar::Value(kind) = scalar else {
        return existence(term, placeholders);
    };
    if term.is_null_test() {
        return Ok(Predicate::Null);
    }
    let values: Vec<Cow<'_, str>> = term.arguments.iter().map(|value| placeholders.substitute(&value.text)).collect();
    match Comparing::of(term.operator) {
        Comparing::Equality => equality(term, kind, values.first().map_or("", |value| value.as_ref())),
        Comparing::Membership => membership(term, kind, &values),
        Comparing::Order(relation) => order(term, kind, relation, values.first().map_or("", |value| value.as_ref())),
    }
}

/// `autoconfirm`: true or false, equal or not, nothing else.
fn existence(term: &Term, placeholders: &Placeholders) -> Result<Predicate> {
    if !matches!(term.operator, Operator::Equal | Operator::NotEqual) {
        return Err(bad_operator(term));
    }
    let values = term.arguments.iter().map(|value| boolean(&term.selector, &placeholders.substitute(&value.text)));
    Ok(Predicate::BooleanIn(values.collect::<Result<_>>()?))
}

fn equality(term: &Term, kind: Kind, value: &str) -> Result<Predicate> {
    match (kind, Literal::new(value)) {
        (Kind::Text, _) if value.is_empty() => Ok(Predicate::Blank),
        (Kind::Text, Literal::Wild(pattern)) => Ok(Predicate::Like(pattern)),
        (Kind::Text, Literal::Exact(text)) => Ok(Predicate::TextIn(vec![text])),
        (Kind::Number | Kind::Timestamp, _) if value == "*" => Ok(Predicate::NotNull),
        (Kind::Enum(_), Literal::Wild(_)) => Err(bad_value(&term.selector, value)),
        _ => membership(term, kind, &[Cow::Borrowed(value)]),
    }
}

fn membership(term: &Term, kind: Kind, values: &[Cow<'_, str>]) -> Result<Predicate> {
    let selector = &term.selector;
    let values = values.iter().map(Cow::as_ref);
    match kind {
        Kind::Text => Ok(Predicate::TextIn(values.map(fold).collect())),
        Kind::Number | Kind::Timestamp => {
            Ok(Predicate::NumberIn(values.map(|value| number(selector, value)).collect::<Result<_>>()?))
        }
        Kind::Boolean => Ok(Predicate::BooleanIn(values.map(|value| boolean(selector, value)).collect::<Result<_>>()?)),
        Kind::Enum(constants) => {
            Ok(Predicate::TextIn(values.map(|value| constant(selector, constants, value)).collect::<Result<_>>()?))
        }
    }
}

fn order(term: &Term, kind: Kind, relation: Relation, value: &str) -> Result<Predicate> {
    match kind {
        Kind::Text => Ok(Predicate::TextOrder(relation, fold(value))),
        Kind::Number | Kind::Timestamp => Ok(Predicate::NumberOrder(relation, number(&term.selector, value)?)),
        Kind::Boolean | Kind::Enum(_) => Err(bad_operator(term)),
    }
}

fn number(selector: &str, text: &str) -> Result<i64> {
    text.parse().map_err(|_| bad_value(selector, text))
}

fn constant(selector: &str, constants: &[&str], text: &str) -> Result<String> {
    let known = constants.iter().find(|constant| constant.eq_ignore_ascii_case(text));
    known.map(|constant| (*constant).to_owned()).ok_or_else(|| {
        Error::Field(format!("'{text}' is no value of the field '{selector}'; known are {}.", constants.join(", ")))
    })
}

enum Comparing {
    Equality,
    Membership,
    Order(Relation),
}

impl Comparing {
    fn of(operator: Operator) -> Self {
        match operator {
            Operator::Equal | Operator::NotEqual | Operator::Is | Operator::IsNot => Self::Equality,
            Operator::In | Operator::Out => Self::Membership,
            Operator::Less => Self::Order(Relation::Less),
            Operator::LessOrEqual => Self::Order(Relation::LessOrEqual),
            Operator::Greater => Self::Order(Relation::Greater),
            Operator::GreaterOrEqual => Self::Order(Relation::GreaterOrEqual),
        }
    }
}

fn unknown_field(term: &Term, fields: &EntityFields) -> Error {
    if fields.is_completeness(&term.selector) {
        return Error::Syntax(
            "The term 'complete' may stand once, alone or as an operand of the outermost conjunction.".to_owned(),
        );
    }
    Error::Field(format!("The field '{}' is unknown; known are {}.", term.selector, fields.names().join(", ")))
}

fn bad_part(term: &Term) -> Error {
    Error::Field(format!("The field '{}' has a missing or unknown sub-attribute.", term.selector))
}

fn bad_operator(term: &Term) -> Error {
    Error::Syntax(format!("The operator is not supported for the field '{}'.", term.selector))
}

fn bad_value(selector: &str, text: &str) -> Error {
    Error::Syntax(format!("The value '{text}' does not fit the field '{selector}'."))
}
