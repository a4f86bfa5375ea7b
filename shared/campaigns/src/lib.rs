//! The engine of campaigns: work that grows with the fleet, cut into steps.
//!
//! A campaign is a rollout, an automatic assignment, an invalidation, a clean-up. Its work travels as [`Step`]s through a
//! queue; [`worker::perform`] does one. What may be lost is found again by the clock ([`due`]); what the fleet does arrives
//! from the stream of its table ([`changes`]). Every step may come twice, late, or after its campaign has ended, and must not
//! mind (`docs/architecture.md`, "Campaigns").
#![forbid(unsafe_code)]

pub mod auto_assignments;
pub mod changes;
pub mod clean_up;
pub mod due;
mod engine;
mod error;
pub mod invalidation;
mod jobs;
pub mod lease;
mod queue;
pub mod rollouts;
mod step;
pub mod worker;

pub use engine::Engine;
pub use error::{EngineError, Result};
pub use queue::StepQueue;
pub use step::{Step, Work};
