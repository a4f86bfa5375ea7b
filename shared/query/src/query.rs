//! The bound query.

use crate::bind::{bind_term, boolean};
use crate::comparison::Comparison;
use crate::error::{Error, Result};
use crate::expression::{Expression, Operator, Term};
use crate::fields::{EntityFields, Field};
use crate::parser::parse;
use crate::placeholders::Placeholders;
use crate::plan::{Plan, plan};
use crate::row::{Referenced, Row};

/// A query bound to the fields of one entity, ready to be evaluated on many rows.
#[derive(Debug, Clone)]
pub struct Query {
    condition: Condition,
    key: Field,
    complete: Option<bool>,
}

#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// True when empty.
    All(Vec<Condition>),
    /// False when empty.
    Any(Vec<Condition>),
    Comparison(Comparison),
}

impl Query {
    /// Parses `text` and binds it to `fields`. Stored queries are bound anew on every use, with the placeholders of
    /// that moment.
    ///
    /// # Errors
    /// [`Error::Syntax`] for grammar, operators and values; [`Error::Field`] for fields, sub-attributes and enum
    /// constants (management §3.1, §3.3).
    pub fn bind(text: &str, fields: &EntityFields, placeholders: &Placeholders) -> Result<Self> {
        Self::bind_expression(&parse(text)?, fields, placeholders)
    }

    /// As [`Query::bind`], for a text that is already parsed.
    ///
    /// # Errors
    /// As [`Query::bind`].
    pub fn bind_expression(
        expression: &Expression,
        fields: &EntityFields,
        placeholders: &Placeholders,
    ) -> Result<Self> {
        let (completeness, remaining) = split_completeness(expression, fields);
        let complete = wanted_completeness(&completeness)?;
        let conditions = remaining.into_iter().map(|operand| bind(operand, fields, placeholders));
        Ok(Self { condition: Condition::All(conditions.collect::<Result<_>>()?), key: fields.key, complete })
    }

    /// The query of an absent filter: every row matches.
    #[must_use]
    pub fn everything(fields: &EntityFields) -> Self {
        Self { condition: Condition::All(Vec::new()), key: fields.key, complete: None }
    }

    /// Both queries at once, for example the filter of a rollout and that of one of its groups. Both must be bound to
    /// the same fields.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let condition = Condition::All(vec![self.condition, other.condition]);
        Self { condition, key: self.key, complete: self.complete.or(other.complete) }
    }

    /// Whether nothing is asked: every row matches.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.condition.is_everything()
    }

    /// Whether the row satisfies the query; [`Query::completeness`] is not part of it.
    pub fn matches<R: Row + ?Sized>(&self, row: &R) -> bool {
        self.condition.matches(row)
    }

    /// The wanted value of the computed term `complete` on distribution sets (management §3.6). To be applied after
    /// paging, without changing the total.
    #[must_use]
    pub fn completeness(&self) -> Option<bool> {
        self.complete
    }

    /// The cheapest way to rows that may match. Every row found must still be put to [`Query::matches`].
    #[must_use]
    pub fn plan(&self) -> Plan {
        plan(&self.condition, self.key)
    }

    /// All comparisons, in the order of the text.
    #[must_use]
    pub fn comparisons(&self) -> Vec<&Comparison> {
        let mut found = Vec::new();
        self.condition.visit(&mut |comparison| found.push(comparison));
        found
    }

    /// Whether any comparison reads this field: decides what must be joined (`attribute`, `metadata`) or resolved
    /// (`assignedds`, `installedds`, `type`, `tag`) before evaluation.
    #[must_use]
    pub fn reads(&self, field: Field) -> bool {
        self.comparisons().iter().any(|comparison| comparison.reads(field))
    }

    /// Decides the comparisons on a reference or collection once for each entity it can refer to, so that rows need only
    /// offer ids ([`Row::reference_ids`]). The candidates must include every entity that rows may refer to,
    /// soft-deleted ones too; an id that is not among them counts as an entity with other values.
    pub fn resolve<E: Referenced>(&mut self, field: Field, candidates: &[E]) {
        self.condition.visit_mut(&mut |comparison| {
            if comparison.reads(field) {
                comparison.resolve(candidates);
            }
        });
    }
}

impl Condition {
    fn matches<R: Row + ?Sized>(&self, row: &R) -> bool {
        match self {
            Self::All(operands) => operands.iter().all(|operand| operand.matches(row)),
            Self::Any(operands) => operands.iter().any(|operand| operand.matches(row)),
            Self::Comparison(comparison) => comparison.matches(row),
        }
    }

    fn is_everything(&self) -> bool {
        matches!(self, Self::All(operands) if operands.iter().all(Self::is_everything))
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(&'a Comparison)) {
        match self {
            Self::All(operands) | Self::Any(operands) => operands.iter().for_each(|operand| operand.visit(visitor)),
            Self::Comparison(comparison) => visitor(comparison),
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn FnMut(&mut Comparison)) {
        match self {
            Self::All(operands) | Self::Any(operands) => {
                operands.iter_mut().for_each(|operand| operand.visit_mut(visitor));
            }
            Self::Comparison(comparison) => visitor(comparison),
        }
    }
}

fn bind(expression: &Expression, fields: &EntityFields, placeholders: &Placeholders) -> Result<Condition> {
    let bind_each = |operands: &[Expression]| -> Result<Vec<Condition>> {
        operands.iter().map(|operand| bind(operand, fields, placeholders)).collect()
    };
    match expression {
        Expression::All(operands) => Ok(Condition::All(bind_each(operands)?)),
        Expression::Any(operands) => Ok(Condition::Any(bind_each(operands)?)),
        Expression::Term(term) => Ok(Condition::Comparison(bind_term(term, fields, placeholders)?)),
    }
}

/// Separates the `complete` terms among the operands of the outermost conjunction from the rest.
fn split_completeness<'e>(expression: &'e Expression, fields: &EntityFields) -> (Vec<&'e Term>, Vec<&'e Expression>) {
    let operands = match expression {
        Expression::All(operands) => operands.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut completeness = Vec::new();
    let mut remaining = Vec::new();
    for operand in operands {
        match operand {
            Expression::Term(term) if fields.is_completeness(&term.selector) => completeness.push(term),
            other => remaining.push(other),
        }
    }
    (completeness, remaining)
}

fn wanted_completeness(terms: &[&Term]) -> Result<Option<bool>> {
    match terms {
        [] => Ok(None),
        [Term { selector, operator: operator @ (Operator::Equal | Operator::NotEqual), arguments }] => {
            let text = arguments.first().map_or("", |value| value.text.as_str());
            Ok(Some(boolean(selector, text)? != operator.is_negative()))
        }
        [_] => Err(Error::Syntax("The term 'complete' knows '==' and '!=' only.".to_owned())),
        _ => Err(Error::Syntax("The term 'complete' may stand only once.".to_owned())),
    }
}
