//! Which calls go wrong, and how: by number, or by chance that a seed makes repeatable.

use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Fault;

/// Which calls go wrong. Empty plans change nothing.
///
/// Operations are named as in `x-amz-target`, for example `TransactWriteItems`; requests without one, those of S3,
/// by their HTTP method.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    seed: u64,
    scripted: HashMap<(String, u64), Fault>,
    chances: Vec<Chance>,
}

#[derive(Clone, Debug)]
struct Chance {
    operation: Option<String>,
    fault: Fault,
    probability: f64,
}

impl FaultPlan {
    /// A plan under which nothing goes wrong.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The call number `call` of `operation`, counted from 1, goes wrong.
    #[must_use]
    pub fn on_call(mut self, operation: &str, call: u64, fault: Fault) -> Self {
        self.scripted.insert((operation.to_owned(), call), fault);
        self
    }

    /// The first calls of `operation` go wrong one after the other as listed.
    #[must_use]
    pub fn script(self, operation: &str, faults: &[Fault]) -> Self {
        faults.iter().zip(1..).fold(self, |plan, (fault, call)| plan.on_call(operation, call, *fault))
    }

    /// Any call of `operation` goes wrong with this probability (0 to 1). Where several chances are given for an
    /// operation, each call suffers at most one.
    #[must_use]
    pub fn with_chance(self, operation: &str, fault: Fault, probability: f64) -> Self {
        self.chance(Some(operation.to_owned()), fault, probability)
    }

    /// Any call of any operation goes wrong with this probability (0 to 1).
    #[must_use]
    pub fn with_chance_anywhere(self, fault: Fault, probability: f64) -> Self {
        self.chance(None, fault, probability)
    }

    /// Chooses the sequence of chances; the same seed and calls give the same faults.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    fn chance(mut self, operation: Option<String>, fault: Fault, probability: f64) -> Self {
        self.chances.push(Chance { operation, fault, probability });
        self
    }
}

/// A plan and how far it has come.
#[derive(Debug)]
pub(super) struct Progress {
    plan: FaultPlan,
    random: StdRng,
    calls: HashMap<String, u64>,
    injected: Vec<(String, Fault)>,
}

impl Progress {
    pub(super) fn new(plan: FaultPlan) -> Self {
        let random = StdRng::seed_from_u64(plan.seed);
        Self { plan, random, calls: HashMap::new(), injected: Vec::new() }
    }

    /// Counts a call of `operation` and says what is to go wrong with it.
    pub(super) fn next(&mut self, operation: &str) -> Option<Fault> {
        let calls = self.calls.entry(operation.to_owned()).or_default();
        *calls += 1;
        let scripted = self.plan.scripted.get(&(operation.to_owned(), *calls)).copied();
        let fault = scripted.or_else(|| self.draw(operation))?;
        self.injected.push((operation.to_owned(), fault));
        Some(fault)
    }

    /// Draws once per call, whatever chances apply, so that the sequence depends on the seed alone.
    fn draw(&mut self, operation: &str) -> Option<Fault> {
        let mut drawn: f64 = self.random.random();
        let applies = |chance: &&Chance| chance.operation.as_deref().is_none_or(|name| name == operation);
        for chance in self.plan.chances.iter().filter(applies) {
            if drawn < chance.probability {
                return Some(chance.fault);
            }
            drawn -= chance.probability;
        }
        None
    }

    pub(super) fn calls(&self, operation: &str) -> u64 {
        self.calls.get(operation).copied().unwrap_or_default()
    }

    pub(super) fn injected(&self) -> &[(String, Fault)] {
        &self.injected
    }
}
