//! The composed stack, through HTTP: one listener, all functions, embedded storage.

mod budgets;
mod certificates;
mod contention;
mod hostile;
mod isolation;
mod journey;
mod metrics;
mod surprises;
