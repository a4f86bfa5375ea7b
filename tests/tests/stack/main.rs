//! The composed stack, through HTTP: one listener, all functions, embedded storage.

mod budgets;
mod hostile;
mod isolation;
mod journey;
mod surprises;
