//! The life of actions: assignment, confirmation, feedback, cancellation (`domain-behaviour.md` §5–7, §9, §20).

mod lives;
mod model;
mod rollouts;
mod surprises;
mod table;
mod world;
