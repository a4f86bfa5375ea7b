//! From a query to the keys worth reading (DESIGN: exact key, key prefix, one pass).
//!
//! Queries ignore letter case, stored keys do not: `controllerid==a1` means `a1` and `A1`, two different targets. A key
//! read is therefore only taken as far as the literal consists of characters without letter case (digits, signs,
//! ideographs); from the first letter with case on it is a prefix read or a pass.

use crate::comparison::Comparison;
use crate::fields::Field;
use crate::predicate::Predicate;
use crate::query::Condition;
use crate::text::caseless_prefix;

/// Which rows can match at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Only rows with one of these keys (controller ids); sorted, distinct, possibly none.
    ExactKeys(Vec<String>),
    /// Only rows with one of these numeric ids; sorted, distinct, possibly none.
    ExactIds(Vec<i64>),
    /// Only rows whose key starts so; never empty.
    KeyPrefix(String),
    /// Any row.
    Pass,
}

pub(crate) fn plan(condition: &Condition, key: Field) -> Plan {
    match condition {
        Condition::All(operands) => {
            operands.iter().map(|operand| plan(operand, key)).min_by_key(Plan::cost).unwrap_or(Plan::Pass)
        }
        Condition::Any(operands) => any_of(operands.iter().map(|operand| plan(operand, key))),
        Condition::Comparison(comparison) => plan_comparison(comparison, key),
    }
}

impl Plan {
    /// Comparable effort: few keys, then long prefixes, then the pass.
    fn cost(&self) -> (u8, usize) {
        match self {
            Self::ExactKeys(keys) => (0, keys.len()),
            Self::ExactIds(ids) => (0, ids.len()),
            Self::KeyPrefix(prefix) => (1, usize::MAX - prefix.len()),
            Self::Pass => (2, 0),
        }
    }
}

/// Sorted once, however many there are.
fn any_of(mut plans: impl Iterator<Item = Plan>) -> Plan {
    match plans.next() {
        Some(Plan::ExactKeys(mut keys)) => {
            for plan in plans {
                let Plan::ExactKeys(more) = plan else { return Plan::Pass };
                keys.extend(more);
            }
            exact_keys(keys.into_iter())
        }
        Some(Plan::ExactIds(mut ids)) => {
            for plan in plans {
                let Plan::ExactIds(more) = plan else { return Plan::Pass };
                ids.extend(more);
            }
            exact_ids(ids.into_iter())
        }
        _ => Plan::Pass,
    }
}

fn plan_comparison(comparison: &Comparison, key: Field) -> Plan {
    if !comparison.reads(key) || comparison.negated {
        return Plan::Pass;
    }
    match &comparison.predicate {
        Predicate::NumberIn(ids) => exact_ids(ids.iter().copied()),
        Predicate::TextIn(literals) => plan_literals(literals),
        Predicate::Like(pattern) => plan_prefix(pattern.start()),
        _ => Plan::Pass,
    }
}

fn plan_literals(literals: &[String]) -> Plan {
    match literals {
        [single] if caseless_prefix(single) != single => plan_prefix(single),
        many if many.iter().any(|literal| caseless_prefix(literal) != literal) => Plan::Pass,
        // No key is empty, and none may be asked for.
        many => exact_keys(many.iter().filter(|literal| !literal.is_empty()).cloned()),
    }
}

fn plan_prefix(folded: &str) -> Plan {
    match caseless_prefix(folded) {
        "" => Plan::Pass,
        prefix => Plan::KeyPrefix(prefix.to_owned()),
    }
}

fn exact_keys(keys: impl Iterator<Item = String>) -> Plan {
    let mut keys: Vec<String> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    Plan::ExactKeys(keys)
}

fn exact_ids(ids: impl Iterator<Item = i64>) -> Plan {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    Plan::ExactIds(ids)
}
