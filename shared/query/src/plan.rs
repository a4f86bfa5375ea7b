//! From a query to the keys worth reading (DESIGN: exact key, key prefix, one pass).
//!
//! Queries ignore letter case, stored keys do not: `controllerid==a1` means `a1` and `A1`, two different targets. So a key is
//! read in every way it can be spelled. Where those are too many, what is read is the beginning up to the first letter.

use crate::comparison::Comparison;
use crate::fields::Field;
use crate::predicate::Predicate;
use crate::query::Condition;
use crate::spelling::spellings;
use crate::text::caseless_prefix;

/// Most ways of spelling the beginning of a key that are read one by one: six letters.
const MOST_PREFIXES: usize = 64;

/// Most ways of spelling the keys of one comparison: ten letters.
const MOST_SPELLINGS: usize = 1024;

/// Most keys of a plan. A query may name any number of them, but its plan stays small.
const MOST_KEYS: usize = 16 * MOST_SPELLINGS;

/// Which rows can match at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Only rows with one of these keys (controller ids); sorted, distinct, possibly none.
    ExactKeys(Vec<String>),
    /// Only rows with one of these numeric ids; sorted, distinct, possibly none.
    ExactIds(Vec<i64>),
    /// Only rows whose key starts with one of these. Sorted, never none; none is empty or the beginning of another.
    KeyPrefixes(Vec<String>),
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
            Self::KeyPrefixes(prefixes) => (1, usize::MAX - prefixes.first().map_or(0, String::len)),
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
                if keys.len() > MOST_KEYS {
                    return Plan::Pass;
                }
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
    match (spelled_keys(literals), literals) {
        (Some(keys), _) => exact_keys(keys.into_iter()),
        (None, [single]) => plan_prefix(single),
        (None, _) => Plan::Pass,
    }
}

/// All keys these literals can mean, if they are not too many.
fn spelled_keys(literals: &[String]) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    // No key is empty, and none may be asked for.
    for literal in literals.iter().filter(|literal| !literal.is_empty()) {
        keys.extend(spellings(literal, MOST_SPELLINGS)?);
        if keys.len() > MOST_SPELLINGS.max(literals.len()) {
            return None;
        }
    }
    Some(keys)
}

fn plan_prefix(folded: &str) -> Plan {
    let spelled = spellings(folded, MOST_PREFIXES);
    let prefixes = spelled.unwrap_or_else(|| vec![caseless_prefix(folded).to_owned()]);
    if prefixes.iter().any(String::is_empty) { Plan::Pass } else { Plan::KeyPrefixes(prefixes) }
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
